"""Arrays by name to one ``.npz`` file."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import IO

import numpy as np

from harness.types import Array


def write_npz(file: IO[bytes], arrays: Mapping[str, Array]) -> None:
    """Write what `numpy.load` reads; unlike `numpy.savez`, whatever the names are.

    NumPy takes names as arguments of a call, where ``file`` and ``allow_pickle`` are taken.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(member, np.asarray(array), allow_pickle=False)

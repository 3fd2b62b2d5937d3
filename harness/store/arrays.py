"""The arrays of records: one ``.npz`` a cell, whole or not at all.

Every member of such a file has a CRC-32 of its bytes, which is checked before they are taken for an
array: what was changed on disk is refused.
"""

from __future__ import annotations

import io
import os
import tempfile
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness.errors import StoreError
from harness.files import guarded
from harness.types import Array

ARRAYS = "arrays"
PART = ".part"


def save(store: Path, cell: str, arrays: Mapping[str, Array]) -> dict[str, str]:
    """Write the arrays of a cell; return name to file for its record.

    Raises
    ------
    FileError
        If they cannot be written.
    """
    if not arrays:
        return {}
    folder = store / ARRAYS
    target = folder / f"{cell}.npz"
    with guarded("write the arrays", target):
        folder.mkdir(parents=True, exist_ok=True)
        _replace(target, arrays)
    return dict.fromkeys(arrays, target.name)


def read(store: Path, file: str, name: str) -> Array:
    """Return one array of a file.

    Raises
    ------
    StoreError
        If the file is not inside the store, is missing, or is not what was written.
    """
    path = store / ARRAYS / file
    try:
        if not path.resolve().is_relative_to(store.resolve()):
            raise StoreError(f"{path}: must be inside {store}, and is not")
        return _member(path, f"{name}.npy")
    except _BROKEN as error:
        said = error if str(error) else type(error).__name__
        raise StoreError(f"{path}: must be the arrays of a record: {said}") from None


def clear(store: Path) -> None:
    """Remove what runs that died were writing; call it with the store's lock held."""
    for path in parts(store):
        with guarded("remove", path):
            path.unlink(missing_ok=True)


def parts(store: Path) -> list[Path]:
    """Return the files of a store that were never finished."""
    with guarded("read", store):
        return sorted([*store.glob(f".*{PART}"), *(store / ARRAYS).glob(f"*{PART}")])


# What a file that is not a whole .npz makes of the modules that read it.
_BROKEN = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    MemoryError,
    SyntaxError,
    TypeError,
    tokenize.TokenError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)


def _member(path: Path, name: str) -> Array:
    if path.exists() and not path.is_file():
        raise ValueError("it is no file")
    with zipfile.ZipFile(path) as file:
        data = file.read(name)  # checks the CRC-32
    array: Array = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    if array.dtype.kind not in "biufc":
        raise ValueError(f"they must be numbers, got {array.dtype}")
    return array


def _replace(target: Path, arrays: Mapping[str, Array]) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=PART, delete=False) as file:
        part = Path(file.name)
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as members:
                for name, array in arrays.items():
                    with members.open(f"{name}.npy", "w", force_zip64=True) as member:
                        np.lib.format.write_array(member, np.asanyarray(array), allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
            part.chmod(0o644)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise

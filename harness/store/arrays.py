"""The arrays of records: one ``.npz`` a cell, whole or not at all.

Every member of such a file has a CRC-32 of its bytes, which is checked before they are taken for an
array: what was changed on disk is refused.
"""

from __future__ import annotations

import math
import os
import tempfile
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import numpy as np
import psutil

from harness.errors import StoreError
from harness.files import guarded
from harness.types import Array

ARRAYS = "arrays"
MOST_BYTES = 8 * 1024**3
"""Bytes in the arrays of one cell: no more are stored, and none that unpacks to more is read."""
PART = ".part"
_HEADER = 1 << 16


def save(store: Path, stem: str, arrays: Mapping[str, Array]) -> dict[str, str]:
    """Write the arrays of a cell to ``<stem>.npz``; return name to file for its record.

    Raises
    ------
    FileError
        If they cannot be written.
    """
    if not arrays:
        return {}
    folder = store / ARRAYS
    target = folder / f"{stem}.npz"
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
        cause = error if str(error) else type(error).__name__
        raise StoreError(f"{path}: must be the arrays of a record: {cause}") from None


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
        size = file.getinfo(name).file_size
        _bound(size)
        with file.open(name) as member:
            _header(member, size)
        with file.open(name) as member:
            array: Array = np.lib.format.read_array(member, allow_pickle=False)
            if member.read(1):  # where it ends, the CRC-32 is checked
                raise ValueError("there is more than the array")
    return array


def _bound(size: int) -> None:
    """Refuse what unpacks to too much before it is read; a file of 8 MB may hold 8 GB of zeros."""
    free = psutil.virtual_memory().available
    if size > min(MOST_BYTES + _HEADER, free):
        raise ValueError(
            f"an array must unpack to at most {MOST_BYTES:,} bytes and fit in the {free:,} that "
            f"are free, got {size:,}"
        )


def _header(member: IO[bytes], size: int) -> None:
    """Refuse an array that is no numbers, or says to be of another size than it is."""
    version = np.lib.format.read_magic(member)
    if version != (1, 0):
        raise ValueError(f"its format must be 1.0, got {version[0]}.{version[1]}")
    shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    if dtype.kind not in "biufc":
        raise ValueError(f"they must be numbers, got {dtype}")
    announced, found = math.prod(shape) * dtype.itemsize, size - member.tell()
    if announced != found:
        raise ValueError(f"{announced} bytes must follow the header, got {found}")


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

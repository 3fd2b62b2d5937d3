"""Users' files of numbers to one table: CSV, parquet, JSON and what pytest-benchmark writes.

The ending of a file's name says its format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.files import guarded, opened
from harness.tables.formats import read_csv, read_json, read_lines, read_parquet
from harness.tables.table import Entry, Place, Table, joined, of_columns

__all__ = ["Entry", "Place", "Table", "of_columns", "read"]

LARGEST = 256 * 1024**2
"""Bytes of a file at most."""
Reader = Callable[[str, str, str], Table]

_TEXTS: Mapping[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".json": read_json,
    ".jsonl": read_lines,
    ".ndjson": read_lines,
}
_PARQUET = (".parquet", ".pq")


def read(paths: Sequence[Path]) -> Table:
    """Return the rows of files, one after the other.

    Raises
    ------
    SuiteError
        What is wrong inside of one, with its line or row.
    DataError
        If a parquet file is damaged.
    FileError
        If one cannot be read.
    UsageError
        If the ending of its name says nothing known, or pyarrow is not here to read it.
    """
    found = [_read(path) for path in paths]
    seen: dict[str, str] = {}
    for table, path in zip(found, paths, strict=True):
        if table.digest in seen:  # as if it were another run
            raise Place(str(path)).refuse(
                "", f"must not hold the very same as {seen[table.digest]}"
            )
        seen[table.digest] = str(path)
    return joined(found)


def _read(path: Path) -> Table:
    ending = path.suffix.lower()
    if ending not in (*_TEXTS, *_PARQUET):
        known = ", ".join((*_TEXTS, *_PARQUET))
        raise UsageError(f"a file of runs must end in one of {known}, got {path}")
    with guarded("read the runs", path), opened(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise Place(str(path)).refuse("", f"must have at most {LARGEST:,} bytes, got more")
    sha = hashlib.sha256(data).hexdigest()
    if ending in _PARQUET:
        return read_parquet(path, sha)
    return _TEXTS[ending](str(path), _decoded(path, data), sha)


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Place(str(path), line).refuse(
            "", f"must be UTF-8, got byte 0x{data[error.start]:02x}"
        ) from None

"""What a parquet file says of itself: what its pages unpack to, and the names of its classes.

The footer says sizes and counts, too, and nobody holds it to them. Every page has a header of its
own, and pyarrow refuses a page that does not unpack to what that says: these sizes are bounds. The
names are in a description that Hugging Face stores: optional, and used only if it fits.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from harness import words
from harness.datasets.bounds import MOST_CLASSES
from harness.datasets.compact import I32, I64, Compact

_TAIL = 8  # bytes: the length of the footer, and the magic number
_VALUES, _PACKED, _DATA, _DICTIONARY = 5, 7, 9, 11
_CHUNK = dict.fromkeys((_VALUES, _PACKED, _DATA, _DICTIONARY), I64)
_FOOTER = {4: [{1: [{3: _CHUNK}], 3: I64}]}
_COUNT = {1: I32}
_HEADER = {1: I32, 2: I32, 3: I32, 5: _COUNT, 8: _COUNT}
_DATA_PAGES = {0: 5, 3: 8}
"""Kinds of pages that hold values, and the field of a header that says how many."""


@dataclass(frozen=True)
class Group:
    """A group of rows.

    Attributes
    ----------
    rows : int
        That its pages hold.
    size : int
        Bytes that they unpack to.
    """

    rows: int
    size: int


def groups(file: BinaryIO, flat: Sequence[bool]) -> tuple[Group, ...]:
    """Return the groups of a parquet file.

    Parameters
    ----------
    file : binary file
        Of plain bytes, in which one can seek.
    flat : sequence of bool
        For every column whether it has one value a row.

    Raises
    ------
    ValueError
        If footer and pages do not agree.
    """
    size = file.seek(0, os.SEEK_END)
    found = _footer(file, size).get(4, [])
    chunks = [[column.get(3, {}) for column in group.get(1, [])] for group in found]
    if sum(_packed(chunk) for group in chunks for chunk in group) > size:
        raise ValueError("its columns take more bytes than the file has")
    rows = [group.get(3, 0) for group in found]
    return tuple(
        Group(count, _unpacked(file, group, count, flat))
        for count, group in zip(rows, chunks, strict=True)
    )


def _footer(file: BinaryIO, size: int) -> dict[int, Any]:
    file.seek(max(size - _TAIL, 0))
    length = int.from_bytes(file.read(4), "little")
    if length > size - _TAIL:
        raise ValueError(f"its footer must be shorter than the file, got {length:,} bytes")
    file.seek(size - _TAIL - length)
    return Compact(file).struct(_FOOTER)


def _unpacked(
    file: BinaryIO, chunks: Sequence[Mapping[int, int]], rows: int, flat: Sequence[bool]
) -> int:
    """Return the bytes that the columns of a group unpack to; each must have its rows."""
    size = 0
    for chunk, alone in zip(chunks, flat, strict=True):
        values = 0
        for unpacked, held in _pages(file, chunk):
            size += unpacked
            values += held
        if alone and {values, chunk.get(_VALUES)} != {rows}:
            raise ValueError(f"a group of {rows:,} rows has a column of {values:,} values")
    return size


def _pages(file: BinaryIO, chunk: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yield what every page of a column takes in memory, and the number of its values."""
    at = _first(chunk)
    # Of a column without values no page is read, and its places mean nothing.
    end = at + _packed(chunk) if chunk.get(_VALUES) else at
    while at < end:
        file.seek(at)
        header = Compact(file).struct(_HEADER)
        unpacked, packed = header.get(2, -1), header.get(3, -1)
        if min(unpacked, packed) < 0:
            raise ValueError(f"a page must have a size, got {unpacked} from {packed} bytes")
        at = file.tell() + packed
        yield max(unpacked, packed), _values(header)  # one that is not packed is as it is


def _values(header: Mapping[int, Any]) -> int:
    field = _DATA_PAGES.get(header.get(1, -1))
    values = int(header.get(field, {}).get(1, -1)) if field else 0
    if values < 0:
        raise ValueError(f"a page must have a number of values, got {values}")
    return values


def _first(chunk: Mapping[int, int]) -> int:
    """Return where the first page is: the dictionary's, where there is one."""
    data, dictionary = chunk.get(_DATA, 0), chunk.get(_DICTIONARY, 0)
    return dictionary if 0 < dictionary < data else data


def _packed(chunk: Mapping[int, int]) -> int:
    size = chunk.get(_PACKED, -1)
    if size < 0:
        raise ValueError(f"a column must have a size, got {size}")
    return size


def class_names(metadata: Mapping[bytes, bytes] | None, column: str) -> tuple[str, ...]:
    """Return the class names of a column of labels.

    Parameters
    ----------
    metadata : mapping of bytes to bytes or None
        Of the schema; ``info.features.<column>.names`` of its ``huggingface`` is looked for.
    column : str
        The column of labels.

    Returns
    -------
    tuple of str
        Empty when nothing is said of this column, or what is said are no distinct names.
    """
    names = _names(_parsed((metadata or {}).get(b"huggingface")), column)
    if isinstance(names, Mapping):  # {"0": "cat", "1": "dog"}, as dataset cards write them
        names = [names.get(str(index)) for index in range(len(names))]
    if not isinstance(names, list) or not 0 < len(names) <= MOST_CLASSES:
        return ()
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) < len(names):
        return ()
    return tuple(words.plain(name) for name in names)


def _parsed(text: bytes | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or brackets in brackets in ...
        return None


def _names(value: Any, column: str) -> Any:
    for key in ("info", "features", column, "names"):
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value

"""Limits on the sizes that files declare, checked before anything of that size is read."""

from __future__ import annotations

import math

import psutil

from harness.errors import DataCorrupt, DataError

MOST_CLASSES = 100_000
FEW_CLASSES = 1_000
"""Without class names there are no more classes than this, or than there are examples."""
MOST_ROWS = 100_000_000
MOST_PIXELS = 89_478_485
"""Of one picture: what Pillow takes without a warning."""
MOST_BYTES = 512 << 20
"""Of one encoded picture; as many pixels, uncompressed, in four channels, are less."""
MOST_UNPACKED = 512 << 20
MOST_TIMES = 20
"""A table unpacks to `MOST_UNPACKED` bytes or so many times its packed size at most."""
MOST_READ = 1 << 30
"""Bytes of encoded pictures that are unpacked at once."""
_LABEL = 24  # bytes of memory for a label: int64, while the parts are put together


def rows(count: int, where: str) -> None:
    """Refuse more rows than `MOST_ROWS`.

    Raises
    ------
    DataCorrupt
    """
    if count > MOST_ROWS:
        raise DataCorrupt(f"{where}: must have at most {MOST_ROWS:,} rows, got {count:,}")


def labels(count: int, where: str) -> None:
    """Refuse more labels than fit in free memory.

    Raises
    ------
    DataError
    """
    _room(count * _LABEL, f"{count:,} labels", where, "fewer rows")


def unpacked(size: int, packed: int, where: str) -> None:
    """Refuse a table that says to unpack to a multiple of its size, before it is read.

    Raises
    ------
    DataCorrupt
    """
    if size > max(MOST_UNPACKED, MOST_TIMES * packed):
        raise DataCorrupt(
            f"{where}: must unpack to at most {MOST_UNPACKED:,} bytes or {MOST_TIMES} times its "
            f"packed size, got {size:,} from {packed:,}"
        )


def rows_at_once(size: int, most: int) -> int:
    """Return how many rows, each of which may take `size` bytes, are read at once."""
    return max(1, min(most, MOST_READ // max(size, 1)))


def encoded(size: int, where: str) -> None:
    """Refuse a picture of more than `MOST_BYTES` before it is read.

    Raises
    ------
    DataCorrupt
    """
    if size > MOST_BYTES:
        raise DataCorrupt(
            f"{where}: a picture must have at most {MOST_BYTES:,} bytes, got {size:,}"
        )


def pixels(width: int, height: int, where: str) -> None:
    """Refuse a picture of more than `MOST_PIXELS` before it is decoded.

    Raises
    ------
    DataCorrupt
    """
    if width * height > MOST_PIXELS:
        raise DataCorrupt(
            f"{where}: must have at most {MOST_PIXELS:,} pixels, got {height} x {width}"
        )


def most_classes(examples: int) -> int:
    """Return how many classes there can be, given no names, among so many examples."""
    return min(MOST_CLASSES, max(FEW_CLASSES, examples))


def memory(count: int, shape: tuple[int, ...], where: str) -> None:
    """Refuse `count` examples of `shape`, one byte a value, that do not fit in free memory.

    Raises
    ------
    DataError
    """
    size = " x ".join(str(side) for side in shape)
    what = f"{count:,} pictures of {size}"
    _room(count * math.prod(shape), what, where, "smaller pictures or fewer of them")


def _room(needed: int, what: str, where: str, instead: str) -> None:
    free = psutil.virtual_memory().available
    if needed > free:
        raise DataError(
            f"{where}: {what} take {needed / 1e9:,.1f} GB decoded, and {free / 1e9:,.1f} GB of "
            f"memory are free; use {instead}"
        )

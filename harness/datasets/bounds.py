"""How much a file may ask for: no size is taken from a value in a file before it was held here."""

from __future__ import annotations

import math

import psutil
from PIL import Image

from harness.errors import DataCorrupt, DataError

MOST_CLASSES = 100_000
FEW_CLASSES = 1_000
"""Without class names there are no more classes than this, or than there are examples."""
MOST_ROWS = 100_000_000
MOST_PIXELS = Image.MAX_IMAGE_PIXELS or 89_478_485
"""Of one picture: what Pillow takes without a warning."""
MOST_BYTES = 512 << 20
"""Of one encoded picture; as many pixels, uncompressed, in four channels, are less."""


def rows(count: int, where: str) -> None:
    """Refuse more rows than `MOST_ROWS`.

    Raises
    ------
    DataCorrupt
    """
    if count > MOST_ROWS:
        raise DataCorrupt(f"{where}: must have at most {MOST_ROWS:,} rows, got {count:,}")


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
    needed, free = count * math.prod(shape), psutil.virtual_memory().available
    if needed > free:
        size = " x ".join(str(side) for side in shape)
        raise DataError(
            f"{where}: {count:,} pictures of {size} take {needed / 1e9:,.1f} GB decoded, and "
            f"{free / 1e9:,.1f} GB of memory are free; use smaller pictures or fewer of them"
        )

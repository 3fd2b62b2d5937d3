"""Which integers rows consist of, and how far they lie from the middle of their range."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from harness.types import Array

EXACT = 2**24
"""Every integer up to here has a float32 of its own."""
MOST_PARTS = 16
"""Parts at most that features are cut into: each takes memory for products of its own."""
CACHE_BYTES = 512 * 2**10
"""Memory for a block of rows that is looked at several times while it is in cache."""

Ends = tuple[float, float]
"""The least and the greatest of some values."""


@dataclass(frozen=True)
class Span:
    """Whole numbers from `low` to `high`."""

    low: int
    high: int

    @property
    def middle(self) -> int:
        """What they are shifted by: the whole number in the middle, or above it."""
        return -(-(self.low + self.high) // 2)

    @property
    def reach(self) -> int:
        """How far any of them lies from the middle."""
        return self.middle - self.low

    def parts(self, d: int) -> list[slice] | None:
        """Cut d features so that a product over a part is exact whatever the rows hold there.

        The parts are as equal as can be; None where they would be too many.
        """
        most = EXACT // max(1, self.reach) ** 2
        if d > most * MOST_PARTS:
            return None
        size = math.ceil(d / max(1, math.ceil(d / most)))
        return [slice(start, min(d, start + size)) for start in range(0, d, size)]


def span_of(found: Sequence[Ends | None]) -> Span | None:
    """Return what whole numbers span; None where some are none, or too large for float32."""
    ends = [pair for pair in found if pair is not None]
    if not ends or len(ends) < len(found):
        return None
    low, high = min(low for low, _ in ends), max(high for _, high in ends)
    if low < -EXACT or high > EXACT:
        return None
    return Span(int(low), int(high))


def ends(rows: Array) -> Ends | None:
    """Return the least and the greatest of (n, d) values; None where one is not whole."""
    low, high = math.inf, -math.inf
    for some in cached(rows):
        block = rows[some]
        if not (np.rint(block) == block).all():
            return None
        low, high = min(low, float(block.min())), max(high, float(block.max()))
    return low, high


def cached(rows: Array) -> Iterator[slice]:
    """Return blocks of rows that fit a cache."""
    size = max(1, CACHE_BYTES // max(1, rows.shape[1] * rows.itemsize))
    return (slice(start, start + size) for start in range(0, len(rows), size))

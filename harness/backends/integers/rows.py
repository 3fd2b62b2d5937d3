"""Rows of integers: what they span, and shifted by the middle of that, with squared norms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.types import Array

EXACT = 2**24
"""Every integer up to here has a float32 of its own."""
MOST_PARTS = 16
"""Parts at most that features are cut into: each takes memory for products of its own."""
CACHE_BYTES = 512 * 2**10
"""Memory for a block of rows that is looked at several times while it is in cache."""

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
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


@dataclass(frozen=True)
class Rows:
    """Shifted rows (n, d) and their squared norms (n,)."""

    values: Floats
    squared: Integers

    @classmethod
    def empty(cls, n: int, d: int) -> Rows:
        """Return memory for n rows."""
        return cls(np.empty((n, d), np.float32), np.empty(n, np.int64))

    def __len__(self) -> int:
        return len(self.squared)

    def __getitem__(self, part: slice) -> Rows:
        return Rows(self.values[part], self.squared[part])

    def fill(self, rows: Array, span: Span, parts: Sequence[slice]) -> None:
        """Take over n rows, shifted; a product over one of `parts` is exact."""
        middle = rows.dtype.type(span.middle)
        for some in cached(rows):
            block = self.values[some]
            np.subtract(rows[some], middle, out=block, casting="same_kind")
            norms = [np.einsum("ij,ij->i", block[:, part], block[:, part]) for part in parts]
            np.sum(norms, axis=0, dtype=np.int64, out=self.squared[some])

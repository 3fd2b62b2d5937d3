"""Rows of whole numbers: shifted by the middle of what they span, and cut into parts.

A sum of products is exact in float32, in any order, where the sum of their magnitudes is at most
2^24, and that is at most the product of the norms (Cauchy-Schwarz). So features are cut into as
few parts as the norms of nearly all rows allow, which a sample tells; `best` asks of every pair
whether it is one of those.
"""

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
MOST_FEATURES = 2**20
"""Features at most of a part whose products may be inexact: their error stays small."""
SAMPLE = 48
"""Rows, about, whose norms tell how many parts are needed."""
SURE = 0.98
"""The share of pairs whose products must be exact: others are computed once more."""
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

    def enough(self, d: int) -> int:
        """Return into how many parts d features must be cut if any product is to be exact."""
        return max(1, math.ceil(d / max(1, EXACT // max(1, self.reach) ** 2)))


def parts_for(train: Array, test: Array, span: Span) -> list[slice] | None:
    """Return the fewest parts whose products are exact for nearly all pairs of a sample.

    Parameters
    ----------
    train, test : ndarray, (n, d) and (m, d)
    span : Span
        Of all of them.

    Returns
    -------
    list of slice or None
        None where parts that are always exact would be too many.
    """
    d = train.shape[1]
    enough = span.enough(d)
    if enough > MOST_PARTS:
        return None
    for count in range(math.ceil(d / MOST_FEATURES), enough):
        parts = _parts(d, count)
        pair = [Rows.of(rows[:: len(rows) // SAMPLE + 1], span, parts) for rows in (train, test)]
        if exact(pair[0].norms[:, :, None], pair[1].norms[:, None]).mean() >= SURE:
            return parts
    return _parts(d, enough)


def exact(some: Integers, others: Integers) -> NDArray[np.bool_]:
    """Whether the products of pairs are exact in each part, whose squared norms are given.

    Parameters
    ----------
    some, others : ndarray, (parts, ...)
        Broadcast against each other; the result has no axis of parts.
    """
    every: NDArray[np.bool_] = np.all(some * others <= EXACT**2, axis=0)
    return every


def _parts(d: int, count: int) -> list[slice]:
    """Cut d features into so many parts, as equal as can be."""
    size = max(1, math.ceil(d / count))
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
    """Shifted rows (n, d) and the squared norms of their parts, (parts, n)."""

    values: Floats
    norms: Integers

    @classmethod
    def empty(cls, n: int, d: int, parts: int) -> Rows:
        """Return memory for n rows."""
        return cls(np.empty((n, d), np.float32), np.empty((parts, n), np.int64))

    @classmethod
    def of(cls, rows: Array, span: Span, parts: Sequence[slice]) -> Rows:
        """Return (n, d) rows, shifted."""
        made = cls.empty(len(rows), rows.shape[1], len(parts))
        made.fill(rows, span, parts)
        return made

    @property
    def squared(self) -> Integers:
        """The squared norms of the whole rows, (n,)."""
        total: Integers = self.norms.sum(axis=0)
        return total

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, some: slice) -> Rows:
        return Rows(self.values[some], self.norms[:, some])

    def fill(self, rows: Array, span: Span, parts: Sequence[slice]) -> None:
        """Take over n rows, shifted."""
        middle = rows.dtype.type(span.middle)
        for some in cached(rows):
            block = self.values[some]
            np.subtract(rows[some], middle, out=block, casting="same_kind")
            for part, norms in zip(parts, self.norms, strict=True):
                norms[some] = _norms(block[:, part])


def _norms(rows: Floats) -> Integers:
    """Return the squared norms of whole numbers, (n,).

    No sum in float32 that stays below 2^24 has passed it, so that it is exact.
    """
    norms: Floats = np.einsum("ij,ij->i", rows, rows)
    if (norms < EXACT).all():
        return norms.astype(np.int64)
    wide = rows.astype(np.float64)
    sums: Integers = np.einsum("ij,ij->i", wide, wide).astype(np.int64)
    return sums

"""Rows of whole numbers: shifted by the middle of what they span, and cut into parts.

A sum of products is exact in float32, in any order, where the sum of their magnitudes is at most
2^24, and that is at most the product of the norms (Cauchy-Schwarz). So features are cut into as
few parts as the norms of nearly all rows allow. A sample of rows tells the middle and the parts;
every row is looked at when it is shifted, and `best` asks of every pair whether it is exact.
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
LARGEST = 2**31
"""The largest squared norm of a part: products of two, and keys of 2^26 rows, fit 64 bits."""
SAMPLE = 24
"""Rows, at most, that tell the middle of all, and how many parts are needed."""
SURE = 0.98
"""The share of pairs whose products must be exact: others are computed once more."""
CACHE_BYTES = 512 * 2**10
"""Memory for a block of rows that is looked at several times while it is in cache."""

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


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


class Unfit(Exception):
    """Rows are no whole numbers, or too large ones; caught by the search, which leaves them."""


@dataclass(frozen=True)
class Cut:
    """What is subtracted from every value, and the parts that features are cut into."""

    middle: int
    parts: Sequence[slice]


def cut_for(train: Array, test: Array) -> Cut | None:
    """Return the fewest parts whose products are exact for nearly all pairs of a sample.

    Parameters
    ----------
    train, test : ndarray, (n, d) and (m, d)

    Returns
    -------
    Cut or None
        None unless the sample is of whole numbers, and of so small a range that not too many
        parts would always be exact; nor where squared distances and indices of so many training
        rows would not fit a key.
    """
    samples = [_sample(rows) for rows in (train, test) if len(rows)]
    span, d = span_of(samples), train.shape[1]
    if span is None:
        return None
    fewest = max(1, math.ceil(d / MOST_FEATURES))
    enough = max(fewest, span.enough(d))
    if enough > MOST_PARTS or not _keys_fit(len(train), enough):
        return None
    for rows in samples:
        rows -= rows.dtype.type(span.middle)
    shifted = [rows.astype(np.float32, copy=False) for rows in samples]
    for count in range(fewest, enough):
        parts = _parts(d, count)
        norms = [np.stack([_norms(rows[:, part]) for part in parts]) for rows in shifted]
        if exact(norms[0][:, :, None], norms[-1][:, None]).mean() >= SURE:
            return Cut(span.middle, parts)
    return Cut(span.middle, _parts(d, enough))


def _sample(rows: Array) -> Array:
    """Return a copy of some rows, at random: rows that alternate would mislead even steps."""
    places = np.random.default_rng(0).choice(len(rows), min(SAMPLE, len(rows)), replace=False)
    some: Array = rows[np.sort(places)]
    return some


def _keys_fit(n: int, parts: int) -> bool:
    """Whether ``squared distance * n + index`` fits 64 bits: no distance exceeds two norms."""
    return (4 * parts * LARGEST + 1) * n < 2**63


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


def span_of(samples: Sequence[Array]) -> Span | None:
    """Return what whole numbers span; None where some are none, or too large for float32."""
    if not samples or not all((np.rint(rows) == rows).all() for rows in samples):
        return None
    low, high = min(rows.min() for rows in samples), max(rows.max() for rows in samples)
    return Span(int(low), int(high)) if low >= -EXACT and high <= EXACT else None


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

    @property
    def squared(self) -> Integers:
        """The squared norms of the whole rows, (n,)."""
        total: Integers = self.norms.sum(axis=0)
        return total

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, some: slice) -> Rows:
        return Rows(self.values[some], self.norms[:, some])

    def fill(self, rows: Array, cut: Cut) -> None:
        """Take over n rows, shifted.

        Raises
        ------
        Unfit
            If they are no whole numbers, or so large that a norm is above `LARGEST`.
        """
        middle = rows.dtype.type(cut.middle)
        for some in cached(rows):
            block = self.values[some]
            with np.errstate(over="ignore"):  # what is infinite in float32 is too large
                np.rint(rows[some], out=block, casting="same_kind")
            if not (block == rows[some]).all():
                raise Unfit
            np.subtract(rows[some], middle, out=block, casting="same_kind")
            for part, norms in zip(cut.parts, self.norms, strict=True):
                norms[some] = _norms(block[:, part])
            if (self.norms[:, some] > LARGEST).any():
                raise Unfit


def _norms(rows: Floats) -> Integers:
    """Return the squared norms of whole numbers, (n,); of those above `LARGEST`, one above it.

    No sum in float32 that stays below 2^24 has passed it, so that it is exact; no difference from
    the middle whose square is at most `LARGEST` was rounded.
    """
    with np.errstate(over="ignore"):  # what is infinite in float32 is too large
        norms: Floats = np.matmul(rows[:, None], rows[:, :, None]).reshape(-1)
    if (norms < EXACT).all():
        return norms.astype(np.int64)
    wide = rows.astype(np.float64)
    sums = np.einsum("ij,ij->i", wide, wide)
    exactly: Integers = np.minimum(sums, LARGEST + 1).astype(np.int64)
    return exactly

"""The k best pairs of every row so far, and what a block of training rows adds to them.

A block is a product with some test rows, of which the k best are kept, by distance and index.
With a and b shifted rows, ``|a - b|^2 = |a|^2 + 2 s`` where ``s = |b|^2 / 2 - a.b``. The product
is made in parts that are exact for nearly all pairs. Scores s are summed from them in float32, in
a few passes while rows of them are in cache, and only screen: the pairs whose score is within its
rounding error of what the k-th best so far asks for are looked at, and their squared distances
are added up as integers, or computed from differences where a product may be inexact. So a pair
costs its product and hardly more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.backends.integers.rows import CACHE_BYTES, EXACT, Floats, Integers, Rows, exact

NONE = np.iinfo(np.int64).max
"""A key behind every other."""
UNIT = float(np.finfo(np.float32).eps) / 2

Multiply = Callable[[Floats, Floats, Floats], object]
Found = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Distances and indices, (m, k), by distance, equal distances by index."""


class Best:
    """The k smallest keys of m rows; a key is ``squared distance * n + index``.

    Equal distances are thereby settled by index.

    Parameters
    ----------
    m, k : int
        Rows, and keys of each.
    n : int
        How many indices there are.
    """

    def __init__(self, m: int, k: int, n: int) -> None:
        self.k = k
        self._keys: Integers = np.full((m, k), NONE)
        self._n = n

    @property
    def full(self) -> bool:
        """Whether every row has k of them: all meet the same training rows."""
        return bool(self._keys[0, -1] != NONE)

    def farthest(self) -> Integers:
        """Return the squared distance of the k-th of every row, (m,)."""
        return self._keys[:, -1] // self._n

    def add(self, rows: Integers, columns: Integers, squared: Integers) -> None:
        """Keep the best of what there is and of some pairs, (pairs,) each, sorted by row."""
        m, k = self._keys.shape
        counts = np.bincount(rows, minlength=m)
        starts = np.cumsum(counts) - counts
        keys = np.full((m, k + counts.max(initial=0)), NONE)
        keys[:, :k] = self._keys
        keys[rows, k + np.arange(len(rows)) - starts[rows]] = squared * self._n + columns
        keys.partition(k - 1, axis=1)
        self._keys = keys[:, :k].copy()

    def found(self) -> Found:
        """Return distances and indices, (m, k), the nearest first."""
        squared, indices = np.divmod(np.sort(self._keys, axis=1), self._n)
        return np.sqrt(squared.astype(np.float64)).astype(np.float32), indices


def joined(found: Sequence[Found], k: int) -> Found:
    """Return what was found for some rows after the other, for none (0, k)."""
    empty: Found = (np.empty((0, k), np.float32), np.empty((0, k), np.int64))
    distances, indices = zip(empty, *found, strict=True)
    return np.concatenate(distances), np.concatenate(indices)


@dataclass(frozen=True)
class Block:
    """Some test rows, the best pairs of each, and memory for a block of pairs.

    Memory is taken once: pages that are fresh for every block cost as much as a pass over it.
    """

    test: Rows
    best: Best
    parts: Sequence[slice]
    products: Floats
    multiply: Multiply

    @classmethod
    def of(
        cls, test: Rows, best: Best, parts: Sequence[slice], columns: int, multiply: Multiply
    ) -> Block:
        """Take memory for pairs of test rows and up to so many training rows."""
        products = np.empty((len(parts), len(test) * columns), np.float32)
        return cls(test, best, parts, products, multiply)

    def meet(self, train: Rows, first: int) -> None:
        """Compare with training rows, the first of which has the index `first`."""
        products = self._products(train)
        places = self._near(products, train)
        rows, columns = np.divmod(places, len(train))
        squared = self.test.squared[rows] + train.squared[columns]
        for product in products:
            squared -= 2 * product.reshape(-1)[places].astype(np.int64)
        if not exact(self.test.norms.max(axis=1), train.norms.max(axis=1)):
            doubtful = ~exact(self.test.norms[:, rows], train.norms[:, columns])
            squared[doubtful] = self._apart(train, rows[doubtful], columns[doubtful])
        self.best.add(rows, first + columns, squared)

    def _products(self, train: Rows) -> Floats:
        """Return the products with training rows, (parts, m, n)."""
        m, n = len(self.test), len(train)
        products = self.products[:, : m * n].reshape(-1, m, n)
        for part, product in zip(self.parts, products, strict=True):
            self.multiply(self.test.values[:, part], train.values[:, part], product)
        return products

    def _near(self, products: Floats, train: Rows) -> Integers:
        """Return the places of the pairs that may be among the k best of their row."""
        m, n = products.shape[1:]
        half = (train.squared / 2).astype(np.float32)
        error = self._error(train)
        limits = (self.best.farthest() - self.test.squared) / 2 + error
        size = max(1, CACHE_BYTES // (4 * n))
        memory = np.empty((min(m, size), n), np.float32)
        found = []
        for start in range(0, m, size):
            some = slice(start, start + size)
            scores = _scores(half, products[:, some], memory)
            limit = limits[some] if self.best.full else self._first(scores, error[some])
            # Rounded up to the dtype of scores: comparing mixed dtypes would convert every score.
            rounded = np.nextafter(limit.astype(np.float32), np.float32(np.inf))
            found.append(start * n + np.flatnonzero(scores <= rounded[:, None]))
        return np.concatenate(found)

    def _first(self, scores: Floats, error: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what scores must not exceed while there are no best ones yet, (m,)."""
        k = self.best.k
        if k > scores.shape[1]:
            return np.full(len(scores), np.inf)
        limit: NDArray[np.float64] = np.partition(scores, k - 1, axis=1)[:, k - 1] + 2 * error
        return limit

    def _error(self, train: Rows) -> NDArray[np.float64]:
        """Return the largest rounding error of a score of each test row, (m,).

        ``|b|^2 / 2`` is rounded once, and every difference after it; none of them is larger than
        ``|b|^2 / 2 + |a| |b|``, which bounds the sum of some parts of a product as well. Where a
        product of d features is not exact it errs by ``d u |a| |b|`` and little more (Higham
        2002, Accuracy and Stability of Numerical Algorithms, section 3.1).
        """
        largest = float(train.squared.max())
        magnitude = largest / 2 + np.sqrt(self.test.squared * largest)
        error: NDArray[np.float64] = 1.1 * UNIT * (1 + len(self.parts)) * magnitude
        for part, norms, its in zip(self.parts, self.test.norms, train.norms, strict=True):
            bound = np.sqrt(norms * float(its.max()))
            error += np.where(bound > EXACT, 1.1 * UNIT * (part.stop - part.start) * bound, 0)
        return error

    def _apart(self, train: Rows, rows: Integers, columns: Integers) -> Integers:
        """Return the squared distances of pairs from their differences, (pairs,)."""
        squared = np.empty(len(rows), np.int64)
        size = max(1, CACHE_BYTES // (8 * train.values.shape[1]))
        for start in range(0, len(rows), size):
            some = slice(start, start + size)
            difference = self.test.values[rows[some]] - train.values[columns[some]]
            wide = difference.astype(np.float64)
            squared[some] = np.einsum("ij,ij->i", wide, wide)
        return squared


def _scores(half: Floats, products: Floats, memory: Floats) -> Floats:
    """Return the scores of some rows, (m, n), in memory for them."""
    scores = memory[: products.shape[1]]
    so_far = half
    for product in products:
        np.subtract(so_far, product, out=scores)
        so_far = scores
    return scores

"""The k best pairs of every row so far, and what a block of training rows adds to them.

A block is a product with some test rows, of which the k best are kept, by distance and index.
With a and b shifted rows, ``|a - b|^2 = |a|^2 + 2 s`` where ``s = |b|^2 / 2 - a.b``. The product
is made in parts that are exact. Scores s are summed from them in float32, in a few passes while
the block is in cache, and only screen: the pairs whose score is within its rounding error of what
the k-th best so far asks for are looked at, and their squared distances are added up as integers.
So a pair costs its product and hardly more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from harness.backends.integers.rows import Floats, Integers, Rows

NONE = np.iinfo(np.int64).max
"""A key behind every other."""
UNIT = float(np.finfo(np.float32).eps) / 2

Kind = TypeVar("Kind", bound=np.generic)
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
    scores: Floats
    near: NDArray[np.bool_]
    multiply: Multiply

    @classmethod
    def of(
        cls, test: Rows, best: Best, parts: Sequence[slice], columns: int, multiply: Multiply
    ) -> Block:
        """Take memory for pairs of test rows and up to so many training rows."""
        size = len(test) * columns
        products = np.empty((len(parts), size), np.float32)
        scores, near = np.empty(size, np.float32), np.empty(size, np.bool_)
        return cls(test, best, parts, products, scores, near, multiply)

    def meet(self, train: Rows, first: int) -> None:
        """Compare with training rows, the first of which has the index `first`."""
        shape = len(self.test), len(train)
        places = self._near(self._score(train, shape), self._error(train))
        rows, columns = np.divmod(places, len(train))
        squared = self.test.squared[rows] + train.squared[columns]
        for product in self.products:
            squared -= 2 * product[places].astype(np.int64)
        self.best.add(rows, first + columns, squared)

    def _score(self, train: Rows, shape: tuple[int, int]) -> Floats:
        """Make the products and sum them up, (m, n)."""
        scores = _view(self.scores, shape)
        so_far = (train.squared / 2).astype(np.float32)
        for part, memory in zip(self.parts, self.products, strict=True):
            product = _view(memory, shape)
            self.multiply(self.test.values[:, part], train.values[:, part], product)
            np.subtract(so_far, product, out=scores)
            so_far = scores
        return scores

    def _near(self, scores: Floats, error: NDArray[np.float64]) -> Integers:
        """Return the places of the pairs that may be among the k best of their row."""
        k = self.best.k
        if self.best.full:
            limit = (self.best.farthest() - self.test.squared) / 2 + error
        elif k <= scores.shape[1]:
            limit = np.partition(scores, k - 1, axis=1)[:, k - 1] + 2 * error
        else:
            return np.arange(scores.size)
        # Rounded up to the dtype of the scores: comparing mixed dtypes would convert every score.
        rounded = np.nextafter(limit.astype(np.float32), np.float32(np.inf))
        near = _view(self.near, scores.shape)
        return np.flatnonzero(np.less_equal(scores, rounded[:, None], out=near))

    def _error(self, train: Rows) -> NDArray[np.float64]:
        """Return the largest rounding error of a score of each test row, (m,).

        ``|b|^2 / 2`` is rounded once, and every difference after it; none of them is larger than
        ``|b|^2 / 2 + |a| |b|``, which bounds the sum of some parts of a product as well.
        """
        largest = float(train.squared.max())
        magnitude = largest / 2 + np.sqrt(self.test.squared * largest)
        error: NDArray[np.float64] = 1.01 * UNIT * (1 + len(self.parts)) * magnitude
        return error


def _view(memory: NDArray[Kind], shape: tuple[int, int]) -> NDArray[Kind]:
    return memory[: shape[0] * shape[1]].reshape(shape)

"""Some test rows against a block of training rows: a product, of which the k best are kept.

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

from harness.backends.integers.best import Best
from harness.backends.integers.rows import Floats, Integers, Rows

UNIT = float(np.finfo(np.float32).eps) / 2

Kind = TypeVar("Kind", bound=np.generic)
Multiply = Callable[[Floats, Floats, Floats], object]


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

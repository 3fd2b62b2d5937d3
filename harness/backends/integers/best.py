"""The k best pairs of every row so far, by one key of distance and index."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NONE = np.iinfo(np.int64).max
"""A key behind every other."""

Integers = NDArray[np.int64]
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

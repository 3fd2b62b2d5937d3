"""Nearest neighbours four ways: two loops, one loop, no loop (CS231n, assignment 1), the formula.

The first three return the same neighbours, equal distances by index, and every row that ties with
the k-th is looked at. The published formula, which they are compared with, is fast and inexact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from harness.backends.host import one_each
from harness.backends.integers import search as search_integers
from harness.backends.integers.best import Found, joined
from harness.backends.numpy_backend import candidates
from harness.types import Array

FORMULA_BYTES = 256 * 2**20
"""Memory for the distances of a block of test rows, their order not counted."""

Search = Callable[[Array, Array, int], Found]


def two_loops(train: Array, test: Array, k: int) -> Found:
    """Compare every test row with every training row, one pair at a time; see `no_loop`."""
    squared = np.empty((len(test), len(train)))
    for i in range(len(test)):
        for j in range(len(train)):
            difference = (test[i] - train[j]).astype(np.float64)
            squared[i, j] = np.dot(difference, difference)
    return joined([_nearest(row, k) for row in squared], k)


def one_loop(train: Array, test: Array, k: int) -> Found:
    """Compare every test row with all training rows at once, by broadcasting; see `no_loop`."""
    return joined([_nearest(candidates.squared_distances(train, row), k) for row in test], k)


def no_loop(train: Array, test: Array, k: int) -> Found:
    """Compare all rows with all rows by matrix products, in blocks.

    Products of whole numbers of a small range, such as pixels, are exact
    (`harness.backends.integers`); those of other rows propose (`candidates`).

    Parameters
    ----------
    train, test : ndarray, (n, d) and (m, d), float32 or float64
    k : int
        Number of neighbours, at most n.

    Returns
    -------
    distances : ndarray, (m, k), float32
        Euclidean, in the units of the rows.
    indices : ndarray, (m, k), int64
        By distance, equal distances by index.
    """
    with one_each() as hands:
        found = search_integers(train, test, k, _multiply, hands)
    return candidates.search(train, test, k) if found is None else found


def formula(train: Array, test: Array, k: int) -> Found:
    """Compare all rows with all rows as published: ``|a|^2 + |b|^2 - 2 a.b``, then a sort.

    In the dtype of the rows, by one product and broadcasting, and every row of distances sorted
    whole. Rounding may put neighbours in another order than that of `no_loop`; arrays as there.
    """
    norms = np.sum(train**2, axis=1)
    size = max(1, FORMULA_BYTES // (len(train) * train.itemsize))
    blocks = [test[first : first + size] for first in range(0, len(test), size)]
    return joined([_by_formula(train, norms, block, k) for block in blocks], k)


def _by_formula(train: Array, norms: Array, test: Array, k: int) -> Found:
    squared = np.sum(test**2, axis=1)[:, None] + norms - 2 * (test @ train.T)
    distances = np.sqrt(np.maximum(squared, 0))  # rounding may leave less than 0
    indices = np.argsort(distances, axis=1)[:, :k]
    return np.take_along_axis(distances, indices, axis=1).astype(np.float32), indices


def _multiply(a: NDArray[np.float32], b: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    np.matmul(a, b.T, out=out)


def _nearest(squared: NDArray[np.float64], k: int) -> Found:
    """Return the k smallest of (n,) values and their indices, (1, k) each, ties by index."""
    kth = np.partition(squared, k - 1)[k - 1]
    near = np.flatnonzero(squared <= kth)
    order = near[np.argsort(squared[near], kind="stable")[:k]]
    return np.sqrt(squared[order]).astype(np.float32)[None], order.astype(np.int64)[None]


IMPLEMENTATIONS: Mapping[str, Search] = {
    "two_loops": two_loops,
    "one_loop": one_loop,
    "no_loop": no_loop,
    "formula": formula,
}

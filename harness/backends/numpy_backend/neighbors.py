"""Nearest neighbours four ways: two loops, one loop, no loop (CS231n, assignment 1), the formula.

The first three return the same neighbours, equal distances by index, and every row that ties with
the k-th is looked at. The published formula, which they are compared with, is fast and inexact.

Without a loop a matrix product selects candidates, and exact differences decide.
``|a|^2 + |b|^2 - 2 a.b`` cancels: where norms are much larger than distances, float32 may leave a
distance no digit. So the product only proposes: of every test row it keeps all training rows
within twice its rounding error of the k-th smallest score, which certainly include the nearest,
and their distances are computed again from differences, whose squares are summed in float64.
Computing the product itself in float64 would double its time and memory; centring the data would
lower the error but not remove it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from harness.backends.host import one_each
from harness.backends.integers import search as search_integers
from harness.backends.integers.best import Found, joined
from harness.types import Array

FORMULA_BYTES = 256 * 2**20
"""Memory for the distances of a block of test rows, their order not counted."""
BLOCK_BYTES = 256 * 2**20
"""Memory that the scores of a block of test rows may take at once."""
CACHE_BYTES = 4 * 2**20
"""Memory for differences of rows: small enough to stay in cache, where they are made and used."""
SAMPLE = 8
"""One of so many scores of a row is looked at first, for a bound that few others are below."""

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
    return joined([_nearest(squared_distances(train, row), k) for row in test], k)


def no_loop(train: Array, test: Array, k: int) -> Found:
    """Compare all rows with all rows by matrix products, in blocks.

    Products of whole numbers of a small range, such as pixels, are exact
    (`harness.backends.integers`); those of other rows propose (`by_candidates`).

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
    return by_candidates(train, test, k) if found is None else found


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


def by_candidates(train: Array, test: Array, k: int) -> Found:
    """Return the k nearest rows of `train` (n, d) for every row of `test` (m, d).

    References
    ----------
    Rounding error of a dot product: Higham (2002), Accuracy and Stability of Numerical
    Algorithms, section 3.1.
    """
    norms = np.einsum("ij,ij->i", train, train)
    width = len(train) * (train.itemsize + 1)  # of a test row: its scores, and a mask
    blocks = _blocks(len(test), width, BLOCK_BYTES)
    return joined([_block(train, norms, test[rows], k) for rows in blocks], k)


def squared_distances(train: Array, row: Array) -> NDArray[np.float64]:
    """Return the squared distances between all of `train` and one row, (n,)."""
    out = np.empty(len(train))
    for part in _blocks(len(train), _pair_width(train), CACHE_BYTES):
        out[part] = _sums_of_squares(train[part] - row)
    return out


def _pair_width(train: Array) -> int:
    """Bytes that one difference takes: itself, a row gathered for it, and its float64 copy."""
    return int(train.shape[1]) * (2 * train.itemsize + 8)


def _blocks(n: int, width: int, memory: int) -> Iterator[slice]:
    size = max(1, memory // max(1, width))
    return (slice(start, min(n, start + size)) for start in range(0, n, size))


def _block(train: Array, norms: Array, test: Array, k: int) -> Found:
    """Return the neighbours of a block of test rows."""
    scores: Array = test @ train.T
    scores *= -2
    scores += norms
    rows, columns = _candidates(scores, _slack(train, norms, test), k)
    return _closest(_pairs(train, columns, test, rows), rows, columns, k)


def _candidates(scores: Array, slack: Array, k: int) -> tuple[Array, Array]:
    """Return the places of all scores within `slack` of the k-th smallest of their row.

    The k-th of some scores is a bound of the k-th of all, which is then looked for among the few
    that do not exceed it.
    """
    some = scores[:, : max(k, scores.shape[1] // SAMPLE)]
    bound = _up(np.partition(some, k - 1, axis=1)[:, k - 1] + slack, scores.dtype)
    places = np.flatnonzero(scores <= bound[:, None])
    rows, columns = np.divmod(places, scores.shape[1])
    few = scores.reshape(-1)[places]
    limit = _up(_kth(few, rows, len(scores), k) + slack, scores.dtype)
    kept = few <= limit[rows]
    return rows[kept], columns[kept]


def _up(limit: Array, dtype: np.dtype[np.floating]) -> Array:
    """Round up to the dtype of the scores: comparing mixed dtypes would convert every score."""
    rounded: Array = np.nextafter(limit.astype(dtype), dtype.type(np.inf))
    return rounded


def _kth(values: Array, rows: Array, m: int, k: int) -> Array:
    """Return the k-th smallest of the values of each of m rows; they are sorted by row."""
    counts = np.bincount(rows, minlength=m)
    starts = np.cumsum(counts) - counts
    table = np.full((m, counts.max()), np.inf, values.dtype)
    table[rows, np.arange(len(rows)) - starts[rows]] = values
    return np.partition(table, k - 1, axis=1)[:, k - 1]


def _slack(train: Array, norms: Array, test: Array) -> Array:
    """Return per test row twice the largest error that a score of it can have, (m,).

    A score ``|b|^2 - 2 a.b`` errs by at most ``gamma * (|b|^2 + 2 |a| |b|)``, where gamma is
    ``(d + 4) u / (1 - (d + 4) u)``; ``|a|^2`` is the same for all of a row and left out.
    """
    terms = (train.shape[1] + 4) * float(np.finfo(train.dtype).eps) / 2
    if terms >= 1:
        return np.full(len(test), np.inf)
    largest = float(norms.max()) * (1 + 2 * terms)
    lengths = np.sqrt(np.einsum("ij,ij->i", test, test, dtype=np.float64))
    error: Array = terms / (1 - terms) * (largest + 2 * np.sqrt(largest) * lengths)
    return 2 * error


def _pairs(train: Array, columns: Array, test: Array, rows: Array) -> NDArray[np.float64]:
    """Return the squared distances between ``train[columns]`` and ``test[rows]``, (pairs,)."""
    out = np.empty(len(rows))
    for part in _blocks(len(rows), _pair_width(train), CACHE_BYTES):
        difference = train[columns[part]]
        difference -= test[rows[part]]
        out[part] = _sums_of_squares(difference)
    return out


def _sums_of_squares(difference: Array) -> NDArray[np.float64]:
    wide = difference.astype(np.float64)
    sums: NDArray[np.float64] = np.einsum("ij,ij->i", wide, wide)
    return sums


def _closest(squared: NDArray[np.float64], rows: Array, columns: Array, k: int) -> Found:
    """Return the k best pairs of every row, which are sorted by row, then by column."""
    order = np.lexsort((squared, rows))  # stable, so ties stay in order of index
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    first = order[starts[:, None] + np.arange(k)]
    return np.sqrt(squared[first]).astype(np.float32), columns[first].astype(np.int64)


IMPLEMENTATIONS: Mapping[str, Search] = {
    "two_loops": two_loops,
    "one_loop": one_loop,
    "no_loop": no_loop,
    "formula": formula,
}

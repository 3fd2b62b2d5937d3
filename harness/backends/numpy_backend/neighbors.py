"""Nearest neighbours three ways: two loops, one loop, no loop (CS231n, assignment 1).

All three return the same neighbours. Two things need care for that.

*Accuracy.* ``|a|^2 + |b|^2 - 2 a.b`` cancels: on raw pixels (0-255, d = 3072) the norms are near
1e8, where float32 resolves 8, while the distances of two neighbours can differ by 1. So the
product only proposes: it keeps every row within twice its rounding error of the k-th smallest
value, which certainly includes the true neighbours, and their distances are computed again from
differences. Differences of pixels are exact in float32; their squares are summed in float64,
where they are exact as well. Computing the product itself in float64 would double its
time and memory; centring the data would lower the error but not remove it.

*Ties.* Equal distances are sorted by index, and every row that ties with the k-th is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from harness.types import Array

BLOCK_BYTES = 256 * 2**20
"""Memory that the scores of a block of test rows may take at once."""
CACHE_BYTES = 4 * 2**20
"""Memory for differences of rows: small enough to stay in cache, where they are made and used."""

Found = tuple[NDArray[np.float32], NDArray[np.int64]]
Search = Callable[[Array, Array, int], Found]


def two_loops(train: Array, test: Array, k: int) -> Found:
    """Compare every test row with every training row, one pair at a time; see `no_loop`."""
    squared = np.empty((len(test), len(train)))
    for i in range(len(test)):
        for j in range(len(train)):
            difference = (test[i] - train[j]).astype(np.float64)
            squared[i, j] = np.dot(difference, difference)
    return _stack([_nearest(row, k) for row in squared], k)


def one_loop(train: Array, test: Array, k: int) -> Found:
    """Compare every test row with all training rows at once, by broadcasting; see `no_loop`."""
    return _stack([_nearest(_squared(train, row), k) for row in test], k)


def no_loop(train: Array, test: Array, k: int) -> Found:
    """Compare all rows with all rows by one matrix product, in blocks of test rows.

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

    References
    ----------
    Rounding error of a dot product: Higham (2002), Accuracy and Stability of Numerical
    Algorithms, section 3.1.
    """
    norms = np.einsum("ij,ij->i", train, train)
    found = [
        _block(train, norms, test[rows], k)
        for rows in _blocks(len(test), _width(train), BLOCK_BYTES)
    ]
    return _join(found, k)


def _width(train: Array) -> int:
    """Bytes that one test row takes: its scores, a copy to partition, and a mask."""
    return len(train) * (2 * train.itemsize + 1)


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
    limit = np.partition(scores, k - 1, axis=1)[:, k - 1] + _slack(train, norms, test)
    # Rounded up to the dtype of the scores: comparing mixed dtypes would convert every score.
    limit = np.nextafter(limit.astype(scores.dtype), scores.dtype.type(np.inf))
    rows, columns = np.nonzero(scores <= limit[:, None])
    return closest(_pairs(train, columns, test, rows), rows, columns, k)


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


def _squared(train: Array, row: Array) -> NDArray[np.float64]:
    """Return the squared distances between all of `train` and one row, (n,)."""
    out = np.empty(len(train))
    for part in _blocks(len(train), _pair_width(train), CACHE_BYTES):
        out[part] = _sums_of_squares(train[part] - row)
    return out


def _sums_of_squares(difference: Array) -> NDArray[np.float64]:
    wide = difference.astype(np.float64)
    sums: NDArray[np.float64] = np.einsum("ij,ij->i", wide, wide)
    return sums


def _nearest(squared: NDArray[np.float64], k: int) -> Found:
    """Return the k smallest of (n,) values and their indices, ties by index."""
    kth = np.partition(squared, k - 1)[k - 1]
    candidates = np.flatnonzero(squared <= kth)
    order = candidates[np.argsort(squared[candidates], kind="stable")[:k]]
    return np.sqrt(squared[order]).astype(np.float32), order.astype(np.int64)


def closest(squared: NDArray[np.float64], rows: Array, columns: Array, k: int) -> Found:
    """Return the k best candidates of every row.

    Parameters
    ----------
    squared : ndarray, (pairs,), float64
        Squared distances.
    rows, columns : ndarray, (pairs,), int64
        Test and training row of each pair, sorted by row, then by column; every row has at
        least k pairs.
    k : int

    Returns
    -------
    distances : ndarray, (m, k), float32
    indices : ndarray, (m, k), int64
        By distance, equal distances by index.
    """
    order = np.lexsort((squared, rows))  # stable, so ties stay in order of index
    starts = np.flatnonzero(np.diff(rows, prepend=-1))
    first = order[starts[:, None] + np.arange(k)]
    return np.sqrt(squared[first]).astype(np.float32), columns[first].astype(np.int64)


def _stack(found: list[Found], k: int) -> Found:
    return _join([(distances[None], indices[None]) for distances, indices in found], k)


def _join(found: list[Found], k: int) -> Found:
    empty: Found = (np.empty((0, k), np.float32), np.empty((0, k), np.int64))
    distances, indices = zip(empty, *found, strict=True)
    return np.concatenate(distances), np.concatenate(indices)


IMPLEMENTATIONS: Mapping[str, Search] = {
    "two_loops": two_loops,
    "one_loop": one_loop,
    "no_loop": no_loop,
}

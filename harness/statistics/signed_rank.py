"""The exact one-sample Wilcoxon signed-rank test, and the estimate and bounds that belong to it.

The test asks of paired log-ratios whether their centre lies above a bound. When the two sides of a
pair are measured in random order and do not differ, every log-ratio is as likely positive as
negative whatever its distribution, so that the test is exact: no normality, no equal variances.

References
----------
Wilcoxon (1945), Individual comparisons by ranking methods, Biometrics Bulletin 1, 80-83.
Hodges & Lehmann (1963), Estimates of location based on rank tests, Ann. Math. Stat. 34, 598-611.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from harness.statistics.intervals import Values, probability, vector
from harness.types import Interval

Vector = NDArray[np.float64]
RESAMPLES, HALVINGS = 400, 12
"""Of the search for what is detectable: to a share of 2 %, and to a 4096th of the spread."""


def signed_rank_p(values: Values, bound: float = 0.0) -> float:
    """p-value of "the centre of the values is at most `bound`", against "it is greater".

    Conditional on the ranks, ties included: equal distances share their mean rank and the null
    distribution is that of these ranks. Values equal to `bound` say nothing and are left out.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        One value per pair.
    bound : float
        The largest centre that is not called greater.

    Returns
    -------
    float
        At least ``2 ** -n``; 1.0 when no value differs from `bound`.
    """
    array = vector(values, 1)
    array = array[array != bound]
    if not array.size:
        return 1.0
    doubled = _doubled_ranks(array, bound)
    tail = _tail(tuple(sorted(doubled.tolist())))
    return float(tail[int(doubled[array > bound].sum())])


def centre(values: Values) -> float:
    """Return the Hodges-Lehmann estimate: the median of the means of all pairs of (n,) values."""
    return float(np.median(_walsh(vector(values, 1))))


def centre_bound(values: Values, level: float) -> float:
    """Return the upper confidence bound of the centre of values (n,); inf when n is too small."""
    return -_lower_end(-vector(values, 1), 1.0 - probability(level))


def centre_interval(values: Values, level: float = 0.95) -> Interval:
    """Return the two-sided distribution-free interval of the centre of symmetric values.

    Order statistics of the Walsh averages, moved outwards where values are tied until the test
    of this module rejects what lies just outside; ``(-inf, inf)`` when n is too small for the
    level (n < 6 at 95 %).
    """
    array = vector(values, 1)
    tail = (1.0 - probability(level)) / 2.0
    return Interval(_lower_end(array, tail), -_lower_end(-array, tail), level)


def detectable(
    values: Values, bound: float, alpha: float, *, power: float = 0.8, seed: int = 0
) -> float:
    """Return the smallest centre that the test would have told from `bound`, given this noise.

    The values, moved so that their centre is c, are resampled; c is raised until the share of
    resamples with ``p <= alpha`` reaches `power`.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Their spread is the noise; their centre does not matter.
    bound : float
        As in `signed_rank_p`.
    alpha : float
        Level of the test.
    power : float
        Share of repetitions in which it should be told.
    seed : int
        Of the resampling.

    Returns
    -------
    float
        The centre; inf when no p-value of n values can be as small as `alpha`.
    """
    array = vector(values, 1)
    if 0.5**array.size > alpha:
        return math.inf
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = (array - centre(array))[rng.integers(array.size, size=(RESAMPLES, array.size))]
    least = _critical(array.size, alpha)
    low, high = 0.0, float(2.0 * np.abs(array - centre(array)).max())
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        caught = float(np.mean(_statistic(drawn + middle) >= least))
        low, high = (low, middle) if caught >= power else (middle, high)
    return bound + high


def _statistic(rows: Vector) -> Vector:
    """Return the sum of the ranks of the positive values of each row, (m, n) to (m,)."""
    order = np.argsort(np.abs(rows), axis=1)
    positive = np.take_along_axis(rows > 0, order, axis=1)
    return np.asarray(positive @ np.arange(1.0, rows.shape[1] + 1))


def _critical(n: int, alpha: float) -> float:
    """Return the smallest sum of positive ranks of n untied values with p <= alpha."""
    tail = np.asarray(_tail(tuple(range(2, 2 * n + 1, 2))))
    return float(np.argmax(tail <= alpha)) / 2.0


def _doubled_ranks(array: Vector, bound: float) -> NDArray[np.int64]:
    """Return twice the ranks of the distances of the values from `bound`, (n,); ties share a mean.

    A distance is the rounded difference and what rounding took from it (Knuth's two-sum), which
    together are exact. Rounding keeps the order, so that the second decides among equal firsts.
    """
    rounded = array - bound
    back = rounded - array
    lost = (array - (rounded - back)) - (bound + back)
    size, rest = np.abs(rounded), np.where(rounded > 0, lost, -lost)
    order = np.lexsort((rest, size))
    new = np.diff(size[order], prepend=-1.0) != 0.0
    new[1:] |= np.diff(rest[order]) != 0.0
    first = np.flatnonzero(new)
    past = np.append(first[1:], array.size)
    doubled = np.empty(array.size, np.int64)
    doubled[order] = np.repeat(first + 1 + past, past - first)
    return doubled


def _lower_end(array: Vector, tail: float) -> float:
    """Return the largest Walsh average with all below it rejected at `tail`; -inf if none is.

    Which one it is without ties is known beforehand. Ties change the distribution of the ranks,
    and the test may then need one farther out.
    """
    rank = _rank(array.size, tail)
    if not rank:
        return -math.inf
    ends = np.unique(_walsh(array)[:rank]).tolist()
    while len(ends) > 1:
        below = (ends[-2] + ends[-1]) / 2.0
        if not ends[-2] < below < ends[-1] or signed_rank_p(array, below) <= tail:
            break
        ends.pop()
    return float(ends[-1])


def _walsh(array: Vector) -> Vector:
    """Return the means of all pairs, each value with itself too, sorted, (n (n + 1) / 2,)."""
    rows, columns = np.triu_indices(array.size)
    return np.sort((array[rows] + array[columns]) / 2.0)


def _rank(n: int, tail: float) -> int:
    """Return the largest r with P(sum of positive ranks <= r - 1) <= tail; 0 if there is none."""
    upper = np.asarray(_tail(tuple(range(2, 2 * n + 1, 2))))[::2]
    # By symmetry P(W <= r - 1) = P(W >= total - r + 1).
    return int(np.count_nonzero(upper[::-1] <= tail))


@functools.lru_cache(maxsize=256)
def _tail(doubled: tuple[int, ...]) -> tuple[float, ...]:
    """Return P(W >= s) for s = 0, 1, ..., the sum of all ranks.

    W is the sum of a subset of the ranks, each in or out by a fair coin. Ranks are doubled, so
    that means of tied ranks are whole numbers.
    """
    chances = np.ones(1)
    for rank in doubled:
        longer = np.zeros(chances.size + rank)
        longer[: chances.size] += chances / 2.0
        longer[rank:] += chances / 2.0
        chances = longer
    return tuple(np.cumsum(chances[::-1])[::-1].tolist())

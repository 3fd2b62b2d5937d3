"""Where the level of a series shifts, with a permutation test for whether it does at all.

Breaks are located by least squares (``ruptures``, exact search). Whether there is any is asked of
the double maximum: the larger of the F statistics of the best single break and of the best two, so
that a level that comes back is seen as well. Its p-value comes from permutations, which assume no
distribution, only that the values of one level are exchangeable. Accepted breaks divide the series,
and the question is asked again within the parts, until it is answered with no.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness import extras
from harness.statistics.intervals import Values, probability, vector

LEAST = 6
"""Values that a part must have for breaks to be looked for in it."""

SHORTEST = 2
"""Values that make a level: a single one out of line is none."""

BREAKS = 2
EXCEEDANCES = 10
RESOLUTION = 4  # draws per 1 / level: enough for a p-value well below the level
RESAMPLES = 999
_SLACK = 1e-9  # sums of squares reached by different orders of addition differ by rounding

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """A new level begins.

    Attributes
    ----------
    index : int
        The first value of the new level.
    p_value : float
        Of "every part between the shifts found before has one level".
    """

    index: int
    p_value: float


@dataclass(frozen=True)
class _Split:
    """The best division of a part: the F statistic, and the first values of its new levels."""

    statistic: float
    breaks: tuple[int, ...]


def shifts(values: Values, level: float = 0.05, *, seed: int = 0) -> tuple[Shift, ...]:
    """Return the shifts of level of a series, in order.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        In order; fewer than 6 have no shift.
    level : float
        Probability of finding any shift where there is none.
    seed : int
        Of the generator that draws the permutations.

    References
    ----------
    Bai & Perron (1998), Estimating and testing linear models with multiple structural changes,
    Econometrica 66, 47-78 (the double maximum). Matteson & James (2014), A nonparametric approach
    for multiple change point analysis of multivariate data, J. Am. Stat. Assoc. 109, 334-345
    (permutation tests within the parts). Truong, Oudre & Vayatis (2020), Selective review of
    offline change point detection methods, Signal Processing 167, 107299 (the search).
    """
    array = vector(values)
    rng = np.random.Generator(np.random.PCG64(seed))
    found: dict[int, Shift] = {}
    while True:
        ends = (0, *sorted(found), array.size)
        best = _best(array, ends)
        p_value = _p_value(array, ends, best.statistic, probability(level), rng)
        if p_value > level:
            return tuple(found[index] for index in sorted(found))
        found.update({index: Shift(index, p_value) for index in best.breaks})


def _best(array: Floats, ends: Sequence[int]) -> _Split:
    """Return the best division of any one part between `ends`."""
    splits = [_split(array[a:b], a) for a, b in itertools.pairwise(ends)]
    return max(splits, key=lambda split: split.statistic)


def _split(part: Floats, start: int) -> _Split:
    """Return the best division of one part, whose first value is number `start` of the series."""
    if part.size < LEAST or part.min() == part.max():
        return _Split(-math.inf, ())
    # here: with the part of SciPy it brings, it takes a second, and most commands never need it
    extras.require("ruptures")
    from ruptures import KernelCPD

    centred = part - part.mean()
    search = KernelCPD(kernel="linear", min_size=SHORTEST).fit(centred)
    splits = []
    for count in range(BREAKS, 0, -1):  # the most breaks first: fewer are a by-product
        breaks = search.predict(n_bkps=count)[:-1]
        statistic = _f_statistic(centred, breaks)
        splits.append(_Split(statistic, tuple(start + index for index in breaks)))
    # of two that leave nothing, the one with fewer breaks
    return max(reversed(splits), key=lambda split: split.statistic)


def _f_statistic(centred: Floats, breaks: Sequence[int]) -> float:
    """Return how much of the squares the breaks explain, per break, over what they leave."""
    sizes = np.diff([0, *breaks, centred.size])
    sums = np.add.reduceat(centred, [0, *breaks])
    explained = float(np.sum(sums**2 / sizes) / (centred @ centred))
    if 1.0 - explained < _SLACK:
        return math.inf
    return explained / len(breaks) / ((1.0 - explained) / (centred.size - len(breaks) - 1))


def _p_value(
    array: Floats, ends: Sequence[int], seen: float, level: float, rng: np.random.Generator
) -> float:
    """Return the p-value of a statistic among permutations within the parts.

    Drawing stops once ten reach what was seen: p is then the share so far, and the test keeps
    its level (Besag & Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78, 301-304).
    """
    if seen == -math.inf:
        return 1.0
    reached, most = 0, max(RESAMPLES, math.ceil(RESOLUTION / level))
    for drawn in range(1, most + 1):
        shuffled = np.concatenate(
            [rng.permutation(array[a:b]) for a, b in itertools.pairwise(ends)]
        )
        reached += _best(shuffled, ends).statistic >= seen * (1.0 - _SLACK)
        if reached == EXCEEDANCES:
            return reached / drawn
    return (reached + 1) / (most + 1)

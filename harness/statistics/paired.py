"""Differences and ratios of paired values."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special

from harness.statistics import location
from harness.statistics.checks import Values, pair
from harness.statistics.location import Location
from harness.types import Interval


def difference_interval(a: Values, b: Values, level: float = 0.95) -> Interval:
    """T interval of the mean of a - b over pairs.

    Parameters
    ----------
    a, b : array_like of float, shape (n,)
        Paired values, n >= 2.
    """
    first, second = pair(a, b, 2)
    return location.of_mean(first - second).interval(level)


def log_ratio(a: Values, b: Values) -> NDArray[np.float64]:
    """Return ``log(a / b)`` per pair, shape (n,).

    Raises
    ------
    ValueError
        If a value is not positive; `ratio_of_means` bears such values.
    """
    first, second = pair(a, b)
    bad = int(np.count_nonzero((first <= 0) | (second <= 0)))
    if bad:
        raise ValueError(
            f"a log ratio needs positive values, got {bad} pairs with one that is not; "
            "use ratio_of_means"
        )
    logs: NDArray[np.float64] = np.log(first) - np.log(second)
    return logs


def ratio_interval(a: Values, b: Values, level: float = 0.95) -> Interval:
    """Interval of the geometric mean of a / b: t on the logarithms, carried back by exp.

    References
    ----------
    Fleming & Wallace (1986), How not to lie with statistics: the correct way to summarize
    benchmark results, CACM 29, 218-221.
    """
    logs = location.of_mean(log_ratio(a, b)).interval(level)
    return Interval(math.exp(logs.low), math.exp(logs.high), level)


def ratio_of_means(a: Values, b: Values) -> Location:
    """Return the logarithm of mean(a) / mean(b) over pairs, by the delta method.

    With u = a / mean(a) - b / mean(b), the standard error is sd(u) / sqrt(n). Zeros among the
    values do no harm; both means must be positive.

    References
    ----------
    Cochran (1977), Sampling Techniques, 3rd ed., section 6.4.
    """
    first, second = pair(a, b, 2)
    mean_a, mean_b = float(first.mean()), float(second.mean())
    if mean_a <= 0 or mean_b <= 0:
        raise ValueError(f"both means must be positive, got {mean_a} and {mean_b}")
    u = location.of_mean(first / mean_a - second / mean_b)
    return Location(math.log(mean_a / mean_b), u.se, u.df)


def paired_binary(a: Values, b: Values) -> Location:
    """Return mean(a) - mean(b) of paired 0/1 values, adjusted after Agresti & Min.

    Half an example is added to each cell of the 2 x 2 table, so the interval does not shrink to
    a point when no pair disagrees. Where only a handful of pairs disagree, all the same way, a
    nominal 95 % covers about 93 %.

    References
    ----------
    Agresti & Min (2005), Simple improved confidence intervals for comparing matched
    proportions, Statistics in Medicine 24, 729-740.
    """
    gained, lost, n = _discordant(a, b)
    total = n + 2
    up, down = (gained + 0.5) / total, (lost + 0.5) / total
    return Location(up - down, math.sqrt((up + down - (up - down) ** 2) / total), math.inf)


def mcnemar(a: Values, b: Values) -> float:
    """One-sided exact p-value of "a is 1 no more often than b" for paired 0/1 values.

    The sign-flip test for 0/1 values in closed form: a binomial tail of the pairs that disagree.

    References
    ----------
    McNemar (1947), Note on the sampling error of the difference between correlated proportions
    or percentages, Psychometrika 12, 153-157.
    """
    gained, lost, _ = _discordant(a, b)
    return float(special.bdtr(lost, gained + lost, 0.5)) if gained + lost else 1.0


def _discordant(a: Values, b: Values) -> tuple[int, int, int]:
    """Return (pairs with a > b, pairs with a < b, all pairs)."""
    first, second = pair(a, b)
    if not (np.isin(first, (0.0, 1.0)).all() and np.isin(second, (0.0, 1.0)).all()):
        raise ValueError("paired binary values must be 0 or 1; use difference_interval otherwise")
    return int((first > second).sum()), int((first < second).sum()), first.size

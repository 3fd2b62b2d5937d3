"""Confidence and prediction intervals."""

from __future__ import annotations

import math

import numpy as np

from harness.extras import late
from harness.statistics import location
from harness.statistics.vectors import Values, probability, vector
from harness.types import Interval

special = late("scipy.special")


def mean_interval(values: Values, level: float = 0.95) -> Interval:
    """Student's t interval of a mean.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Independent values, n >= 2.
    level : float
        Confidence level.

    Raises
    ------
    ValueError
        If there are fewer than two values, or one is not finite.

    References
    ----------
    Student (1908), The probable error of a mean, Biometrika 6, 1-25.
    """
    return location.of_mean(values).interval(level)


def prediction_interval(values: Values, level: float = 0.95) -> Interval:
    """Interval that holds one further value: ``mean +- t s sqrt(1 + 1/n)``.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Independent, roughly normal values, n >= 2.
    level : float
        Probability that the next value falls inside.

    References
    ----------
    Hahn & Meeker (1991), Statistical Intervals, section 4.7.
    """
    return predicted(values).interval(level)


def predicted(values: Values) -> location.Location:
    """Return the location whose intervals predict one further value of a sample (n,)."""
    array = vector(values, 2)
    se = location.spread(array) * math.sqrt(1.0 + 1.0 / array.size)
    return location.Location(location.mean(array), se, array.size - 1)


def proportion_interval(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Clopper-Pearson interval of a probability: never covers less than `level`.

    Parameters
    ----------
    successes, trials : int
        ``0 <= successes <= trials``, ``trials >= 1``.
    level : float
        Confidence level.

    References
    ----------
    Clopper & Pearson (1934), The use of confidence or fiducial limits illustrated in the case
    of the binomial, Biometrika 26, 404-413.
    """
    _counts(successes, trials)
    tail = (1.0 - probability(level)) / 2.0
    low = special.betaincinv(successes, trials - successes + 1, tail) if successes else 0.0
    high = 1.0
    if successes < trials:
        high = special.betaincinv(successes + 1, trials - successes, 1.0 - tail)
    return Interval(float(low), float(high), level)


def _counts(successes: int, trials: int) -> None:
    if not (trials >= 1 and 0 <= successes <= trials):
        raise ValueError(
            f"successes must lie in 0..trials and trials be 1 or more, got {successes} of {trials}"
        )


def median_interval(values: Values, level: float = 0.95) -> Interval:
    """Distribution-free interval of a median by order statistics; inf is allowed.

    ``[x_(r), x_(n+1-r)]`` with the largest r for which ``1 - 2 P(Bin(n, 1/2) < r) >= level``;
    ``(-inf, inf)`` when n is too small for any (n < 6 at 95 %, n < 5 at 90 %).

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Independent values; inf counts as larger than any number. nan is refused.
    level : float
        Confidence level, a lower bound of the coverage.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, 3rd ed., section 3.2.
    """
    array = np.sort(np.asarray(values, dtype=np.float64))
    if array.ndim != 1 or not array.size or np.isnan(array).any():
        raise ValueError("values must be a vector without nan; say how many there are instead")
    rank = _rank(array.size, (1.0 - probability(level)) / 2.0)
    if rank == 0:
        return Interval(-math.inf, math.inf, level)
    return Interval(float(array[rank - 1]), float(array[-rank]), level)


def _rank(n: int, tail: float) -> int:
    """Return the largest r with P(Bin(n, 1/2) <= r - 1) <= tail; 0 if there is none."""
    below = special.bdtr(np.arange(n // 2 + 1), n, 0.5)
    return int(np.count_nonzero(below <= tail))

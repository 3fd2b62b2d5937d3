"""An estimate with a standard error and degrees of freedom: the shape of every t interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from harness.statistics.checks import Values, probability, vector
from harness.types import Interval


@dataclass(frozen=True)
class Location:
    """A centre whose error, divided by `se`, follows Student's t with `df` degrees of freedom.

    Attributes
    ----------
    centre : float
        The estimate.
    se : float
        Its standard error; 0 when the values do not vary, and the interval is then a point.
    df : float
        Degrees of freedom; ``math.inf`` for the normal distribution.
    """

    centre: float
    se: float
    df: float

    def interval(self, level: float = 0.95) -> Interval:
        """Return ``centre +- t * se`` at `level`."""
        half = quantile(probability(level), self.df) * self.se if self.se else 0.0
        return Interval(self.centre - half, self.centre + half, level)

    def above(self, bound: float) -> float:
        """Return the one-sided p-value of "the true value is at least `bound`"."""
        if self.se == 0.0 or math.isinf(bound):
            return float(self.centre >= bound)
        return cumulative((self.centre - bound) / self.se, self.df)

    def below(self, bound: float) -> float:
        """Return the one-sided p-value of "the true value is at most `bound`"."""
        return Location(-self.centre, self.se, self.df).above(-bound)

    def p_inside(self, low: float, high: float) -> float:
        """Return the two-sided p-value of "the true value lies in ``[low, high]``".

        It is at most ``1 - level`` exactly when the interval at `level` and ``[low, high]``
        share no point, up to rounding at the boundary.
        """
        if low <= self.centre <= high:
            return 1.0
        return 2.0 * (self.above(low) if self.centre < low else self.below(high))


def cumulative(t: float, df: float) -> float:
    """Return P(T <= t) of Student's t."""
    return float(special.ndtr(t) if math.isinf(df) else special.stdtr(df, t))


def quantile(level: float, df: float) -> float:
    """Return the two-sided critical value of Student's t at `level`."""
    upper = 0.5 + level / 2.0
    return float(special.ndtri(upper) if math.isinf(df) else special.stdtrit(df, upper))


def of_mean(values: Values) -> Location:
    """Return the mean of independent values with ``s / sqrt(n)`` and n - 1 degrees of freedom.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        At least two.
    """
    array = vector(values, 2)
    return Location(float(array.mean()), spread(array) / math.sqrt(array.size), array.size - 1)


def spread(values: Values) -> float:
    """Return the sample standard deviation; exactly 0 when all values are equal.

    The mean of equal values may be off by a rounding error, and a spread of 1e-17 in place of 0
    would pass for noise.
    """
    array = vector(values, 2)
    return 0.0 if array.min() == array.max() else float(array.std(ddof=1))


def of_means(a: Values, b: Values) -> Location:
    """Return mean(a) - mean(b) of independent samples, Welch's standard error and df.

    References
    ----------
    Welch (1947), The generalization of 'Student's' problem when several different population
    variances are involved, Biometrika 34, 28-35.
    """
    first, second = vector(a, 2), vector(b, 2)
    va, vb = spread(first) ** 2 / first.size, spread(second) ** 2 / second.size
    total = va + vb
    df = total**2 / (va**2 / (first.size - 1) + vb**2 / (second.size - 1)) if total else math.inf
    return Location(float(np.mean(first) - np.mean(second)), math.sqrt(total), df)

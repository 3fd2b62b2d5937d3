"""An estimate with a standard error and degrees of freedom: the shape of every t interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.extras import late
from harness.statistics.vectors import Values, probability, vector
from harness.types import Interval

special = late("scipy.special")


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

    def above(self, bound: float, *, strict: bool = False) -> float:  # noqa: ARG002 - continuous
        """Return the one-sided p-value of "the true value is at least `bound`"."""
        if self.se == 0.0 or math.isinf(bound):
            return float(self.centre >= bound)
        return cumulative((self.centre - bound) / self.se, self.df)

    def below(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the true value is at most `bound`"."""
        return Location(-self.centre, self.se, self.df).above(-bound, strict=strict)


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
    return Location(mean(array), spread(array) / math.sqrt(array.size), array.size - 1)


def mean(values: Values) -> float:
    """Return the mean of (n,) values without overflow; the value itself when all are equal."""
    array = vector(values, 1)
    if array.min() == array.max():
        return float(array[0])
    unit, exponent = _unit(array)
    return float(np.ldexp(unit.mean(), exponent))


def spread(values: Values) -> float:
    """Return the sample standard deviation of values (n,); exactly 0 when all are equal.

    The mean of equal values may be off by a rounding error, and a spread of 1e-17 in place of 0
    would pass for noise.
    """
    array = vector(values, 2)
    if array.min() == array.max():
        return 0.0
    unit, exponent = _unit(array)
    return float(np.ldexp(unit.std(ddof=1), exponent))


def _unit(array: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Return the values divided by a power of two (no rounding) to lie within -1..1, and it.

    Losses that explode reach 1e300, whose squares overflow.
    """
    exponent = int(np.frexp(np.abs(array).max())[1])
    return np.ldexp(array, -exponent), exponent

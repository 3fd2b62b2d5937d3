"""Intervals: of a t estimate with its error, of medians and proportions, of one value more.

With the vectors, and pairs of them, that this package takes, checked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.extras import late
from harness.types import Interval

special = late("scipy.special")
Values = Sequence[float] | NDArray[np.float64]
"""A vector of floats, shape (n,); estimates and intervals of it are float64 in its own unit."""


def vector(values: Values, least: int = 1) -> NDArray[np.float64]:
    """Return `values` as a float64 vector of at least `least` finite numbers.

    Raises
    ------
    ValueError
        If there are fewer values, the shape is not (n,), or a value is inf or nan.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < least:
        raise ValueError(
            f"values must be a vector of at least {least} numbers, got shape {array.shape}"
        )
    if not np.isfinite(array).all():
        bad = int(np.count_nonzero(~np.isfinite(array)))
        raise ValueError(f"values must be finite, got {bad} inf or nan; deal with them first")
    return array


def pair(a: Values, b: Values, least: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two float64 vectors of equal length, (n,) each, checked as by `vector`."""
    first, second = vector(a, least), vector(b, least)
    if first.size != second.size:
        raise ValueError(f"pairs must have equal lengths, got {first.size} and {second.size}")
    return first, second


def probability(level: float, name: str = "level") -> float:
    """Return `level` if it lies in (0, 1); ValueError otherwise."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, got {level}")
    return level


def log_ratio(a: Values, b: Values) -> NDArray[np.float64]:
    """Return ``log(a / b)`` per pair, shape (n,).

    Raises
    ------
    ValueError
        If a value is not positive.
    """
    first, second = pair(a, b)
    bad = int(np.count_nonzero((first <= 0) | (second <= 0)))
    if bad:
        raise ValueError(f"a log ratio needs positive values, got {bad} pairs with one that is not")
    logs: NDArray[np.float64] = np.log(first) - np.log(second)
    return logs


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

    def predicted(self) -> Location:
        """Return the location whose intervals predict one further value of a normal sample.

        This must be its mean, of df + 1 values: ``s sqrt(1 + 1 / n)`` is ``se sqrt(n + 1)``.

        References
        ----------
        Hahn & Meeker (1991), Statistical Intervals, section 4.7.
        """
        return Location(self.centre, self.se * math.sqrt(self.df + 2.0), self.df)


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

    Raises
    ------
    ValueError
        If there are fewer, or one is not finite.

    References
    ----------
    Student (1908), The probable error of a mean, Biometrika 6, 1-25.
    """
    array = vector(values, 2)
    mean, sd = moments(array)
    return Location(mean, sd / math.sqrt(array.size), array.size - 1)


def moments(array: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean and the sample standard deviation of finite values (n,), n >= 2.

    Exactly the value itself, and 0, when all are equal: their mean may be off by a rounding error,
    and a deviation of 1e-17 in place of 0 would pass for noise. Losses that explode reach 1e300,
    whose squares overflow, so the values are divided by a power of two (no rounding) first.
    """
    low, high = float(array.min()), float(array.max())
    if low == high:
        return low, 0.0
    exponent = math.frexp(max(-low, high))[1]
    unit = np.ldexp(array, -exponent)
    mean = np.add.reduce(unit) / unit.size
    apart = unit - mean
    sd = np.sqrt(np.add.reduce(apart * apart) / (unit.size - 1))
    return float(np.ldexp(mean, exponent)), float(np.ldexp(sd, exponent))


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

"""One quantity and its doubt, by the kind of its values: intervals and one-sided tests.

Every class answers the same three questions, each by a method that is right for its kind of
values: in which interval does the true value lie, and how surprising would the values be if it
lay above, or below, a bound. `inside` and `outside` make of these the tests of a range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from harness.config.kinds import Kind
from harness.extras import late
from harness.statistics.bounded import BoundedMean
from harness.statistics.intervals import (
    Location,
    Values,
    median_interval,
    of_mean,
    proportion_interval,
)
from harness.types import Interval

special = late("scipy.special")


class Spread(Protocol):
    """A quantity that is known up to chance."""

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval at `level`, both tails alike."""
        ...

    def above(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the true value is at least (above) `bound`"."""
        ...

    def below(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the true value is at most (below) `bound`"."""
        ...


def outside(spread: Spread, low: float, high: float) -> float:
    """Return the p-value of "the true value lies outside ``[low, high]``".

    The larger of two one-sided tests (TOST); an end at infinity needs none.

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach,
    J. Pharmacokinet. Biopharm. 15, 657-680.
    """
    ends = [spread.below(low, strict=True)] if low > -math.inf else []
    ends += [spread.above(high, strict=True)] if high < math.inf else []
    return max(ends, default=0.0)


def inside(spread: Spread, low: float, high: float) -> float:
    """Return the p-value of "the true value lies in ``[low, high]``".

    That of the nearer end, twice where both ends could have been missed (Bonferroni).
    """
    ends = [spread.above(low)] if low > -math.inf else []
    ends += [spread.below(high)] if high < math.inf else []
    return min([1.0, *(len(ends) * p for p in ends)])


STEADY = 0.1
"""Runs of a fixed number may differ by this share of what lies between them and a bound."""


@dataclass(frozen=True)
class Fixed:
    """A number that the draw does not change, but for rounding: runs decide without chance.

    What differs by more than a tenth of its distance from a bound is, seen from there, no fixed
    number, whatever was declared: then every run is a coin flip, as for `Median`. (Two normal
    numbers are that close to each other, both on the wrong side of their mean, in 1.6 %.)
    """

    values: tuple[float, ...]

    def interval(self, level: float = 0.95) -> Interval:
        """Return the smallest and the largest value."""
        return Interval(min(self.values), max(self.values), level)

    def above(self, bound: float, *, strict: bool = False) -> float:
        """Return 0 where every run says otherwise, 1 where one does not."""
        most = max(self.values)
        return 1.0 if (most > bound if strict else most >= bound) else self._all(bound - most)

    def below(self, bound: float, *, strict: bool = False) -> float:
        """Return 0 where every run says otherwise, 1 where one does not."""
        least = min(self.values)
        return 1.0 if (least < bound if strict else least <= bound) else self._all(least - bound)

    def _all(self, gap: float) -> float:
        """Return the p-value where all runs lie beyond a bound, the nearest by a gap."""
        if min(self.values) == max(self.values):
            return 0.0
        steady = max(self.values) - min(self.values) <= STEADY * gap
        return 0.0 if steady else _tail(0, len(self.values))


@dataclass(frozen=True)
class Rate:
    """A probability, from how often something happened: binomial tails (Clopper and Pearson)."""

    successes: int
    trials: int

    def interval(self, level: float = 0.95) -> Interval:
        """Return the Clopper-Pearson interval."""
        return proportion_interval(self.successes, self.trials, level)

    def above(self, bound: float, *, strict: bool = False) -> float:
        """Return P(Bin(trials, bound) <= successes)."""
        if bound > 1.0 or (strict and bound >= 1.0):
            return 0.0
        return float(special.bdtr(self.successes, self.trials, max(0.0, bound)))

    def below(self, bound: float, *, strict: bool = False) -> float:
        """Return P(Bin(trials, bound) >= successes)."""
        if bound < 0.0 or (strict and bound <= 0.0):
            return 0.0
        if not self.successes:
            return 1.0
        return float(special.bdtrc(self.successes - 1, self.trials, min(1.0, bound)))


@dataclass(frozen=True)
class Median:
    """A median, by order statistics and the sign test: exact for every distribution.

    Values may be infinite. Nothing is shown by fewer than five (six, where both ends of a range
    could be missed).

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, 3rd ed., sections 3.2 and 3.4.
    """

    values: tuple[float, ...]

    def enough(self, level: float) -> bool:
        """Whether there are values enough for an interval at `level`."""
        return 0.5 ** (len(self.values) - 1) <= 1.0 - level + 1e-12

    def interval(self, level: float = 0.95) -> Interval:
        """Return the distribution-free interval; ``(-inf, inf)`` with too few values."""
        return median_interval(self.values, level)

    def above(self, bound: float, *, strict: bool = False) -> float:
        """Return P(Bin(n, 1/2) <= how many values lie there)."""
        array = np.array(self.values)
        return _tail(int(np.count_nonzero(array > bound if strict else array >= bound)), array.size)

    def below(self, bound: float, *, strict: bool = False) -> float:
        """Return P(Bin(n, 1/2) <= how many values lie there)."""
        array = np.array(self.values)
        return _tail(int(np.count_nonzero(array < bound if strict else array <= bound)), array.size)


def _tail(count: int, n: int) -> float:
    return float(special.bdtr(count, n, 0.5))


def of(values: Values, kind: Kind, low: float = 0.0, high: float = 1.0) -> Spread:
    """Return the spread of independent values of a kind.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Without nan; infinite ones only where the kind is ``fixed``, ``count`` or ``positive``.
    kind : str
        ``fixed``: `Fixed`; ``binary``: `Rate`; ``share``: `BoundedMean` between `low` and `high`;
        ``count`` and ``positive``: `Median`; ``real``: a t interval of the mean, or `Median`
        where all values are equal: they have no spread to make an interval of.
    low, high : float
        For ``share``.
    """
    array = np.asarray(values, dtype=np.float64)
    plain = tuple(array.tolist())
    if kind == "fixed":
        return Fixed(plain)
    if kind == "binary":
        return Rate(int(array.sum()), array.size)
    if kind == "share":
        return BoundedMean(plain, low, high)
    if kind == "real" and array.size > 1 and array.min() < array.max():
        return of_mean(array)
    return Median(plain)


def middle(values: Values, spread: Spread) -> tuple[str, float]:
    """Return what a spread of values (n,) is about, in a word, and its estimate.

    No word for a fixed number.
    """
    array = np.asarray(values, dtype=np.float64)
    if isinstance(spread, Fixed):
        return "", float(array[0])
    if isinstance(spread, Median):
        with np.errstate(invalid="ignore"):  # between -inf and inf there is no middle
            return "median", float(np.median(array))
    if isinstance(spread, Location):
        return "mean", spread.centre
    return ("rate" if isinstance(spread, Rate) else "mean"), float(array.mean())


def shown(spread: Spread, level: float = 0.95) -> Interval:
    """Return the interval at `level`; of a median of few values, all of them, at their own level.

    All of n values hold the median with a chance of ``1 - 2 ** (1 - n)``.
    """
    it = spread.interval(level)
    if not isinstance(spread, Median) or spread.enough(level):
        return it
    n = len(spread.values)
    return Interval(min(spread.values), max(spread.values), max(0.0, 1.0 - 0.5 ** (n - 1)))

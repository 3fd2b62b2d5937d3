"""The mean of values that lie between two bounds, whatever their distribution: by betting.

A gambler who starts with 1 and bets, value by value, that the mean is above m cannot multiply the
money by 1 / alpha with more than a chance of alpha if the mean is m or less (Ville's inequality).
How much is bet on a value depends on the values before it only. So the inverse of the capital is
a p-value: it holds for two values as for a thousand, for a share of four examples as for one of
ten thousand. How many values there will be must be settled beforehand, since the stakes depend on
it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from harness.types import Interval

CAUTION = 0.9
"""The largest share of the capital that one value may take."""
LEVEL = 0.05
"""The level at which the bets are worth most; the p-value holds at any."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BoundedMean:
    """A mean of values in ``[low, high]``.

    Attributes
    ----------
    values : tuple of float
        In the order in which they were drawn.
    low, high : float
        No value can lie outside.

    References
    ----------
    Waudby-Smith and Ramdas (2024), Estimating means of bounded random variables by betting,
    J. R. Stat. Soc. B 86, 1-27, sections 4.2 and 4.4: the capital process with predictable
    plug-in bets, one-sided. Howard, Ramdas, McAuliffe and Sekhon (2021), Time-uniform,
    nonparametric, nonasymptotic confidence sequences, Ann. Stat. 49, 1055-1080.
    """

    values: tuple[float, ...]
    low: float = 0.0
    high: float = 1.0

    def above(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the mean is at least `bound`"."""
        mirrored = BoundedMean(tuple(-value for value in self.values), -self.high, -self.low)
        return mirrored.below(-bound, strict=strict)

    def below(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the mean is at most `bound`"."""
        if bound < self.low or (strict and bound <= self.low):
            return 0.0
        if bound >= self.high:
            return 1.0
        mean = (bound - self.low) / (self.high - self.low)
        return float(_p_values(self._unit(), np.array([mean]))[0])

    def interval(self, level: float = 0.95) -> Interval:
        """Return the means that neither side rejects at ``(1 - level) / 2``."""
        return _means(self, level)

    def _unit(self) -> Floats:
        """Return the values as shares of the way from `low` to `high`, shape (1, n)."""
        unit: Floats = (np.array([self.values]) - self.low) / (self.high - self.low)
        return unit


@lru_cache(maxsize=64)  # a claim asks for the same interval to decide, to tell and to draw
def _means(one: BoundedMean, level: float) -> Interval:
    tail, width = (1.0 - level) / 2.0, one.high - one.low
    unit = one._unit()
    lower, upper = _least_mean(unit, tail), 1.0 - _least_mean(1.0 - unit, tail)
    return Interval(one.low + width * lower, one.low + width * upper, level)


def _least_mean(unit: Floats, tail: float) -> float:
    """Return the lower end of the interval of a mean between 0 and 1."""
    return _end(lambda means: _p_values(unit, means), 0.0, float(unit.mean()), tail)


LARGEST = 2.0**1000
"""Ratios beyond this, and below its inverse, are told by it: twice as much is no number."""
DOUBLINGS = 40
"""How far from the estimate the end of the interval of a ratio is looked for."""


@dataclass(frozen=True)
class BoundedRatio:
    """The ratio of two means over pairs of values in ``[0, 1]``.

    ``mean(a) / mean(b) <= c`` says the same as ``mean(a - c b) <= 0``, and the values ``a - c b``
    lie between -c and 1: every bound is tested by the bets of `BoundedMean`.

    Attributes
    ----------
    a, b : tuple of float
        Paired, of one length.
    """

    a: tuple[float, ...]
    b: tuple[float, ...]

    def above(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the ratio is at least `bound`"."""
        return self._turned().below(1.0 / bound, strict=strict) if bound > 0.0 else 1.0

    def below(self, bound: float, *, strict: bool = False) -> float:  # noqa: ARG002 - 0 lies inside
        """Return the one-sided p-value of "the ratio is at most `bound`"."""
        return float(self._p_values(np.array([bound]))[0]) if bound > 0.0 else 0.0

    def interval(self, level: float = 0.95) -> Interval:
        """Return the ratios that neither side rejects at ``(1 - level) / 2``."""
        return _ratios(self, level)

    def _turned(self) -> BoundedRatio:
        return BoundedRatio(self.b, self.a)

    def _least(self, tail: float) -> float:
        """Return the lower end of the interval; 0 where no bound is rejected."""
        with np.errstate(over="ignore", under="ignore"):
            ratio = float(np.mean(self.a) / np.mean(self.b))
        centre = math.log2(min(max(ratio, 1.0 / LARGEST), LARGEST))
        far = centre - DOUBLINGS
        found = _end(lambda logs: self._p_values(np.exp2(logs)), far, centre, tail, ROUNDS + 1)
        return 2.0**found if found > far else 0.0

    def _p_values(self, bounds: Floats) -> Floats:
        """Return the p-value of "the ratio is at most c" for every c."""
        a, b = np.array(self.a), np.array(self.b)
        found = []
        for part in _parts(bounds.size, a.size):
            c = bounds[part, None]
            found.append(_p_values((a - c * b + c) / (1.0 + c), (c / (1.0 + c))[:, 0]))
        return np.concatenate(found)


@lru_cache(maxsize=64)
def _ratios(one: BoundedRatio, level: float) -> Interval:
    low, inverse = (side._least((1.0 - level) / 2.0) for side in (one, one._turned()))
    return Interval(low, 1.0 / inverse if inverse else math.inf, level)


# -- bets ----------------------------------------------------------------------------------------

STEPS = 64
"""Bounds looked at in one go; each of `ROUNDS` goes divides what is left by as many."""
ROUNDS = 4
_BLOCK = 1 << 20  # values of a table of bets


def _end(
    p_values: Callable[[Floats], Floats],
    low: float,
    high: float,
    tail: float,
    rounds: int = ROUNDS,
) -> float:
    """Return up to where, from `low` on, every bound is rejected; `low` where none is."""
    for _ in range(rounds):
        bounds = np.linspace(low, high, STEPS)
        kept = np.flatnonzero(p_values(bounds) > tail)
        first = int(kept[0]) if kept.size else STEPS - 1
        if first == 0:
            return low
        low, high = float(bounds[first - 1]), float(bounds[first])
    return low


def _parts(bounds: int, values: int) -> Iterator[slice]:
    """Yield slices of so many bounds that a table of bets has no more than a block."""
    rows = max(1, _BLOCK // values)
    return (slice(first, first + rows) for first in range(0, bounds, rows))


def _p_values(unit: Floats, means: Floats) -> Floats:
    """Return the p-value of "the mean is at most m" for every m.

    Parameters
    ----------
    unit : ndarray of float, shape (1, n) or (k, n)
        Values between 0 and 1: the same for every mean, or a row for each.
    means : ndarray of float, shape (k,)
    """
    stakes = _stakes(unit)
    parts = [
        _capital(unit, stakes, means[part])
        if len(unit) == 1
        else _capital(unit[part], stakes[part], means[part])
        for part in _parts(means.size, unit.shape[1])
    ]
    p_values: Floats = np.exp(-np.maximum(np.concatenate(parts), 0.0))
    return p_values


def _capital(unit: Floats, stakes: Floats, means: Floats) -> Floats:
    """Return the logarithm of the largest capital on the way, one for every mean."""
    bets = np.minimum(stakes, CAUTION / np.maximum(means, 1e-12)[:, None])
    gains = np.log1p(bets * (unit - means[:, None]))
    most: Floats = np.cumsum(gains, axis=1).max(axis=1)
    return most


def _stakes(unit: Floats) -> Floats:
    """Return the stake on every value: the smaller, the more the values before it vary."""
    n = unit.shape[1]
    before = np.arange(1, n + 1)  # how many values each bet has seen, and one believed in
    means = (0.5 + np.cumsum(unit, axis=1)) / (before + 1)
    squares = np.cumsum((unit - means) ** 2, axis=1)
    seen = np.hstack([np.zeros((len(unit), 1)), squares[:, :-1]])
    stakes: Floats = np.sqrt(2.0 * math.log(1.0 / LEVEL) / ((0.25 + seen) / before * n))
    return stakes

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
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.types import Interval

CAUTION = 0.9
"""The largest share of the capital that one value may take."""
LEVEL = 0.05
"""The level at which the bets are worth most; the p-value holds at any."""


@dataclass(frozen=True)
class Bounded:
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
        mirrored = Bounded(tuple(-value for value in self.values), -self.high, -self.low)
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
        tail, width = (1.0 - level) / 2.0, self.high - self.low
        unit = self._unit()
        lower, upper = _end(unit, tail), 1.0 - _end(1.0 - unit, tail)
        return Interval(self.low + width * lower, self.low + width * upper, level)

    def _unit(self) -> NDArray[np.float64]:
        unit: NDArray[np.float64] = (np.array(self.values) - self.low) / (self.high - self.low)
        return unit


STEPS = 64
"""Means looked at in one go; each of `ROUNDS` goes divides what is left by as many."""
ROUNDS = 4
_BLOCK = 1 << 20  # values of a table of bets


def _end(unit: NDArray[np.float64], tail: float) -> float:
    """Return the lower end of the interval of a mean between 0 and 1."""
    low, high = 0.0, float(unit.mean())
    for _ in range(ROUNDS):
        means = np.linspace(low, high, STEPS)
        kept = np.flatnonzero(_p_values(unit, means) > tail)
        first = int(kept[0]) if kept.size else STEPS - 1
        if first == 0:
            return low
        low, high = float(means[first - 1]), float(means[first])
    return low


def _p_values(unit: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the p-value of "the mean is at most m" for every m; values between 0 and 1."""
    stakes = _stakes(unit)
    rows = max(1, _BLOCK // unit.size)
    parts = [_capital(unit, stakes, means[i : i + rows]) for i in range(0, means.size, rows)]
    p_values: NDArray[np.float64] = np.exp(-np.maximum(np.concatenate(parts), 0.0))
    return p_values


def _capital(
    unit: NDArray[np.float64], stakes: NDArray[np.float64], means: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the logarithm of the largest capital on the way, one for every mean."""
    bets = np.minimum(stakes, CAUTION / np.maximum(means, 1e-12)[:, None])
    gains = np.log1p(bets * (unit - means[:, None]))
    most: NDArray[np.float64] = np.cumsum(gains, axis=1).max(axis=1)
    return most


def _stakes(unit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the stake on every value: the smaller, the more the values before it vary."""
    before = np.arange(1, unit.size + 1)  # how many values each bet has seen, and one believed in
    means = (0.5 + np.cumsum(unit)) / (before + 1)
    squares = np.concatenate([[0.0], np.cumsum((unit - means) ** 2)[:-1]])
    variances = (0.25 + squares) / before
    stakes: NDArray[np.float64] = np.sqrt(2.0 * math.log(1.0 / LEVEL) / (variances * unit.size))
    return stakes


@dataclass(frozen=True)
class BoundedRatio:
    """The ratio of two means over pairs of values in ``[0, 1]``.

    ``mean(a) / mean(b) <= c`` says the same as ``mean(a - c b) <= 0``, and the values ``a - c b``
    lie between -c and 1: every bound is tested by the bets of `Bounded`.

    Attributes
    ----------
    a, b : tuple of float
        Paired, of one length.
    """

    a: tuple[float, ...]
    b: tuple[float, ...]

    def above(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the ratio is at least `bound`"."""
        return self._against(bound).above(0.0, strict=strict) if bound > 0.0 else 1.0

    def below(self, bound: float, *, strict: bool = False) -> float:
        """Return the one-sided p-value of "the ratio is at most `bound`"."""
        return self._against(bound).below(0.0, strict=strict) if bound > 0.0 else 0.0

    def interval(self, level: float = 0.95) -> Interval:
        """Return the ratios that neither side rejects at ``(1 - level) / 2``."""
        tail, centre = (1.0 - level) / 2.0, float(np.mean(self.a) / np.mean(self.b))
        low = _edge(lambda c: self.below(c) <= tail, centre, 0.5)
        high = _edge(lambda c: self.above(c) <= tail, centre, 2.0)
        return Interval(low, high, level)

    def _against(self, bound: float) -> Bounded:
        values = np.array(self.a) - bound * np.array(self.b)
        return Bounded(tuple(values.tolist()), -bound, 1.0)


def _edge(rejected: Callable[[float], bool], near: float, step: float) -> float:
    """Return where rejection begins, going away from `near` by factors; 0 or inf if nowhere."""
    far = near * step
    for _ in range(40):
        if rejected(far):
            break
        far *= step
    else:
        return 0.0 if step < 1.0 else math.inf
    for _ in range(50):
        middle = math.sqrt(far * near)
        far, near = (middle, near) if rejected(middle) else (far, middle)
    return far

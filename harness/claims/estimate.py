"""Estimates: a number, the intervals around it, and the p-value against a band.

Three shapes serve every rule. A t interval (`Location`), on the values or on their logarithms; a
binomial rate (`Rate`); and, where a value is infinite and a mean has no meaning, a median.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from harness import statistics as hs
from harness.claims.text import many, number, resolution
from harness.claims.undecided import Undecided
from harness.claims.values import Floats
from harness.statistics import location
from harness.statistics.intervals import predicted
from harness.types import Interval

DECADES = 3.0


class Spread(Protocol):
    """What gives intervals and p-values on its own scale."""

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval at `level`."""
        ...

    def p_inside(self, low: float, high: float) -> float:
        """Return the two-sided p-value of "the true value lies in ``[low, high]``"."""
        ...


@dataclass(frozen=True)
class Rate:
    """A binomial probability, by Clopper and Pearson."""

    successes: int
    trials: int

    def interval(self, level: float = 0.95) -> Interval:
        """Return the Clopper-Pearson interval."""
        return hs.proportion_interval(self.successes, self.trials, level)

    def p_inside(self, low: float, high: float) -> float:
        """Return twice the binomial tail beyond the nearer end."""
        return hs.proportion_p_value(self.successes, self.trials, low, high)


@dataclass(frozen=True)
class Median:
    """A median, by order statistics and the sign test; values may be infinite."""

    values: tuple[float, ...]

    def interval(self, level: float = 0.95) -> Interval:
        """Return the distribution-free interval; ``(-inf, inf)`` with too few values."""
        return hs.median_interval(self.values, level)

    def p_inside(self, low: float, high: float) -> float:
        """Return the p-value of the sign test against the nearer end."""
        array = np.array(self.values)
        below, above = int((array < low).sum()), int((array > high).sum())
        others = array.size - max(below, above)
        return min(1.0, 2.0 * float(special.bdtr(others, array.size, 0.5)))


@dataclass(frozen=True)
class Estimate:
    """One measured quantity.

    Attributes
    ----------
    what : str
        In words: ``"mean"``, ``"mean difference"``, ``"slope"``.
    measured : float
        The estimate in the metric's own unit.
    n : int
        Independent values behind it.
    over : str
        What n counts.
    spread : Spread
        Its uncertainty, of the logarithm when `log`.
    run : Location or None
        One further run, for the prediction interval; None where a run has no meaning.
    log : bool
        Whether `spread` and `run` are on the log scale.
    notes : tuple of str
        What the reason must add.
    """

    what: str
    measured: float
    n: int
    over: str
    spread: Spread
    run: hs.Location | None = None
    log: bool = False
    notes: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        """Whether the values do not vary at all, so that there is nothing to test."""
        return isinstance(self.spread, hs.Location) and self.spread.se == 0.0

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval of the estimate in the metric's own unit."""
        return self._back(self.spread.interval(level))

    def prediction(self, level: float = 0.95) -> Interval | None:
        """Return the interval of one further run in the metric's own unit."""
        return self._back(self.run.interval(level)) if self.run else None

    def p_inside(self, low: float, high: float) -> float | None:
        """Return the p-value of "the true value lies in ``[low, high]``"; None if `exact`."""
        return None if self.exact else self.spread.p_inside(self._to(low), self._to(high))

    def p_run(self, value: float) -> float:
        """Return the p-value of "`value` is one further run"; 0 where a run has no meaning."""
        at = self._to(value)
        return self.run.p_inside(at, at) if self.run else 0.0

    def words(self) -> str:
        """Return ``"mean 0.9738"``, with the digits that the interval earns."""
        it = self.interval()
        return f"{self.what} {number(self.measured, resolution(self.measured, it))}"

    def count(self) -> str:
        """Return ``"over 10 seeds"``."""
        return f"over {many(self.n, self.over)}"

    def _to(self, value: float) -> float:
        if not self.log or math.isinf(value):
            return value
        return math.log(value) if value > 0.0 else -math.inf

    def _back(self, it: Interval) -> Interval:
        return Interval(_exp(it.low), _exp(it.high), it.level) if self.log else it


def _exp(value: float) -> float:
    return math.exp(value) if value < math.log(np.finfo(np.float64).max) else math.inf


def binary(values: Floats) -> bool:
    """Whether every value is 0 or 1."""
    return bool(np.isin(values, (0.0, 1.0)).all())


def of_rate(values: Floats, over: str, what: str = "rate") -> Estimate:
    """Return the share of ones among 0/1 values."""
    spread = Rate(int(values.sum()), values.size)
    return Estimate(what, float(values.mean()), values.size, over, spread)


def of_values(values: Floats, over: str, *, rate: bool = False, log: bool = False) -> Estimate:
    """Return the mean of values, or what stands for it.

    A rate for 0/1 values over examples (or when `rate`), a median when a value is infinite, the
    geometric mean when `log`.
    """
    if (rate or over == "examples") and binary(values):
        return of_rate(values, over)
    if not np.isfinite(values).all():
        return of_median(values, over)
    several(values, over)
    return of_mean(np.log(values) if log else values, over, log=log)


def several(values: Floats, over: str) -> None:
    """Raise Undecided when there is only one value, which says nothing of its own spread."""
    if values.size < 2:
        what = "example" if over == "examples" else "run"
        raise Undecided(
            f"one {what} only ({number(float(values[0]))}): it says nothing about its own spread",
            measured=float(values[0]),
            n=1,
            over=over,
        )


def of_mean(values: Floats, over: str, what: str = "mean", *, log: bool = False) -> Estimate:
    """Return the mean of finite values (logarithms, when `log`) with its t interval."""
    spread = location.of_mean(values)
    measured = _exp(spread.centre) if log else spread.centre
    run = predicted(values) if over == "seeds" else None
    what = "geometric mean" if log and what == "mean" else what
    return Estimate(what, measured, values.size, over, spread, run, log)


def of_median(values: Floats, over: str, what: str = "median") -> Estimate:
    """Return the median of values of which some are infinite, and say so."""
    infinite = int(np.isinf(values).sum())
    notes = (f"{infinite} of {values.size} values are inf, so the median is judged",)
    spread = Median(tuple(values.tolist()))
    # The middle of the sorted values, not numpy's mean of two: inf - inf would be nan.
    measured = float(np.sort(values)[(values.size - 1) // 2])
    return Estimate(what, measured, values.size, over, spread, notes=notes)


def wide(values: Floats, *bounds: float | None) -> bool:
    """Whether values and bounds are positive and span more than three decades."""
    finite = [x for x in (*values.tolist(), *bounds) if x is not None and math.isfinite(x)]
    if min(finite, default=0.0) <= 0.0:
        return False
    return math.log10(max(finite)) - math.log10(min(finite)) > DECADES

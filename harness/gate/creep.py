"""What the points of a series say together: steps, and slow creep.

A *step* is a commit at which the level shifts (`harness.statistics.shifts`). *Creep* is a trend
(`harness.statistics.monotone_trend`) of more than the margin that steps do not explain better. A
steady rise can be drawn as a staircase, and a step as a rise; the Schwarz criterion says which
description needs less.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.gate.history.values import Point, Series
from harness.gate.units import change
from harness.gate.values import Thresholds
from harness.numerals import chance
from harness.statistics import MonotoneTrend, Shift, monotone_trend, shifts
from harness.types import Interval
from harness.words import plural

LEVEL = 0.05
"""Probability of any finding where there is none, over all series that are looked at together."""

LEAST = 6
"""Points below which nothing is asked."""

MARGIN = Thresholds().margin
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Step:
    """A shift of level.

    Attributes
    ----------
    index : int
        Number of the first point of the new level.
    ratio : float
        Median after / median before, from the steps around it.
    p_value : float
        As in `harness.statistics.Shift`.
    moved : bool
        True when the libraries or the system changed at the same commit.
    """

    index: int
    ratio: float
    p_value: float
    moved: bool = False


@dataclass(frozen=True)
class Creep:
    """A trend without a large step.

    Attributes
    ----------
    ratio : float
        From one measured commit to the next.
    interval : Interval
        Of `ratio`.
    rise : float
        From the first point to the last, on the fitted line, as a ratio.
    p_value : float
        Of "there is no trend", two-sided.
    """

    ratio: float
    interval: Interval
    rise: float
    p_value: float


@dataclass(frozen=True)
class SeriesFinding:
    """What was found in a series.

    Attributes
    ----------
    series : Series
        Where.
    steps : tuple of Step
        In order; empty when there is creep.
    creep : Creep or None
        None when there is none.
    worse : bool
        True when the latest points are slower (or larger), by more than the margin, than those of
        the best level before; a step that was made good is none.
    text : str
        The finding in words.
    """

    series: Series
    steps: tuple[Step, ...] = ()
    creep: Creep | None = None
    worse: bool = False
    text: str = ""


def survey(found: Sequence[Series], level: float = LEVEL) -> tuple[SeriesFinding, ...]:
    """Return the findings of series that are looked at together.

    Each is judged at `level` over their number (Bonferroni), so that a long list of cases raises
    no more false alarms than a short one.
    """
    tests = sum(len(series.points) >= LEAST for series in found)
    return tuple(findings(series, level / max(tests, 1)) for series in found)


def findings(series: Series, level: float = LEVEL) -> SeriesFinding:
    """Return steps or creep of one series.

    Parameters
    ----------
    series : Series
        In the order of its commits.
    level : float
        Probability of any finding where there is none; half goes to steps, half to creep.
    """
    count = len(series.points)
    if count < LEAST:
        return SeriesFinding(series, text=f"too few commits ({count} of {LEAST})")
    values = np.asarray(series.log_ratios)
    shifted = shifts(values, level / 2.0)
    trend = monotone_trend(values)
    rise = trend.slope * (count - 1)
    steep = trend.p_value <= level / 2.0 and abs(rise) > math.log1p(MARGIN)
    if steep and _straighter(values, shifted):
        return _crept(series, trend, math.exp(rise))
    return _stepped(series, values, shifted)


def _straighter(values: Floats, shifted: Sequence[Shift]) -> bool:
    """Whether a straight line describes the values with less than the shifts do.

    Schwarz (1978), Estimating the dimension of a model, Ann. Stat. 6, 461-464. A line has two
    parameters; k shifts have k places and k + 1 levels.
    """
    if not shifted:
        return True
    index = np.arange(values.size)
    line = values - np.polyval(np.polyfit(index, values, 1), index)
    parts = np.split(values, [shift.index for shift in shifted])
    stairs = np.concatenate([part - part.mean() for part in parts])
    return _criterion(line, 2, values) < _criterion(stairs, 2 * len(shifted) + 1, values)


def _criterion(residuals: Floats, parameters: int, values: Floats) -> float:
    n = values.size
    least = 1e-12 * float(np.sum((values - values.mean()) ** 2))  # memory may fit without residue
    squares = max(float(residuals @ residuals), least)
    return n * math.log(squares / n) + parameters * math.log(n)


def _crept(series: Series, trend: MonotoneTrend, rise: float) -> SeriesFinding:
    low, high = math.exp(trend.interval.low), math.exp(trend.interval.high)
    interval = Interval(low, high, trend.interval.level)
    creep = Creep(math.exp(trend.slope), interval, rise, trend.p_value)
    text = (
        f"creep: {change(creep.ratio, 2)} a commit, {change(rise)} over "
        f"{plural(len(series.points), 'commit')} ({chance('p', creep.p_value)})"
    )
    return SeriesFinding(series, creep=creep, worse=rise > 1.0, text=text)


def _stepped(series: Series, values: Floats, shifted: Sequence[Shift]) -> SeriesFinding:
    parts = np.split(values, [shift.index for shift in shifted])
    levels = [float(np.median(part)) for part in parts]
    steps = tuple(
        Step(shift.index, math.exp(after - before), shift.p_value, _moved(series, shift.index))
        for shift, before, after in zip(shifted, levels, levels[1:], strict=False)
    )
    worse = levels[-1] - min(levels) > math.log1p(MARGIN)
    text = ", ".join(_step_in_words(step, series.points[step.index]) for step in steps)
    return SeriesFinding(series, steps, worse=worse, text=text or "no change found")


def _moved(series: Series, index: int) -> bool:
    before, after = series.points[index - 1 : index + 1]
    return before.environment != after.environment


def _step_in_words(step: Step, point: Point) -> str:
    moved = ", where libraries changed too" if step.moved else ""
    return f"{change(step.ratio)} at {point.commit[:7]} ({chance('p', step.p_value)}){moved}"

"""The ratio to a baseline over commits, with its steps or its creep."""

from __future__ import annotations

import itertools
import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from harness.figures.canvas import one_axes, styled
from harness.figures.theme import Theme
from harness.figures.writing import svg
from harness.gate.creep import SeriesFinding
from harness.gate.history import Series
from harness.gate.units import change
from harness.numerals import MINUS

WIDTH, HEIGHT = 4.8, 2.5
NAMED = 6
"""Commits named on the axis at most."""

CALM = 3.0
"""Per cent that the axis spans at least."""

SHORT = 7
OPEN = ("regressed", "improved")


def history_picture(series: Series, finding: SeriesFinding, theme: Theme) -> str:
    """Draw one series as SVG.

    Points with their intervals, open where the gate gave a verdict of its own (regressed or
    improved); levels between steps as lines, steps as dashed verticals with their size; creep as
    a dashed line.

    Parameters
    ----------
    series : Series
        In the order of its commits.
    finding : SeriesFinding
        What was found in it.
    theme : Theme
        Light or dark.
    """
    with styled(theme):
        drawn, axes = one_axes(WIDTH, HEIGHT)
        axes.axhline(0.0, color=theme.muted, linewidth=1.0)
        _points(axes, series, theme)
        _levels(axes, series, finding, theme)
        _dress(axes, series)
        return svg(drawn)


def per_cent(log_ratio: float) -> float:
    """Return a log-ratio as a change in per cent."""
    return 100.0 * math.expm1(log_ratio)


def _points(axes: Axes, series: Series, theme: Theme) -> None:
    for index, point in enumerate(series.points):
        value = per_cent(point.log_ratio)
        ends = point.interval
        bounded = ends is not None and 0.0 < ends.low <= ends.high < math.inf
        if ends is not None and bounded:
            low, high = (100.0 * (end - 1.0) for end in (ends.low, ends.high))
            axes.vlines(index, low, high, color=theme.muted, linewidth=1.3)
        axes.plot(
            [index],
            [value],
            marker="o",
            markersize=5.0,
            color=theme.colour(0),
            markerfacecolor=theme.page if point.verdict in OPEN else theme.colour(0),
        )


def _levels(axes: Axes, series: Series, finding: SeriesFinding, theme: Theme) -> None:
    values, colour = np.asarray(series.log_ratios), theme.colour(1)
    if finding.creep:
        index = np.arange(values.size)
        slope = math.log(finding.creep.ratio)
        # the intercept of Theil and Sen: the line goes through the medians
        line = np.median(values) + slope * (index - np.median(index))
        axes.plot(index, [per_cent(y) for y in line], "--", color=colour, linewidth=1.8)
        return
    ends = [0, *(step.index for step in finding.steps), values.size]
    for a, b in itertools.pairwise(ends):
        if finding.steps:
            height = per_cent(float(np.median(values[a:b])))
            axes.hlines(height, a - 0.5, b - 0.5, color=colour, linewidth=1.8)
    for number, step in enumerate(finding.steps):
        right = step.index > 0.8 * values.size
        axes.axvline(step.index - 0.5, color=colour, linestyle=(0, (4.0, 2.0)), linewidth=1.2)
        axes.annotate(
            change(step.ratio),
            (step.index - 0.5, 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(-3 if right else 3, -2 - 10 * (number % 2)),  # neighbours stay apart
            textcoords="offset points",
            ha="right" if right else "left",
            va="top",
            fontsize=8.5,
        )


def _dress(axes: Axes, series: Series) -> None:
    count = len(series.points)
    every = max(1, math.ceil(count / NAMED))
    named = range(0, count, every)
    axes.set_xticks(named, [series.points[index].commit[:SHORT] for index in named])
    axes.set_xlim(-0.7, count - 0.3)
    low, high = axes.get_ylim()
    room = max(CALM - (high - low), 0.0) / 2.0
    axes.set_ylim(low - room, high + room + 0.2 * (high - low))  # for the sizes of steps
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    axes.set_xlabel("Commit")
    axes.set_ylabel(f"Against {series.baseline.name}")
    axes.tick_params(axis="x", labelsize=8.0)


def _tick(value: float) -> str:
    return f"{value:+g} %".replace("-", MINUS) if value else "0 %"

"""Sheets to draw on, in one style.

Only the object-oriented interface of matplotlib is used; settings hold inside `styled` alone.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure as Sheet
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MultipleLocator,
    NullFormatter,
    NullLocator,
)

from harness.figures.frame import held, set_ends
from harness.figures.theme import DASHES, MARKERS, Theme
from harness.figures.writing import Canvas
from harness.numerals import tick

WIDTH, HEIGHT = 4.8, 3.5
TEXT = 12.0
"""Points of all text: on a phone, 320 pixels for `WIDTH`, that is 11 pixels."""
LETTER, HANDLE = 6.6, 46.0  # points: a letter of a legend, and what stands beside its text
UP, ACROSS = 30, 44
"""Letters beside an axis."""
ALONG = 265.0
"""Points along the x axis."""
OVER = 40
"""Letters over all panels that stand side by side."""
ROWS = 4
"""Rows of a legend at most."""

_FIXED = {
    "svg.fonttype": "none",
    "svg.hashsalt": "claims-harness",
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.titley": 1.0,  # at once: it is looked for otherwise, above labels that none of ours has
    "legend.title_fontsize": TEXT,
    "axes.grid": True,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5.5,
    "hatch.linewidth": 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "text.parse_math": False,  # words of suites are text, dollars in them too
    "path.simplify_threshold": 0.5,
    "image.composite_image": False,
}


@contextmanager
def styled(theme: Theme) -> Iterator[None]:
    """Apply the style inside the block, and put the settings back after it."""
    with mpl.rc_context():
        mpl.rcdefaults()  # what the user has set is for the user's own pictures
        settings: dict[Any, Any] = {**_FIXED, **theme.settings()}
        mpl.rcParams.update(settings)
        yield


def sheet(width: float = WIDTH, height: float = HEIGHT) -> Sheet:
    """Return an empty sheet of `width` x `height` inches."""
    new = Sheet(figsize=(width, height), layout="constrained")
    Canvas(new)
    return new


def one_axes(width: float = WIDTH, height: float = HEIGHT) -> tuple[Sheet, Axes]:
    """Return a sheet with one pair of axes."""
    new = sheet(width, height)
    return new, new.add_subplot()


def several_axes(count: int, across: int = 2) -> tuple[Sheet, list[Axes]]:
    """Return a sheet with axes beside each other that share their scales; one as `one_axes`."""
    if count == 1:
        drawn, axes = one_axes()
        return drawn, [axes]
    down = math.ceil(count / across)
    drawn = sheet(WIDTH, HEIGHT if down == 1 else 0.6 + 1.35 * down)
    grid = drawn.subplots(down, across, squeeze=False, sharex=down == 1, sharey=True)
    for spare in list(grid.flat)[count:]:
        spare.set_axis_off()
    return drawn, list(grid.flat)[:count]


def look(theme: Theme, hue: int, rest: int, several: int) -> dict[str, object]:
    """Return colour, marker and dashes of a line: no two groups differ by colour alone.

    Parameters
    ----------
    theme : Theme
        The colours.
    hue, rest : int
        Positions of the group.
    several : int
        Number of distinct `rest` positions; with one, the dashes follow the hue too.
    """
    dash = rest if several > 1 else hue
    marker = hue + (len(MARKERS) // 2) * (hue // len(theme.palette))
    return {
        "color": theme.colour(hue),
        "marker": MARKERS[marker % len(MARKERS)],
        "linestyle": DASHES[dash % len(DASHES)],
        "markeredgecolor": theme.page,
        "markeredgewidth": 0.6,
    }


def beside(words: str, *, upright: bool = True) -> str:
    """Return what stands beside an axis in lines that fit it; `upright` beside the y axis."""
    return "\n".join(textwrap.wrap(words, UP if upright else ACROSS))


def columns(drawn: Sheet, names: Sequence[str]) -> int:
    """Return into how many columns the names of a legend fit, in rows of equal length."""
    longest = max(map(len, names))
    fit = int(72 * drawn.get_figwidth() / (LETTER * longest + HANDLE))
    most = max(1, min(len(names), fit, 5))
    return math.ceil(len(names) / math.ceil(len(names) / most))


def in_legend(text: str) -> str:
    """Return what to label a mark with, so that a legend has a text, and nothing for none.

    Of those that begin with an underscore, as names of functions may, matplotlib shows none.
    """
    return (f"\N{WORD JOINER}{text}" if text.startswith("_") else text) or "_nolegend_"


def legend(drawn: Sheet, axes: Axes, heading: str = "") -> None:
    """Put the legend under the axes, in as many columns as fit its text.

    What is beyond `ROWS` rows is counted: the table beside the picture has every name.
    """
    handles, labels = axes.get_legend_handles_labels()
    kept = {label: handle for handle, label in zip(handles, labels, strict=True) if label}
    if not kept:
        return
    across = columns(drawn, list(kept))
    room = across * ROWS
    names = list(kept)[:room]
    title = heading if len(kept) <= room else f"{heading} (and {len(kept) - room} more)".strip()
    drawn.legend(
        [kept[name] for name in names],
        names,
        title=title or None,
        loc="outside lower center",
        ncols=across,
        frameon=False,
        handlelength=2.2,
        handletextpad=0.5,
        columnspacing=1.2,
        borderpad=0.1,
        labelspacing=0.3,
    )


def format_axis(axis: Axis, values: Sequence[float], *, unit: str, log: bool) -> None:
    """Set scale, ticks and tick labels of one axis of a plot.

    An axis asked to be logarithmic stays linear when nothing on it is positive.
    """
    positive = [value for value in values if value > 0 and math.isfinite(value)]
    if log and positive:
        _set_log(axis)
        axis.set_major_locator(_log_locator(axis, min(positive), max(positive), unit))
        if unit == "bytes":
            axis.set_minor_locator(NullLocator())
        axis.set_minor_formatter(NullFormatter())
    elif unit == "bytes" and positive:
        axis.set_major_locator(MultipleLocator(_power_of_two(max(positive) / 4.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tick(value, unit)))


def _log_locator(axis: Axis, low: float, high: float, unit: str) -> LogLocator:
    if unit == "bytes":
        octaves = math.log2(high / low)
        return LogLocator(base=2.0 ** max(1, round(octaves / 5.0)), numticks=9)
    steps = (1.0, 2.0, 5.0) if math.log10(high) - math.log10(low) < 1.5 else (1.0,)
    return LogLocator(base=10.0, subs=steps, numticks=5 if axis is axis.axes.xaxis else 9)


def _power_of_two(value: float) -> float:
    return float(2.0 ** round(math.log2(value)))


def ticks_at(axis: Axis, values: Sequence[float]) -> None:
    """Put the ticks at the values themselves, where they are few."""
    distinct = np.unique(np.asarray(values, dtype=np.float64))
    if 1 <= distinct.size <= 7:
        room = ALONG / _columns(axis.axes)
        axis.set_major_locator(FixedLocator(_apart(list(map(float, distinct)), room)))
        axis.set_minor_locator(NullLocator())


def over(axes: Axes, text: str) -> None:
    """Write what stands over a panel, in lines that do not reach into the next."""
    axes.set_title("\n".join(textwrap.wrap(text, OVER // _columns(axes))))


def _columns(axes: Axes) -> int:
    """Return how many panels stand side by side."""
    place = axes.get_subplotspec()
    return 1 if place is None else place.get_gridspec().ncols


def _apart(values: Sequence[float], room: float) -> list[float]:
    """Return the values, increasing and positive, whose labels fit on a log axis of `room`."""
    reach = math.log(values[-1] / values[0]) or 1.0
    kept: list[float] = []
    end = -math.inf
    for value in values:
        middle = room * math.log(value / values[0]) / reach
        half = LETTER * len(tick(value)) / 2.0
        if middle - half > end:
            kept.append(value)
            end = middle + half
    return kept


def _set_log(axis: Axis) -> None:
    ends = held(axis)
    if axis is axis.axes.xaxis:
        axis.axes.set_xscale("log")
    else:
        axis.axes.set_yscale("log")
    if ends is not None:
        set_ends(axis, ends)

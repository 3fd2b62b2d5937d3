"""``curve``: a series of the records, mean and 95 % band over seeds."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet
from numpy.typing import NDArray

from harness.config.kinds import DEFAULT, Kind
from harness.errors import NothingMeasured
from harness.figures import guides
from harness.figures.canvas import (
    TEXT,
    beside,
    format_axis,
    in_legend,
    legend,
    look,
    several_axes,
    ticks_at,
)
from harness.figures.claimed import make_room
from harness.figures.drawing import Drawing, Numbers, Place, Request
from harness.figures.estimate import Estimate, over_seeds
from harness.figures.frame import refuse_beyond
from harness.figures.points import merged
from harness.figures.select import Group, groups, heading
from harness.numerals import DASH, number
from harness.types import Record, Series
from harness.words import plural

POINTS_IN_TABLE = 6
MARKERS_ON_A_LINE = 10
BAND_FLOOR = 1e-3
PANEL = 24
"""Letters over a panel."""
CROWD = 8
"""Lines that can be told apart on one pair of axes; more get a panel each."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """Middle and interval of a group at every x, as far as every seed is finite.

    Attributes
    ----------
    x : ndarray of shape (m,)
        May be empty, when the very first value is not finite.
    points : tuple of Estimate
        One per x.
    seeds : int
        Number of seeds.
    end : str
        Why the band ends before the series does; ``""`` when it does not.
    """

    x: Floats
    points: tuple[Estimate, ...]
    seeds: int
    end: str


def curve(request: Request) -> Drawing:
    """Draw series `y` over its x: one line per group, with divergence marked."""
    figure = request.figure
    holding = [record for record in request.records if figure.y in record.series]
    if not holding:
        raise NothingMeasured(f"no matching record holds the series {figure.y!r}")
    every = groups(holding, request.archive, figure.hue, words=request.words)
    bands = [
        band_of([(r, r.series[figure.y]) for r in g.records], request.kind(g.records[0], figure.y))
        for g in every
    ]
    refuse_beyond(point for band in bands for point in band.points)
    kept = merged(every, [_written(band, request.unit) for band in bands])
    lines = [Line(one.group, bands[one.index]) for one in kept]
    single = len(lines) <= CROWD
    drawn, grid = several_axes(1 if single else len(lines))
    for axes, here in zip(grid, [lines] if single else [[one] for one in lines], strict=True):
        _draw(axes, request, here, titled=not single)
        guides.draw_theory(axes, request)
        _dress(axes, request, lines)
    if single:
        make_room(grid[0].yaxis, request)
        legend(drawn, grid[0], heading(figure.hue, request.words))
    else:
        _shared_labels(drawn, grid, request)
    return Drawing(
        drawn,
        _alt(request, lines),
        _numbers(request, every, bands),
        _note(bands),
        Place(grid[0]) if single else None,
    )


@dataclass(frozen=True)
class Line:
    """A group and its band."""

    group: Group
    band: Band


def _written(band: Band, unit: str) -> tuple[object, ...]:
    return (tuple(band.x), *(point.text(unit) for point in band.points), band.end, band.seeds)


def band_of(runs: Sequence[tuple[Record, Series]], kind: Kind = DEFAULT) -> Band:
    """Return the band of the series of one case.

    The middle of the seeds stops at the first x at which a seed is not finite or has ended: that
    of the seeds that are left would flatter the case.
    """
    x = np.unique(np.concatenate([np.asarray(series.x, dtype=np.float64) for _, series in runs]))
    table = np.full((len(runs), x.size), np.nan)
    for row, (_, series) in enumerate(runs):
        table[row, np.searchsorted(x, np.asarray(series.x, dtype=np.float64))] = series.y
    finite = np.isfinite(table)
    whole = finite.all(axis=0)
    stop = x.size if whole.all() else int(np.argmin(whole))
    points = tuple(over_seeds(list(column), kind) for column in table[:, :stop].T)
    return Band(x[:stop], points, len(runs), _end(runs, table, x, stop))


def _end(runs: Sequence[tuple[Record, Series]], table: Floats, x: Floats, stop: int) -> str:
    lost = int(np.count_nonzero(~np.isfinite(table).all(axis=1)))
    diverged = sum(record.status == "diverged" for record, _ in runs)
    if stop == x.size:
        return f"diverged in {diverged} of {plural(len(runs), 'seed')}" if diverged else ""
    column = table[:, stop]
    word = "infinite" if np.isinf(column).any() else "not a number"
    seeds = f"{max(lost, diverged)} of {plural(len(runs), 'seed')}"
    return f"{word} from {number(float(x[stop]))} in {seeds}"


def _draw(axes: Axes, request: Request, lines: Sequence[Line], *, titled: bool) -> None:
    several = len({one.group.rest_index for one in lines})
    for one in lines:
        group, band = one.group, one.band
        style = look(request.theme, group.hue_index, group.rest_index, several)
        label = group.short
        if band.end:
            name = request.title(request.figure.x)
            label = f"{label}: {band.end.replace('from', f'from {name}')}".removeprefix(": ")
        _draw_band(axes, band, style, "" if titled else label)
        if titled:
            axes.set_title(textwrap.shorten(label, PANEL, placeholder="..."))


def _draw_band(axes: Axes, band: Band, style: dict[str, object], label: str) -> None:
    mean = [point.value for point in band.points]
    every = max(len(mean) // MARKERS_ON_A_LINE, 1)
    shown = {"label": in_legend(label), "markevery": every, **style}
    axes.plot(band.x, mean, **shown)  # type: ignore[arg-type]
    if any(point.interval for point in band.points):
        _fill(axes, band, mean, style["color"])
    if band.end and mean:
        axes.plot(
            band.x[-1:],
            mean[-1:],
            marker="x",
            markersize=9,
            markeredgewidth=2.4,
            linestyle="none",
            color=str(style["color"]),
        )


def _shared_labels(drawn: Sheet, grid: Sequence[Axes], request: Request) -> None:
    """Name the axes of many panels once."""
    for axes in grid:
        axes.set_xlabel("")
        axes.set_ylabel("")
        axes.locator_params(nbins=3)
    drawn.supxlabel(request.axis_title(request.figure.x), fontsize=TEXT)
    drawn.supylabel(request.axis_title(request.figure.y, request.unit), fontsize=TEXT)


def _fill(axes: Axes, band: Band, mean: Sequence[float], colour: object) -> None:
    """Shade the band; where it reaches below zero a log axis needs a floor to draw it to."""
    ends = [
        (p.interval.low, p.interval.high) if p.interval else (m, m)
        for p, m in zip(band.points, mean, strict=True)
    ]
    low, high = (np.array(part) for part in zip(*ends, strict=True))
    if min(mean) > 0:
        low = np.maximum(low, BAND_FLOOR * np.array(mean))
    axes.fill_between(band.x, low, high, color=str(colour), alpha=0.22, linewidth=0)


def _dress(axes: Axes, request: Request, lines: Sequence[Line]) -> None:
    figure = request.figure
    xs = [float(x) for one in lines for x in one.band.x]
    ys = [point.value for one in lines for point in one.band.points]
    format_axis(axes.yaxis, ys, unit=request.unit, log="y" in figure.log)
    format_axis(axes.xaxis, xs, unit="", log="x" in figure.log)
    if "x" in figure.log:
        ticks_at(axes.xaxis, xs)
    axes.set_xlabel(request.axis_title(figure.x))
    axes.set_ylabel(beside(request.axis_title(figure.y, request.unit)))
    axes.margins(x=0.02)


def _numbers(request: Request, found: Sequence[Group], bands: Sequence[Band]) -> Numbers:
    figure, unit = request.figure, request.unit
    rows: list[tuple[str, ...]] = []
    for group, band in zip(found, bands, strict=True):
        name = group.label or "all"
        count = min(POINTS_IN_TABLE, band.x.size)
        chosen = np.unique(np.linspace(0, band.x.size - 1, count).round().astype(int))
        rows += [
            (name, number(float(band.x[i])), band.points[i].text(unit), band.points[i].counted)
            for i in chosen
        ]
        if band.end:
            rows.append((name, "after that", band.end, plural(band.seeds, "seed")))
    what = f"{_middle(bands).capitalize()} {request.title(figure.y)}"
    return Numbers(("Group", request.axis_title(figure.x), what, "n"), tuple(rows))


def _alt(request: Request, lines: Sequence[Line]) -> str:
    figure, unit = request.figure, request.unit
    parts = []
    for one in lines:
        band, name = one.band, one.group.label or f"the {_middle([one.band])}"
        if not band.points:
            parts.append(f"{name} is {band.end}")
            continue
        first, last = band.points[0], band.points[-1]
        text = f"{name} goes from {first.text(unit)} to {last.text(unit)}"
        parts.append(f"{text}, then {band.end}" if band.end else text)
    return (
        f"Curves of {request.title(figure.y)} against {request.title(figure.x)}. "
        f"{'; '.join(parts)}."
    )


def _middle(bands: Sequence[Band]) -> str:
    """Return what the lines are: means or medians."""
    return next((point.middle for band in bands for point in band.points), "mean")


def _note(bands: Sequence[Band]) -> str:
    seeds = sorted({band.seeds for band in bands})
    if seeds == [1]:
        text = "One run per line, so no band."
    else:
        over = DASH.join(str(n) for n in seeds)
        text = f"{_middle(bands).capitalize()} and 95 % band over {over} seeds."
    if any(band.end for band in bands):
        text += " A cross marks the last point at which every seed is finite."
    return text

"""``curve``: a series of the records, mean and 95 % band over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from harness.config.kinds import DEFAULT, Kind
from harness.errors import NothingMeasured
from harness.figures.canvas import format_axis, legend, look, one_axes, ticks_at
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.estimate import Estimate, over_seeds
from harness.figures.labels import axis_title, title, unit_of
from harness.figures.select import Group, groups
from harness.numerals import DASH, number
from harness.types import Record, Series
from harness.words import plural

POINTS_IN_TABLE = 6
MARKERS_ON_A_LINE = 10
BAND_FLOOR = 1e-3

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
    found = groups(holding, request.archive, hue=figure.hue)
    bands = [
        band_of([(r, r.series[figure.y]) for r in g.records], request.kind(g.records[0], figure.y))
        for g in found
    ]
    drawn, axes = one_axes()
    several = len({group.rest_index for group in found})
    for group, band in zip(found, bands, strict=True):
        style = look(request.theme, group.hue_index, group.rest_index, several)
        _draw(axes, group, band, style, x=figure.x)
    _dress(axes, request, bands)
    legend(drawn, axes)
    return Drawing(
        drawn, _alt(request, found, bands), _numbers(request, found, bands), _note(bands)
    )


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


def _draw(axes: Axes, group: Group, band: Band, style: dict[str, object], x: str) -> None:
    mean = [point.value for point in band.points]
    label = group.label or f"{_middle([band])} of {plural(band.seeds, 'seed')}"
    if band.end:
        label = f"{label}: {band.end.replace('from', f'from {title(x)}' if x else 'from')}"
    every = max(len(mean) // MARKERS_ON_A_LINE, 1)
    axes.plot(band.x, mean, label=label, markevery=every, **style)  # type: ignore[arg-type]
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


def _dress(axes: Axes, request: Request, bands: Sequence[Band]) -> None:
    figure = request.figure
    xs = [float(x) for band in bands for x in band.x]
    ys = [point.value for band in bands for point in band.points]
    format_axis(axes.yaxis, ys, unit=unit_of(figure.y), log="y" in figure.log)
    format_axis(axes.xaxis, xs, unit="", log="x" in figure.log)
    if "x" in figure.log:
        ticks_at(axes.xaxis, xs)
    axes.set_xlabel(axis_title(figure.x))
    axes.set_ylabel(axis_title(figure.y, unit_of(figure.y)))
    axes.margins(x=0.02)


def _numbers(request: Request, found: Sequence[Group], bands: Sequence[Band]) -> Numbers:
    figure, unit = request.figure, unit_of(request.figure.y)
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
    return Numbers(
        ("Group", axis_title(figure.x), f"{_middle(bands).capitalize()} {title(figure.y)}", "n"),
        tuple(rows),
    )


def _alt(request: Request, found: Sequence[Group], bands: Sequence[Band]) -> str:
    figure, unit = request.figure, unit_of(request.figure.y)
    parts = []
    for group, band in zip(found, bands, strict=True):
        name = group.label or f"the {_middle([band])}"
        if not band.points:
            parts.append(f"{name} is {band.end}")
            continue
        first, last = band.points[0], band.points[-1]
        text = f"{name} goes from {first.text(unit)} to {last.text(unit)}"
        parts.append(f"{text}, then {band.end}" if band.end else text)
    return f"Curves of {title(figure.y)} against {title(figure.x)}. {'; '.join(parts)}."


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

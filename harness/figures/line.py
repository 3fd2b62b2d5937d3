"""``line``: a metric or per-example array against an axis, with intervals."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation, Transform

from harness.config.claim import same
from harness.errors import NothingMeasured
from harness.figures.canvas import format_axis, legend, look, one_axes, ticks_at
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.estimate import Estimate, has
from harness.figures.labels import axis_title, in_words, title, unit_of
from harness.figures.select import Group, as_number, groups, ordered
from harness.numerals import axis_value
from harness.types import Record, Scalar

TOP = 0.97
STEP = 3.0
FAR = 25.0


@dataclass(frozen=True)
class Point:
    """An estimate at one value of the x axis; `position` is where it is drawn."""

    x: Scalar
    position: float
    estimate: Estimate


def line(request: Request) -> Drawing:
    """Draw metric or array `y` against axis `x`: one line per group."""
    figure = request.figure
    holding = [r for r in request.records if figure.x in r.axes and has(r, figure.y)]
    if not holding:
        raise NothingMeasured(
            f"no matching record holds the metric or array {figure.y!r} on an axis {figure.x!r}"
        )
    xs = ordered(record.axes[figure.x] for record in holding)
    found = groups(holding, request.archive, hue=figure.hue, x=figure.x)
    points = [points_of(group.records, figure.x, figure.y, xs, request) for group in found]
    drawn, axes = one_axes()
    _draw(axes, request, found, points)
    _dress(axes, request, xs, points)
    legend(drawn, axes)
    return Drawing(
        drawn,
        _alt(request, found, points),
        _numbers(request, found, points),
        basis([point.estimate for row in points for point in row]),
    )


def points_of(
    records: Sequence[Record], x: str, y: str, xs: Sequence[Scalar], request: Request
) -> tuple[Point, ...]:
    """Return the estimate at every x that the records of one group hold."""
    found = []
    for index, value in enumerate(xs):
        here = [record for record in records if same(record.axes[x], value)]
        if here:
            estimate = request.estimate(here, y)
            found.append(Point(value, positions(xs)[index], estimate))
    return tuple(found)


def positions(xs: Sequence[Scalar]) -> tuple[float, ...]:
    """Return where axis values are drawn: numbers at themselves, names side by side."""
    numbers = [as_number(value) for value in xs]
    if all(value is not None for value in numbers):
        return tuple(value for value in numbers if value is not None)
    return tuple(float(index) for index in range(len(xs)))


def basis(estimates: Sequence[Estimate]) -> str:
    """Say in one sentence what the intervals of a figure are."""
    kinds = {(e.over, e.middle, e.interval is not None) for e in estimates if not e.lost}
    counts = {over: sorted({e.n for e in estimates if e.over == over}) for over, _, _ in kinds}
    names = {"examples": "test examples", "samples": "timing samples"}
    notes = [
        f"{middle} and 95 % interval over {_counts(counts[over])} {names.get(over, over)}"
        if interval
        else f"single runs ({over})"
        for over, middle, interval in sorted(kinds)
    ]
    if any(e.lost for e in estimates):
        notes.append("a cross at the top marks settings at which runs diverged")
    text = "; ".join(dict.fromkeys(notes))
    return text[:1].upper() + text[1:] + "." if text else ""


def _counts(values: Sequence[int]) -> str:
    texts = [axis_value(value) for value in values]
    return texts[0] if len(texts) == 1 else f"{texts[0]} to {texts[-1]}"


def _draw(
    axes: Axes, request: Request, found: Sequence[Group], points: Sequence[Sequence[Point]]
) -> None:
    several = len({group.rest_index for group in found})
    far = far_off([p for row in points for p in row], log="y" in request.figure.log)
    for index, (group, row) in enumerate(zip(found, points, strict=True)):
        style = look(request.theme, group.hue_index, group.rest_index, several)
        # equal lines lie on each other: the earlier ones are drawn wider, and stay visible
        style["linewidth"] = min(1.8 + 0.8 * (len(found) - 1 - index), 3.4)
        style["markersize"] = min(5.5 + 1.5 * (len(found) - 1 - index), 9.0)
        good = [point for point in row if math.isfinite(point.estimate.value)]
        within = [point for point in good if point not in far]
        shift = _aside(axes, index - (len(found) - 1) / 2)
        _draw_line(axes, group.label or title(request.figure.y), good, style, shift)
        _make_room(axes, within)
        _draw_far(axes, [p for p in good if p in far], str(style["color"]))
        _draw_lost(axes, [p.position for p in row if p.estimate.lost], str(style["color"]))


def _aside(axes: Axes, steps: float) -> Transform:
    """Return the data transform moved sideways by a few points, so that equal bars stay apart."""
    inches = ScaledTranslation(STEP * steps / 72, 0, axes.figure.dpi_scale_trans)
    return axes.transData + inches


def far_off(points: Sequence[Point], *, log: bool) -> tuple[Point, ...]:
    """Return the points a linear axis has no room for: 25 times the middle size, or more.

    One run on its way to infinity would press all others into a straight line.
    """
    sizes = [abs(p.estimate.value) for p in points if math.isfinite(p.estimate.value)]
    middle = statistics.median(sizes) if sizes else 0.0
    if log or middle == 0.0:
        return ()
    return tuple(
        p
        for p in points
        if math.isfinite(p.estimate.value) and abs(p.estimate.value) > FAR * middle
    )


def _draw_far(axes: Axes, row: Sequence[Point], colour: str) -> None:
    for low, marker in ((True, "v"), (False, "^")):
        here = [p.position for p in row if (p.estimate.value < 0) is low]
        if here:
            axes.plot(
                here,
                [1 - TOP if low else TOP] * len(here),
                transform=axes.get_xaxis_transform(),
                linestyle="none",
                marker=marker,
                markersize=8,
                color=colour,
                label="off the picture",
            )


def _make_room(axes: Axes, row: Sequence[Point]) -> None:
    """Let the axes hold points and bars: shifted artists are not asked for their limits."""
    for point in row:
        below, above = errors([point.estimate])
        value = point.estimate.value
        ends = [(point.position, value - below[0]), (point.position, value + above[0])]
        axes.update_datalim(ends)
    axes.autoscale_view()


def _draw_line(
    axes: Axes, label: str, row: Sequence[Point], style: dict[str, object], place: Transform
) -> None:
    x, y = [p.position for p in row], [p.estimate.value for p in row]
    axes.plot(x, y, label=label, transform=place, **style)  # type: ignore[arg-type]
    bounded = [p for p in row if p.estimate.interval]
    if bounded:
        axes.errorbar(
            [p.position for p in bounded],
            [p.estimate.value for p in bounded],
            yerr=errors([p.estimate for p in bounded]),
            fmt="none",
            ecolor=str(style["color"]),
            elinewidth=1.3,
            capsize=3.0,
            transform=place,
        )


def errors(estimates: Sequence[Estimate]) -> tuple[list[float], list[float]]:
    """Return lengths below and above the estimates, for error bars; 0 without an interval."""
    below = [max(e.value - e.interval.low, 0.0) if e.interval else 0.0 for e in estimates]
    above = [max(e.interval.high - e.value, 0.0) if e.interval else 0.0 for e in estimates]
    return below, above


def _draw_lost(axes: Axes, positions: Sequence[float], colour: str) -> None:
    if positions:
        axes.plot(
            positions,
            [TOP] * len(positions),
            transform=axes.get_xaxis_transform(),
            linestyle="none",
            marker="x",
            markersize=8,
            markeredgewidth=2.2,
            color=colour,
            label="runs diverged",
        )


def _dress(
    axes: Axes, request: Request, xs: Sequence[Scalar], points: Sequence[Sequence[Point]]
) -> None:
    figure, unit = request.figure, unit_of(request.figure.y)
    ys = [point.estimate.value for row in points for point in row]
    format_axis(axes.yaxis, ys, unit=unit, log="y" in figure.log)
    places = positions(xs)
    if all(as_number(value) is not None for value in xs):
        format_axis(axes.xaxis, places, unit="", log="x" in figure.log)
        if "x" in figure.log:
            ticks_at(axes.xaxis, places)
    else:
        axes.set_xticks(places, [in_words(value) for value in xs])
    axes.set_xlabel(axis_title(figure.x))
    axes.set_ylabel(axis_title(figure.y, unit))


def _numbers(
    request: Request, found: Sequence[Group], points: Sequence[Sequence[Point]]
) -> Numbers:
    figure, unit = request.figure, unit_of(request.figure.y)
    rows = tuple(
        (group.label or "all", axis_value(p.x), p.estimate.text(unit), p.estimate.counted)
        for group, row in zip(found, points, strict=True)
        for p in row
    )
    return Numbers(("Group", axis_title(figure.x), axis_title(figure.y, unit), "n"), rows)


def _alt(request: Request, found: Sequence[Group], points: Sequence[Sequence[Point]]) -> str:
    figure, unit = request.figure, unit_of(request.figure.y)
    parts = []
    for group, row in zip(found, points, strict=True):
        ends = [row[0], row[-1]] if len(row) > 1 else list(row)
        ends_text = " and ".join(f"{p.estimate.text(unit)} at {axis_value(p.x)}" for p in ends)
        parts.append(f"{group.label}: {ends_text}" if group.label else ends_text)
    return f"{axis_title(figure.y)} against {title(figure.x)}. {'; '.join(parts)}."

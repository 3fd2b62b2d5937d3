"""``line``: a metric or per-example array against an axis, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation, Transform

from harness.errors import NothingMeasured
from harness.figures import guides
from harness.figures.canvas import (
    beside,
    format_axis,
    in_legend,
    legend,
    look,
    over,
    several_axes,
    ticks_at,
)
from harness.figures.claimed import make_room
from harness.figures.drawing import Drawing, Numbers, Place, Request
from harness.figures.estimate import has
from harness.figures.frame import refuse_beyond
from harness.figures.guides import NO_TRENDS, trends
from harness.figures.labels import in_words
from harness.figures.points import (
    Point,
    basis,
    by_machine,
    errors,
    far_off,
    merged,
    points_of,
    positions,
    without_machine,
)
from harness.figures.select import Group, as_number, groups, heading, ordered
from harness.figures.theme import Theme
from harness.types import Scalar

TOP = 0.97
STEP = 3.0


def line(request: Request) -> Drawing:
    """Draw metric or array `y` against axis `x`: one line per group, a panel per machine."""
    figure = request.figure
    holding = [r for r in request.records if figure.x in r.axes and has(r, figure.y)]
    if not holding:
        raise NothingMeasured(
            f"no matching record holds the metric or array {figure.y!r} on an axis {figure.x!r}"
        )
    xs = ordered(record.axes[figure.x] for record in holding)
    every = groups(holding, request.archive, figure.hue, figure.x, request.words)
    rows = [points_of(group.records, figure.x, figure.y, xs, request) for group in every]
    refuse_beyond(point.estimate for row in rows for point in row)
    kept = merged(every, [_written(row, request.unit) for row in rows])
    lines = [Line(one.group, rows[one.index]) for one in kept]
    panels = by_machine(lines, lambda one: one.group)
    drawn, grid = several_axes(len(panels))
    for axes, (machine, here) in zip(grid, panels, strict=True):
        _draw(axes, request, here, apart=bool(machine))
        guides.draw_theory(axes, request)
        _dress(axes, request, xs, lines, machine)
    found = trends(request, [_track(one) for one in lines]) if len(panels) == 1 else NO_TRENDS
    found.draw(grid[0], request)
    for axes in grid:
        make_room(axes.yaxis, request)
    legend(drawn, grid[-1], heading(figure.hue, request.words))
    single = ["Small marks are single runs."] if any(p.runs for row in rows for p in row) else []
    numeric = all(as_number(value) is not None for value in xs)
    names = () if numeric else tuple(map(str, xs))
    return Drawing(
        drawn,
        " ".join([_alt(request, lines), *found.sentences]),
        _numbers(request, every, rows),
        " ".join([basis([p.estimate for row in rows for p in row]), *single, *found.sentences]),
        Place(grid[0], names=names) if len(panels) == 1 else None,
    )


@dataclass(frozen=True)
class Line:
    """A group and its points."""

    group: Group
    row: tuple[Point, ...]


def _track(one: Line) -> tuple[Group, dict[float, float]]:
    return one.group, {
        p.position: p.estimate.value for p in one.row if math.isfinite(p.estimate.value)
    }


def _written(row: Sequence[Point], unit: str) -> tuple[tuple[Scalar, str], ...]:
    return tuple((point.x, point.estimate.text(unit)) for point in row)


def _draw(axes: Axes, request: Request, lines: Sequence[Line], *, apart: bool) -> None:
    several = len({one.group.rest_index for one in lines})
    far = far_off([p for one in lines for p in one.row], log="y" in request.figure.log)
    named = any(as_number(p.x) is None for one in lines for p in one.row)
    for index, one in enumerate(lines):
        style = look(request.theme, one.group.hue_index, one.group.rest_index, several)
        good = [point for point in one.row if math.isfinite(point.estimate.value)]
        within = [point for point in good if point not in far]
        # names stand apart, so that there is room beside them; a number is where it is
        shift = _aside(axes, index - (len(lines) - 1) / 2 if named else 0.0)
        name = (without_machine(one.group) if apart else one.group).short
        _draw_runs(axes, good, request.theme)
        _draw_line(axes, name, good, style, shift)
        _make_room(axes, within)
        _draw_far(axes, [p for p in good if p in far], str(style["color"]))
        _draw_lost(axes, [p.position for p in one.row if p.estimate.lost], str(style["color"]))


def _aside(axes: Axes, steps: float) -> Transform:
    """Return the data transform moved sideways by a few points, so that equal bars stay apart.

    What is drawn with it is not asked for its limits, moved or not.
    """
    inches = ScaledTranslation(STEP * steps / 72, 0, axes.figure.dpi_scale_trans)
    return axes.transData + inches


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


def _draw_runs(axes: Axes, row: Sequence[Point], theme: Theme) -> None:
    dots = [(point.position, value) for point in row for value in point.runs]
    if dots:
        axes.plot(
            *zip(*dots, strict=True),
            linestyle="none",
            marker="o",
            markersize=3.0,
            color=theme.muted,
            alpha=0.5,
            markeredgewidth=0,
            zorder=1.8,
        )


def _draw_line(
    axes: Axes, label: str, row: Sequence[Point], style: dict[str, object], place: Transform
) -> None:
    x, y = [p.position for p in row], [p.estimate.value for p in row]
    axes.plot(x, y, label=in_legend(label), transform=place, **style)  # type: ignore[arg-type]
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
    axes: Axes, request: Request, xs: Sequence[Scalar], lines: Sequence[Line], machine: str
) -> None:
    figure, unit = request.figure, request.unit
    ys = [point.estimate.value for one in lines for point in one.row]
    format_axis(axes.yaxis, ys, unit=unit, log="y" in figure.log)
    places = positions(xs)
    if all(as_number(value) is not None for value in xs):
        format_axis(axes.xaxis, places, unit="", log="x" in figure.log)
        if "x" in figure.log:
            ticks_at(axes.xaxis, places)
    else:
        axes.set_xticks(places, [in_words(value, figure.x) for value in xs])
    over(axes, machine)
    axes.set_xlabel(request.axis_title(figure.x))
    if axes.get_subplotspec() is None or axes.get_subplotspec().is_first_col():  # type: ignore[union-attr]
        axes.set_ylabel(beside(request.axis_title(figure.y, unit)))


def _numbers(
    request: Request, found: Sequence[Group], points: Sequence[Sequence[Point]]
) -> Numbers:
    figure, unit = request.figure, request.unit
    rows = tuple(
        (group.label or "all", in_words(p.x, figure.x), p.estimate.text(unit), p.estimate.counted)
        for group, row in zip(found, points, strict=True)
        for p in row
    )
    heads = ("Group", request.axis_title(figure.x), request.axis_title(figure.y, unit), "n")
    return Numbers(heads, rows)


def _alt(request: Request, lines: Sequence[Line]) -> str:
    figure, unit = request.figure, request.unit
    parts = []
    for one in lines:
        ends = [one.row[0], one.row[-1]] if len(one.row) > 1 else list(one.row)
        said = (f"{p.estimate.text(unit)} at {in_words(p.x, figure.x)}" for p in ends)
        text = " and ".join(said)
        parts.append(f"{one.group.label}: {text}" if one.group.label else text)
    return f"{request.axis_title(figure.y)} against {request.title(figure.x)}. {'; '.join(parts)}."

"""``bars``: timings or metrics side by side, with intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from harness.config.claim import same
from harness.errors import NothingMeasured
from harness.figures.canvas import format_axis, legend, one_axes
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.estimate import Estimate, has, over_samples
from harness.figures.labels import axis_title, in_words, title, unit_of
from harness.figures.line import basis, errors
from harness.figures.select import Group, groups, ordered
from harness.numerals import DASH, axis_value, number
from harness.types import Record, Scalar

HATCHES = ("", "//", "\\\\", "--", "xx", "||", "++", "/")
ROOM = 0.8
NAMED = 12


@dataclass(frozen=True)
class Bar:
    """One bar: the x value it stands over, its estimate, and the raw samples behind it."""

    x: Scalar
    estimate: Estimate
    samples: tuple[float, ...]


def bars(request: Request) -> Drawing:
    """Draw `y` by `x`, one bar per group."""
    figure = request.figure
    holding = [r for r in request.records if figure.x in r.axes and _holds(r, figure.y)]
    if not holding:
        raise NothingMeasured(
            f"no matching record holds samples or a metric {figure.y!r} on an axis {figure.x!r}"
        )
    xs = ordered(record.axes[figure.x] for record in holding)
    found = groups(holding, request.archive, hue=figure.hue, x=figure.x)
    rows = [_row(request, group, xs) for group in found]
    drawn, axes = one_axes()
    _dress(axes, request, xs, rows)
    for index, (group, row) in enumerate(zip(found, rows, strict=True)):
        _draw(axes, request, group, row, xs, (index, len(found)))
    legend(drawn, axes)
    estimates = [bar.estimate for row in rows for bar in row]
    return Drawing(
        drawn,
        _alt(request, found, rows),
        _numbers(request, found, rows),
        f"{basis(estimates)} Dots are the raw values.".strip(),
    )


def _holds(record: Record, name: str) -> bool:
    return name in record.samples or has(record, name)


def bar_of(request: Request, records: Sequence[Record], x: Scalar) -> Bar:
    """Return the bar of one case: over seeds when there are several, else over samples."""
    name = request.figure.y
    if len(records) == 1 and name in records[0].samples:
        samples = tuple(float(value) for value in records[0].samples[name])
        return Bar(x, over_samples(samples), samples)
    values = tuple(float(r.metrics[name]) for r in records if name in r.metrics)
    return Bar(x, request.estimate(records, name), values if len(values) > 1 else ())


def _row(request: Request, group: Group, xs: Sequence[Scalar]) -> tuple[Bar, ...]:
    axis, found = request.figure.x, []
    for x in xs:
        here = [record for record in group.records if same(record.axes[axis], x)]
        if here:
            found.append(bar_of(request, here, x))
    return tuple(found)


def _draw(
    axes: Axes,
    request: Request,
    group: Group,
    row: Sequence[Bar],
    xs: Sequence[Scalar],
    place: tuple[int, int],
) -> None:
    index, count = place
    width = ROOM / count
    good = [bar for bar in row if math.isfinite(bar.estimate.value)]
    centres = [xs.index(bar.x) - ROOM / 2 + width * (index + 0.5) for bar in good]
    heights = [bar.estimate.value for bar in good]
    axes.bar(
        centres,
        heights,
        width * 0.92,
        label=group.label or title(request.figure.y),
        color=request.theme.colour(group.hue_index),
        edgecolor=request.theme.page,
        hatch=HATCHES[index % len(HATCHES)],
        linewidth=0.0,
    )
    axes.errorbar(
        centres,
        heights,
        yerr=errors([bar.estimate for bar in good]),
        fmt="none",
        ecolor=request.theme.ink,
        elinewidth=1.3,
        capsize=3.0,
    )
    _draw_samples(axes, request, centres, good)
    if len(xs) * count <= NAMED:
        _name(axes, request, centres, good)


def _draw_samples(
    axes: Axes, request: Request, centres: Sequence[float], row: Sequence[Bar]
) -> None:
    dots = [(x, v) for x, bar in zip(centres, row, strict=True) for v in bar.samples]
    axes.plot(
        [x for x, _ in dots],
        [value for _, value in dots],
        linestyle="none",
        marker="o",
        markersize=3.2,
        color=request.theme.ink,
        alpha=0.55,
        markeredgewidth=0,
    )


def _name(axes: Axes, request: Request, centres: Sequence[float], row: Sequence[Bar]) -> None:
    unit = unit_of(request.figure.y)
    for centre, bar in zip(centres, row, strict=True):
        top = max([bar.estimate.value, *bar.samples, *_high(bar)])
        axes.annotate(
            number(bar.estimate.value, unit, digits=2),
            (centre, top),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )


def _high(bar: Bar) -> tuple[float, ...]:
    return (bar.estimate.interval.high,) if bar.estimate.interval else ()


def _dress(
    axes: Axes, request: Request, xs: Sequence[Scalar], rows: Sequence[Sequence[Bar]]
) -> None:
    figure, unit = request.figure, unit_of(request.figure.y)
    values = [bar.estimate.value for row in rows for bar in row]
    format_axis(axes.yaxis, values, unit=unit, log="y" in figure.log)
    axes.set_xticks(range(len(xs)), [in_words(value) for value in xs])
    axes.set_xlabel(axis_title(figure.x))
    axes.set_ylabel(axis_title(figure.y, unit))
    axes.tick_params(axis="x", length=0)
    axes.grid(visible=False, axis="x")
    axes.margins(y=0.12)


def _numbers(request: Request, found: Sequence[Group], rows: Sequence[Sequence[Bar]]) -> Numbers:
    figure, unit = request.figure, unit_of(request.figure.y)
    table = tuple(
        (
            group.label or "all",
            axis_value(bar.x),
            bar.estimate.text(unit),
            _level(bar.estimate),
            bar.estimate.counted,
        )
        for group, row in zip(found, rows, strict=True)
        for bar in row
    )
    heads = ("Group", axis_title(figure.x), axis_title(figure.y, unit), "Level", "n")
    return Numbers(heads, table)


def _level(estimate: Estimate) -> str:
    return number(estimate.interval.level, "fraction", digits=3) if estimate.interval else DASH


def _alt(request: Request, found: Sequence[Group], rows: Sequence[Sequence[Bar]]) -> str:
    figure, unit = request.figure, unit_of(request.figure.y)
    parts = []
    for group, row in zip(found, rows, strict=True):
        listed = ", ".join(f"{b.estimate.text(unit)} at {axis_value(b.x)}" for b in row)
        parts.append(f"{group.label}: {listed}" if group.label else listed)
    return f"Bars of {title(figure.y)} by {title(figure.x)}. {'; '.join(parts)}."

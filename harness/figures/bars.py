"""``bars``: timings or metrics side by side, with intervals."""

from __future__ import annotations

from collections.abc import Sequence

from harness.config.claim import same
from harness.errors import NothingMeasured
from harness.figures import guides
from harness.figures.canvas import WIDTH, legend, one_axes
from harness.figures.claimed import make_room
from harness.figures.drawing import Drawing, Numbers, Place, Request
from harness.figures.estimate import Estimate, has
from harness.figures.frame import refuse_beyond
from harness.figures.labels import in_words
from harness.figures.marks import Bar, Line, draw_marks, dress, layout_of
from harness.figures.points import basis, merged, middle_of
from harness.figures.select import Group, groups, heading, ordered
from harness.numerals import DASH, number
from harness.types import Record, Scalar


def bars(request: Request) -> Drawing:
    """Draw `y` by `x`, one mark per group: bars from zero, or dots where length would mislead."""
    figure = request.figure
    holding = [r for r in request.records if figure.x in r.axes and _holds(r, figure.y)]
    if not holding:
        raise NothingMeasured(
            f"no matching record holds samples or a metric {figure.y!r} on an axis {figure.x!r}"
        )
    xs = ordered(record.axes[figure.x] for record in holding)
    every = groups(holding, request.archive, figure.hue, figure.x, request.words)
    rows = [_row(request, group, xs) for group in every]
    refuse_beyond(bar.estimate for row in rows for bar in row)
    unit = request.unit
    kept = merged(every, [tuple((b.x, b.estimate.text(unit)) for b in row) for row in rows])
    found = [Line(one.group, rows[one.index]) for one in kept]
    layout = layout_of(request, xs, found)
    drawn, axes = one_axes(WIDTH, layout.height)
    for index, one in enumerate(found):
        draw_marks(axes, request, layout, one, index)
    guides.draw_theory(axes, request, flipped=layout.flat)
    dress(axes, request, layout, found)
    make_room(axes.xaxis if layout.flat else axes.yaxis, request)
    legend(drawn, axes, heading(figure.hue, request.words))
    estimates = [bar.estimate for row in rows for bar in row]
    return Drawing(
        drawn,
        _alt(request, found),
        _numbers(request, every, rows),
        f"{basis(estimates)} Small marks are the raw values.".strip(),
        Place(axes, "x" if layout.flat else "y", tuple(map(str, xs))),
    )


def _holds(record: Record, name: str) -> bool:
    return name in record.samples or has(record, name)


def bar_of(request: Request, records: Sequence[Record], x: Scalar) -> Bar:
    """Return the bar of one case: over seeds when there are several, else over samples."""
    name = request.figure.y
    if len(records) == 1 and name in records[0].samples:
        samples = tuple(float(value) for value in records[0].samples[name])
        return Bar(x, middle_of(request, records, name), samples)
    values = tuple(float(r.metrics[name]) for r in records if name in r.metrics)
    return Bar(x, middle_of(request, records, name), values if len(values) > 1 else ())


def _row(request: Request, group: Group, xs: Sequence[Scalar]) -> tuple[Bar, ...]:
    axis, found = request.figure.x, []
    for x in xs:
        here = [record for record in group.records if same(record.axes[axis], x)]
        if here:
            found.append(bar_of(request, here, x))
    return tuple(found)


def _numbers(request: Request, found: Sequence[Group], rows: Sequence[Sequence[Bar]]) -> Numbers:
    figure, unit = request.figure, request.unit
    table = tuple(
        (
            group.label or "all",
            in_words(bar.x, figure.x),
            bar.estimate.text(unit),
            _level(bar.estimate),
            bar.estimate.counted,
        )
        for group, row in zip(found, rows, strict=True)
        for bar in row
    )
    what = request.axis_title(figure.y, unit)
    return Numbers(("Group", request.axis_title(figure.x), what, "Level", "n"), table)


def _level(estimate: Estimate) -> str:
    return number(estimate.interval.level, "fraction", digits=3) if estimate.interval else DASH


def _alt(request: Request, found: Sequence[Line]) -> str:
    figure, unit = request.figure, request.unit
    parts = []
    for one in found:
        listed = ", ".join(f"{b.estimate.text(unit)} at {in_words(b.x, figure.x)}" for b in one.row)
        parts.append(f"{one.group.label}: {listed}" if one.group.label else listed)
    said = f"{request.axis_title(figure.y)} by {request.title(figure.x)}"
    return f"{said}. {'; '.join(parts)}."

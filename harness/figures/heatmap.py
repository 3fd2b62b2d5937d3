"""Numbers in boxes: ``heatmap``, a metric over two axes, mean and half width in every box.

``confusion`` shows which class was taken for which.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray

from harness.errors import NothingMeasured
from harness.figures.canvas import TEXT, WIDTH, one_axes, sheet
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.estimate import Estimate, has
from harness.figures.labels import setting
from harness.figures.pictures import Namer, caption, first_case, namer
from harness.figures.points import basis
from harness.figures.select import Group, groups, ordered
from harness.numerals import DASH, axis_value, count, number
from harness.types import Record, Scalar
from harness.words import plural

COLUMNS = 2
NARROW = 3
"""Columns of a map beside which another has room."""
FACETS = 6
Boxes = Mapping[tuple[Scalar, Scalar], Estimate]


@dataclass(frozen=True)
class Roles:
    """Which of a figure's x, y and hue is the metric, and which are columns and rows."""

    metric: str
    column: str
    row: str


@dataclass(frozen=True)
class Facet:
    """One map: estimates by (column value, row value), for one setting of all other axes."""

    label: str
    boxes: Boxes


def heatmap(request: Request) -> Drawing:
    """Draw one map per setting of the axes that the figure leaves free."""
    roles = roles_of(request)
    holding = [r for r in request.records if has(r, roles.metric)]
    if not holding:
        raise NothingMeasured(f"no matching record holds the metric {roles.metric!r}")
    columns = ordered(record.axes[roles.column] for record in holding)
    rows = ordered(record.axes[roles.row] for record in holding)
    facets = facets_of(holding, roles, request)
    drawn = sheet(*_size(len(facets[:FACETS]), len(columns), len(rows)))
    across = _across(len(facets[:FACETS]), len(columns))
    grid = drawn.subplots(math.ceil(len(facets[:FACETS]) / across), across, squeeze=False)
    limits = _limits(facets)
    for axes, facet in zip(grid.flat, facets, strict=False):
        _draw(axes, facet, roles, columns, rows, request, limits)
    for axes in list(grid.flat)[len(facets) :]:
        axes.set_axis_off()
    return Drawing(
        drawn, _alt(facets, roles, request), _numbers(facets, roles, request), _note(facets)
    )


def roles_of(request: Request) -> Roles:
    """Tell metric from axes: the one of x, y and hue that is no axis is the metric.

    Raises
    ------
    NothingMeasured
        If not exactly two of the three are axes of the records.
    """
    names = (request.figure.x, request.figure.y, request.figure.hue)
    axes = set().union(*(record.axes for record in request.records))
    on = [name for name in names if name in axes]
    off = [name for name in names if name and name not in axes]
    if len(on) != 2 or len(off) != 1:
        raise NothingMeasured(
            f"a heat map needs two axes and one metric among x, y and hue, got {names} instead"
        )
    return Roles(metric=off[0], column=on[0], row=on[1])


def facets_of(records: Sequence[Record], roles: Roles, request: Request) -> tuple[Facet, ...]:
    """Estimate every box of every map."""
    boxes: dict[str, dict[tuple[Scalar, Scalar], Estimate]] = {}
    for group in groups(records, request.archive, roles.row, roles.column, request.words):
        label = ", ".join(setting(name, value, request.words) for name, value in group.rest)
        for column in ordered(record.axes[roles.column] for record in group.records):
            here = [r for r in group.records if r.axes[roles.column] == column]
            key = (column, here[0].axes[roles.row])
            estimate = request.estimate(here, roles.metric)
            boxes.setdefault(label, {})[key] = estimate
    return tuple(Facet(label, found) for label, found in boxes.items())


def _size(facets: int, columns: int, rows: int) -> tuple[float, float]:
    down = math.ceil(facets / _across(facets, columns))
    return WIDTH, down * max(0.62 * rows + 0.9, 2.0) + 0.2


def _across(facets: int, columns: int) -> int:
    """Return how many maps stand beside each other, so that numbers fit their boxes."""
    return min(COLUMNS if columns <= NARROW else 1, facets)


def _limits(facets: Sequence[Facet]) -> tuple[float, float]:
    values = [e.value for f in facets for e in f.boxes.values() if math.isfinite(e.value)]
    return (min(values), max(values)) if values else (0.0, 1.0)


def _draw(
    axes: Axes,
    facet: Facet,
    roles: Roles,
    columns: Sequence[Scalar],
    rows: Sequence[Scalar],
    request: Request,
    limits: tuple[float, float],
) -> None:
    values, words = _matrix(facet.boxes, columns, rows, request.unit_of(roles.metric))
    sns.heatmap(
        values,
        ax=axes,
        annot=words,
        fmt="",
        cmap=request.theme.ramp,
        vmin=limits[0],
        vmax=limits[1],
        cbar=False,
        linewidths=1.5,
        linecolor="none",
        mask=np.isnan(values),
        xticklabels=[axis_value(value) for value in columns],
        yticklabels=[axis_value(value) for value in rows],
        annot_kws={"fontsize": TEXT},
    )
    _lost_words(axes, values, words)
    axes.set_xlabel(request.axis_title(roles.column))
    axes.set_ylabel(request.axis_title(roles.row))
    axes.set_title(facet.label)
    axes.tick_params(length=0, rotation=0)
    axes.grid(visible=False)


def _lost_words(axes: Axes, values: NDArray[np.float64], words: NDArray[np.str_]) -> None:
    """Write into boxes that have no number why they have none."""
    for row, column in zip(*np.nonzero(np.isnan(values)), strict=True):
        axes.text(column + 0.5, row + 0.5, str(words[row, column]), ha="center", va="center")


def _matrix(
    boxes: Boxes, columns: Sequence[Scalar], rows: Sequence[Scalar], unit: str
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    values = np.full((len(rows), len(columns)), np.nan)
    words = np.full((len(rows), len(columns)), "", dtype=object)
    for (column, row), estimate in boxes.items():
        at = (rows.index(row), columns.index(column))
        values[at] = estimate.value
        text = estimate.text(unit)
        words[at] = text.replace(" ± ", "\n± ").replace(" (", "\n(").replace(" diverged", "\ndiv.")
    return values, words


def _numbers(facets: Sequence[Facet], roles: Roles, request: Request) -> Numbers:
    unit = request.unit_of(roles.metric)
    rows = tuple(
        (facet.label or "all", axis_value(column), axis_value(row), e.text(unit), e.counted)
        for facet in facets
        for (column, row), e in facet.boxes.items()
    )
    heads = (request.axis_title(name) for name in (roles.column, roles.row, roles.metric))
    return Numbers(("Group", *heads, "n"), rows)


def _alt(facets: Sequence[Facet], roles: Roles, request: Request) -> str:
    unit, parts = request.unit_of(roles.metric), []
    column, row = request.title(roles.column), request.title(roles.row)
    for facet in facets:
        finite = {key: e for key, e in facet.boxes.items() if math.isfinite(e.value)}
        if not finite:
            continue
        low, high = (end(finite, key=lambda k: finite[k].value) for end in (min, max))
        extremes = [
            f"{word} {finite[key].text(unit)} at {column} {axis_value(key[0])}, "
            f"{row} {axis_value(key[1])}"
            for word, key in (("lowest", low), ("highest", high))
        ]
        parts.append(f"{facet.label + ': ' if facet.label else ''}{'; '.join(extremes)}")
    return f"Heat map of {request.title(roles.metric)} over {column} and {row}. {'. '.join(parts)}."


def _note(facets: Sequence[Facet]) -> str:
    text = basis([estimate for facet in facets for estimate in facet.boxes.values()])
    if len(facets) > FACETS:
        text += f" The first {FACETS} of {len(facets)} maps are drawn; the table has them all."
    return text


ANNOTATED = 12
CELL = 11.5
WORST = 3
UPRIGHT = 2  # letters that fit side by side under a column

Counts = NDArray[np.int64]


def confusion(request: Request) -> Drawing:
    """Draw the confusion matrix of one case, counts summed over its seeds."""
    group = first_case(request, "predictions", "labels")
    table = counts_of(request, group)
    drawn, axes = one_axes(WIDTH, 4.6)
    name = namer(group.records[0])
    _draw_counts(axes, table, request.theme.ramp, [name(index) for index in range(len(table))])
    seeds = plural(len(group.records), "run")
    note = f"Counts over {seeds}; the lighter, the larger its share of the row. "
    numbers = _numbers_of_counts(table, seeds, name)
    return Drawing(drawn, _alt_of_counts(table, name), numbers, note + caption(group, seed=False))


def counts_of(request: Request, group: Group) -> Counts:
    """Return counts (true class, predicted class) over the records of one case."""
    pairs = [
        (request.array(record, "labels").astype(int), request.array(record, "predictions"))
        for record in group.records
    ]
    labels = np.concatenate([true.ravel() for true, _ in pairs])
    predicted = np.concatenate([found.ravel() for _, found in pairs]).astype(int)
    size = int(max(labels.max(), predicted.max())) + 1
    table = np.zeros((size, size), dtype=np.int64)
    np.add.at(table, (labels, predicted), 1)
    return table


def _draw_counts(axes: Axes, table: Counts, ramp: str, names: Sequence[str]) -> None:
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    sns.heatmap(
        share,
        ax=axes,
        annot=table if len(table) <= ANNOTATED else None,
        fmt="d",
        cmap=ramp,
        vmin=0.0,
        vmax=1.0,
        cbar=False,
        xticklabels=names,
        yticklabels=names,
        annot_kws={"fontsize": CELL},
    )
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class")
    axes.tick_params(length=0, rotation=0)
    if max(map(len, names)) > UPRIGHT:
        axes.tick_params(axis="x", rotation=90)
    axes.grid(visible=False)


def mistakes(table: Counts) -> list[tuple[int, int, int]]:
    """Return (count, true, predicted) of the commonest confusions, most first."""
    off = table.copy()
    np.fill_diagonal(off, 0)
    order = np.argsort(-off, axis=None, kind="stable")[:WORST]
    pairs = [divmod(int(index), len(table)) for index in order]
    return [(int(off[true, seen]), true, seen) for true, seen in pairs if off[true, seen]]


def _alt_of_counts(table: Counts, name: Namer) -> str:
    right, total = int(np.trace(table)), int(table.sum())
    worst = "; ".join(
        f"class {name(true)} taken for {name(seen)} ({plural(times, 'time')})"
        for times, true, seen in mistakes(table)
    )
    commonest = f" Commonest mistakes: {worst}." if worst else " No mistakes."
    share = number(right / total, "fraction")
    return f"Confusion matrix. {count(right)} of {count(total)} are right ({share}).{commonest}"


def _numbers_of_counts(table: Counts, seeds: str, name: Namer) -> Numbers:
    rows = []
    for index, row in enumerate(table):
        total, right = int(row.sum()), int(row[index])
        share = number(right / total, "fraction", digits=3) if total else DASH
        rows.append((name(index), count(right), count(total), share, seeds))
    return Numbers(("True class", "Right", "Examples", "Share right", "n"), tuple(rows))

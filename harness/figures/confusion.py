"""``confusion``: which class was taken for which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from numpy.typing import NDArray

from harness.figures.canvas import WIDTH, one_axes
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.pictures import Namer, caption, first_case, namer
from harness.figures.select import Group
from harness.numerals import DASH, count, number
from harness.words import plural

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
    _draw(axes, table, request.theme.ramp, [name(index) for index in range(len(table))])
    seeds = plural(len(group.records), "run")
    note = f"Counts over {seeds}; the lighter, the larger its share of the row. "
    numbers = _numbers(table, seeds, name)
    return Drawing(drawn, _alt(table, name), numbers, note + caption(group, seed=False))


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


def _draw(axes: Axes, table: Counts, ramp: str, names: Sequence[str]) -> None:
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


def _alt(table: Counts, name: Namer) -> str:
    right, total = int(np.trace(table)), int(table.sum())
    worst = "; ".join(
        f"class {name(true)} taken for {name(seen)} ({plural(times, 'time')})"
        for times, true, seen in mistakes(table)
    )
    commonest = f" Commonest mistakes: {worst}." if worst else " No mistakes."
    share = number(right / total, "fraction")
    return f"Confusion matrix. {count(right)} of {count(total)} are right ({share}).{commonest}"


def _numbers(table: Counts, seeds: str, name: Namer) -> Numbers:
    rows = []
    for index, row in enumerate(table):
        total, right = int(row.sum()), int(row[index])
        share = number(right / total, "fraction", digits=3) if total else DASH
        rows.append((name(index), count(right), count(total), share, seeds))
    return Numbers(("True class", "Right", "Examples", "Share right", "n"), tuple(rows))

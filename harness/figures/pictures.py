"""Pictures of single arrays: which record, its classes by name; ``images`` and ``neighbors``."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes

from harness import datasets
from harness.errors import NothingMeasured
from harness.figures.canvas import WIDTH, sheet
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.labels import in_words, setting
from harness.figures.select import Group, groups
from harness.figures.theme import Theme
from harness.numerals import number
from harness.types import Array, Record
from harness.words import plural

Namer = Callable[[object], str]
ACROSS = 5
MOST_PICTURES = 30
PANEL = ("panel_images", "panel_neighbors", "panel_labels", "panel_neighbor_labels")
RIGHT, WRONG = "✓", "✗"
MOST, NEAREST = 6, 4
"""Rows, and neighbours of a row, that can be read on a phone."""


def first_case(request: Request, *arrays: str) -> Group:
    """Return the first case, in the suite's order, whose records kept every one of `arrays`.

    Raises
    ------
    NothingMeasured
        If no record did.
    """
    return groups(request.having(*arrays), request.archive, words=request.words)[0]


def caption(group: Group, *, seed: bool) -> str:
    """Say which case, and which seed, of several is shown; ``""`` if there is only one.

    Parameters
    ----------
    group : Group
        The case shown.
    seed : bool
        Whether the picture is of one seed (the first) out of several.
    """
    parts = [setting(name, value) for name, value in group.rest]
    record = group.records[0]
    if not parts:
        names = ("backend", "device")
        parts = [in_words(record.axes[name], name) for name in names if name in record.axes]
    if seed and len(group.records) > 1:
        parts.append(f"seed {record.seed} of {len(group.records)}")
    return f"Shown: {', '.join(parts)}." if parts else ""


def namer(record: Record, count: int | None = None) -> Namer:
    """Return the way from a class index to its name; the index itself where there is none.

    With `count`, names are used only if there are exactly so many classes: fifty hidden units
    are not named after ten classes.
    """
    names = datasets.class_names(record.data.used) if record.data else ()
    if count is not None and count != len(names):
        names = ()

    def name(index: object) -> str:
        position = int(str(index))
        return names[position] if position < len(names) else str(position)

    return name


def images(request: Request) -> Drawing:
    """Draw the rows of array ``weights`` (outputs, features) as pictures, one per output."""
    group = first_case(request, "weights")
    weights = np.asarray(request.array(group.records[0], "weights"), dtype=np.float64)
    pictures = as_pictures(weights)[:MOST_PICTURES]
    name = namer(group.records[0], len(weights))
    down = math.ceil(len(pictures) / ACROSS)
    drawn = sheet(WIDTH, down * 1.2)
    grid = drawn.subplots(down, ACROSS, squeeze=False)
    for index, axes in enumerate(grid.flat):
        axes.set_axis_off()
        if index < len(pictures):
            axes.imshow(pictures[index], interpolation="nearest", cmap="gray")
            axes.set_title(name(index), pad=3)
    return Drawing(
        drawn,
        _alt_of_weights(weights, len(pictures)),
        _numbers_of_weights(weights),
        _note_of_weights(request, weights),
    )


def as_pictures(weights: Array) -> Array:
    """Return templates (n, H, W) or (n, H, W, 3) scaled to 0-1, each on its own.

    Rows of 3 * s * s numbers are colour pictures, channels first; rows of s * s are grey.

    Raises
    ------
    NothingMeasured
        If the rows have neither length.
    """
    n, features = weights.reshape(len(weights), -1).shape
    flat = np.asarray(weights, dtype=np.float64).reshape(n, -1)
    reach = np.ptp(flat, axis=1, keepdims=True)
    scaled = (flat - flat.min(axis=1, keepdims=True)) / np.where(reach > 0, reach, 1.0)
    side = math.isqrt(features // 3)
    if 3 * side * side == features:
        return np.moveaxis(scaled.reshape(n, 3, side, side), 1, -1)
    side = math.isqrt(features)
    if side * side == features:
        return np.asarray(scaled.reshape(n, side, side))
    raise NothingMeasured(
        f"weights must have 3*s*s or s*s features to be shown as pictures, got {features} instead"
    )


def _alt_of_weights(weights: Array, count: int) -> str:
    kind = "colour" if as_pictures(weights[:1]).ndim == 4 else "grey"
    low, high = float(weights.min()), float(weights.max())
    return (
        f"{plural(count, f'{kind} picture')} of the weights of one output each, "
        f"numbered 0 to {count - 1}. Weights lie between {number(low, digits=2)} "
        f"and {number(high, digits=2)}."
    )


def _numbers_of_weights(weights: Array) -> Numbers:
    flat = weights.reshape(len(weights), -1)
    rows = tuple(
        (str(i), *map(_short, (row.min(), row.max(), np.linalg.norm(row))), "1 run")
        for i, row in enumerate(flat[:MOST_PICTURES])
    )
    return Numbers(("Output", "Smallest weight", "Largest weight", "Norm", "n"), rows)


def _note_of_weights(request: Request, weights: Array) -> str:
    text = "Each picture is scaled on its own to its smallest and largest weight."
    if len(weights) > MOST_PICTURES:
        text += f" The first {MOST_PICTURES} of {len(weights)} are drawn."
    return f"{text} {caption(first_case(request, 'weights'), seed=True)}".strip()


def _short(value: float) -> str:
    return number(float(value), digits=3)


def neighbors(request: Request) -> Drawing:
    """Draw one row per test image: the image, then its neighbours, nearest first."""
    group = first_case(request, *PANEL)
    record = group.records[0]
    images, nearest, labels, nearest_labels = (request.array(record, name) for name in PANEL)
    name = namer(record)
    down, across = min(len(images), MOST), min(nearest.shape[1], NEAREST) + 1
    drawn = sheet(WIDTH, down * 1.1 + 0.25)
    grid = drawn.subplots(down, across, squeeze=False)
    for row in range(down):
        _picture(grid[row][0], images[row], name(labels[row]), request.theme.muted)
        for column in range(across - 1):
            same = bool(nearest_labels[row, column] == labels[row])
            _neighbour(
                grid[row][column + 1],
                nearest[row, column],
                name(nearest_labels[row, column]),
                same,
                request.theme,
            )
    grid[0][0].set_title(f"test: {name(labels[0])}", pad=3)
    agree = np.asarray(nearest_labels) == np.asarray(labels)[:, None]
    note = f"First column: test image with its label. {RIGHT} same label, {WRONG} another label. "
    numbers = _numbers(labels, nearest_labels, agree, name)
    return Drawing(drawn, _alt(agree), numbers, note + caption(group, seed=True))


def _picture(axes: Axes, image: Array, words: str, frame: str) -> None:
    """Draw an image (H, W, C) or (H, W), C 1 or 3, uint8, in a frame."""
    plain = image[..., 0] if image.ndim == 3 and image.shape[-1] == 1 else image
    axes.imshow(plain, interpolation="nearest", cmap="gray")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_title(words, pad=3)
    for spine in axes.spines.values():
        spine.set(visible=True, color=frame, linewidth=2.4)


def _neighbour(axes: Axes, image: Array, label: str, same: bool, theme: Theme) -> None:
    colour = theme.good if same else theme.bad
    _picture(axes, image, RIGHT if same else f"{WRONG}{label}", colour)
    axes.title.set_color(colour)


def _alt(agree: Array) -> str:
    rows, columns = agree.shape
    right = int(agree[:, 0].sum())
    return (
        f"{rows} test images, each with its {columns} nearest training images. The nearest has "
        f"the same label for {right} of {rows}; of all neighbours shown, {int(agree.sum())} of "
        f"{agree.size} do."
    )


def _numbers(labels: Array, nearest: Array, agree: Array, name: Namer) -> Numbers:
    rows = tuple(
        (
            name(label),
            ", ".join(name(other) for other in others),
            f"{int(same.sum())} of {len(same)}",
        )
        for label, others, same in zip(labels, nearest, agree, strict=True)
    )
    return Numbers(("Test label", "Labels of the neighbours, nearest first", "Same label"), rows)

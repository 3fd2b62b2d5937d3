"""``neighbors``: test images beside their nearest training images."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from harness.figures.canvas import WIDTH, sheet
from harness.figures.choice import Namer, caption, first_case, namer
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.theme import Theme
from harness.types import Array

PANEL = ("panel_images", "panel_neighbors", "panel_labels", "panel_neighbor_labels")
RIGHT, WRONG = "✓", "✗"
MOST, NEAREST = 6, 4
"""Rows, and neighbours of a row, that can be read on a phone."""


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

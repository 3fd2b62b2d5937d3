"""``images``: weight templates as pictures."""

from __future__ import annotations

import math

import numpy as np

from harness.errors import NothingMeasured
from harness.figures.canvas import WIDTH, sheet
from harness.figures.choice import caption, first_case, namer
from harness.figures.drawing import Drawing, Numbers, Request
from harness.numerals import number
from harness.types import Array
from harness.words import plural

ACROSS = 5
MOST = 30


def images(request: Request) -> Drawing:
    """Draw the rows of array ``weights`` (outputs, features) as pictures, one per output."""
    group = first_case(request, "weights")
    weights = np.asarray(request.array(group.records[0], "weights"), dtype=np.float64)
    pictures = as_pictures(weights)[:MOST]
    name = namer(group.records[0], len(weights))
    down = math.ceil(len(pictures) / ACROSS)
    drawn = sheet(WIDTH, down * 1.2)
    grid = drawn.subplots(down, ACROSS, squeeze=False)
    for index, axes in enumerate(grid.flat):
        axes.set_axis_off()
        if index < len(pictures):
            axes.imshow(pictures[index], interpolation="nearest", cmap="gray")
            axes.set_title(name(index), pad=3)
    return Drawing(drawn, _alt(weights, len(pictures)), _numbers(weights), _note(request, weights))


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


def _alt(weights: Array, count: int) -> str:
    kind = "colour" if as_pictures(weights[:1]).ndim == 4 else "grey"
    low, high = float(weights.min()), float(weights.max())
    return (
        f"{plural(count, f'{kind} picture')} of the weights of one output each, "
        f"numbered 0 to {count - 1}. Weights lie between {number(low, digits=2)} "
        f"and {number(high, digits=2)}."
    )


def _numbers(weights: Array) -> Numbers:
    flat = weights.reshape(len(weights), -1)
    rows = tuple(
        (str(i), *map(_short, (row.min(), row.max(), np.linalg.norm(row))), "1 run")
        for i, row in enumerate(flat[:MOST])
    )
    return Numbers(("Output", "Smallest weight", "Largest weight", "Norm", "n"), rows)


def _note(request: Request, weights: Array) -> str:
    text = "Each picture is scaled on its own to its smallest and largest weight."
    if len(weights) > MOST:
        text += f" The first {MOST} of {len(weights)} are drawn."
    return f"{text} {caption(first_case(request, 'weights'), seed=True)}".strip()


def _short(value: float) -> str:
    return number(float(value), digits=3)

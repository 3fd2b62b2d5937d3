"""Numbers as coloured boxes in rows and columns, with words in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

_HALF = 0.408
"""Luminance at which dark and bright words are told from it alike."""


@dataclass(frozen=True)
class Look:
    """What boxes look like: colour map, numbers at its ends, points of words and between boxes."""

    ramp: str
    limits: tuple[float, float]
    size: float
    gap: float = 0.0


def draw_boxes(
    axes: Axes,
    values: NDArray[np.float64],
    words: NDArray[np.str_] | None,
    columns: Sequence[str],
    rows: Sequence[str],
    look: Look,
) -> None:
    """Draw a box for each number, the first row at the top, and write into it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where nothing is drawn yet.
    values : array of float, shape (rows, columns)
        NaN has no box.
    words : array of str, shape (rows, columns), or None
        None where boxes are too small for words.
    columns, rows : sequence of str
        Their names.
    look : Look
        What they look like.
    """
    axes.spines[:].set_visible(False)
    low, high = look.limits
    shown = np.ma.masked_where(np.isnan(values), values)
    mesh = axes.pcolormesh(
        shown, cmap=look.ramp, vmin=low, vmax=high, linewidths=look.gap, edgecolors="none"
    )
    axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, va="center")
    axes.tick_params(length=0, rotation=0)
    axes.grid(visible=False)
    if words is None:
        return
    mesh.update_scalarmappable()
    bright = _luminance(np.asarray(mesh.get_facecolor())).reshape(values.shape) > _HALF
    for place in zip(*np.nonzero(~np.isnan(values)), strict=True):
        x, y = place[1] + 0.5, place[0] + 0.5
        colour = ".15" if bright[place] else "w"
        axes.text(x, y, str(words[place]), color=colour, ha="center", va="center", size=look.size)


def _luminance(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the relative luminance of colours, (n, 4), as WCAG 2 defines it."""
    rgb = colours[:, :3]
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])

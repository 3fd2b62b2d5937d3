"""Numbers as coloured boxes in rows and columns, with words in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from numpy.typing import NDArray

DARK, BRIGHT = ".15", "w"
"""Words in a box, whichever is told from its colour."""
_HALF = 0.408
"""Luminance at which both are told from it alike."""


def draw_boxes(
    axes: Axes,
    values: NDArray[np.float64],
    columns: Sequence[str],
    rows: Sequence[str],
    *,
    ramp: str,
    limits: tuple[float, float],
    gap: float = 0.0,
) -> QuadMesh:
    """Draw a box for every number, the first row at the top, each row and column named.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where; nothing is drawn yet.
    values : array of float, shape (rows, columns)
        No box for NaN.
    columns, rows : sequence of str
        Their names.
    ramp : str
        The colour map.
    limits : tuple of float
        The numbers at its ends.
    gap : float
        Points between boxes.

    Returns
    -------
    matplotlib.collections.QuadMesh
        The boxes, for `write_in`.
    """
    axes.spines[:].set_visible(False)
    mesh = axes.pcolormesh(
        np.ma.masked_where(np.isnan(values), values),
        cmap=ramp,
        vmin=limits[0],
        vmax=limits[1],
        linewidths=gap,
        edgecolors="none",
    )
    axes.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, va="center")
    axes.tick_params(length=0, rotation=0)
    axes.grid(visible=False)
    return mesh


def write_in(axes: Axes, mesh: QuadMesh, words: NDArray[np.str_], size: float) -> None:
    """Write into each box what stands at its place in `words`, (rows, columns), in points."""
    mesh.update_scalarmappable()
    shown = ~np.ma.getmaskarray(np.ma.asarray(mesh.get_array()))
    luminance = _luminance(np.asarray(mesh.get_facecolor()))
    for row, column in zip(*np.nonzero(shown.reshape(words.shape)), strict=True):
        colour = DARK if luminance[row * words.shape[1] + column] > _HALF else BRIGHT
        place = (column + 0.5, row + 0.5)
        axes.text(
            *place, str(words[row, column]), color=colour, ha="center", va="center", fontsize=size
        )


def _luminance(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the relative luminance of colours, (n, 4), as WCAG 2 defines it."""
    rgb = colours[:, :3]
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])

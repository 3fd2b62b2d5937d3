"""A matrix as coloured boxes with words in them, its first row on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from numpy.typing import NDArray

DARK_INK, LIGHT_INK = "0.15", "w"
_BRIGHT = 0.408
"""Relative luminance from which dark letters stand out better than white ones."""


def boxes(
    axes: Axes,
    values: NDArray[np.float64],
    ramp: str,
    limits: tuple[float, float],
    *,
    columns: Sequence[str],
    rows: Sequence[str],
    gap: float = 0.0,
) -> QuadMesh:
    """Draw one box a value.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Empty ones.
    values : ndarray of float64, shape (rows, columns)
        What the colours show; nan leaves a box empty.
    ramp : str
        Name of a colour map.
    limits : tuple of float
        Values at the ends of the ramp.
    columns, rows : sequence of str
        Names of the columns and of the rows.
    gap : float
        Between boxes, in points.

    Returns
    -------
    matplotlib.collections.QuadMesh
        The boxes, for a colour bar and for `write`.
    """
    low, high = limits
    shown = np.ma.masked_invalid(values)
    mesh = axes.pcolormesh(shown, cmap=ramp, vmin=low, vmax=high, linewidths=gap, edgecolor="none")
    axes.set(xlim=(0, values.shape[1]), ylim=(values.shape[0], 0))
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(len(columns)) + 0.5, columns)
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, va="center")
    axes.tick_params(length=0)
    axes.grid(visible=False)
    return mesh


def write(axes: Axes, mesh: QuadMesh, words: NDArray[np.object_], size: float) -> None:
    """Write into every box, in the ink that stands out; into an empty one in that of the page.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Those of the boxes.
    mesh : matplotlib.collections.QuadMesh
        What `boxes` returned.
    words : ndarray of object, shape (rows, columns)
        Texts.
    size : float
        Of the letters, in points.
    """
    mesh.update_scalarmappable()
    colours = np.asarray(mesh.get_facecolor()).reshape(*words.shape, 4)
    empty = np.ma.getmaskarray(np.ma.asarray(mesh.get_array())).reshape(words.shape)
    for (row, column), text in np.ndenumerate(words):
        ink: dict[str, Any] = (
            {} if empty[row, column] else {"color": _ink(colours[row, column]), "fontsize": size}
        )
        axes.text(column + 0.5, row + 0.5, str(text), ha="center", va="center", **ink)


def _ink(colour: NDArray[np.float64]) -> str:
    """Return the grey for letters on a colour, by its relative luminance (WCAG)."""
    rgb = np.asarray(colour[:3], dtype=np.float64)
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    bright = float(linear @ np.array([0.2126, 0.7152, 0.0722])) > _BRIGHT
    return DARK_INK if bright else LIGHT_INK

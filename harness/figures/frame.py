"""Where the numbers of a picture lie on it, so that a page can draw one more number into it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

POINTS = 72.0
"""Units of a picture in an inch."""


@dataclass(frozen=True)
class Scale:
    """One axis of a picture.

    Attributes
    ----------
    start, end : float
        Where it begins and ends, in units of the picture.
    low, high : float
        The numbers there.
    log : bool
        Whether it is logarithmic.
    names : tuple of str
        Axis values that stand side by side at 0, 1, ... in place of numbers.
    """

    start: float
    end: float
    low: float
    high: float
    log: bool = False
    names: tuple[str, ...] = ()

    def at(self, value: float) -> float | None:
        """Return where a number lies, beyond the ends too; None where it has no place."""
        if not math.isfinite(value) or (self.log and value <= 0.0):
            return None
        low, high, here = (
            (math.log(self.low), math.log(self.high), math.log(value))
            if self.log
            else (self.low, self.high, value)
        )
        return self.start + (here - low) / (high - low) * (self.end - self.start)


@dataclass(frozen=True)
class Frame:
    """The axes of a picture.

    Attributes
    ----------
    x, y : Scale
        In its units, from the upper left corner on.
    metric : str
        Which of the two the metric lies along: ``"x"`` or ``"y"``.
    """

    x: Scale
    y: Scale
    metric: str = "y"


def frame_of(axes: Axes, metric: str, names: Sequence[str]) -> Frame:
    """Return the frame of axes that were laid out, that is, whose sheet was written.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Of a finished picture.
    metric : {'x', 'y'}
        Which axis the metric lies along.
    names : sequence of str
        Axis values at 0, 1, ... of the other axis; none where it has numbers.
    """
    from matplotlib.figure import Figure as Sheet  # loaded by now: the axes are of one

    sheet = axes.figure
    assert isinstance(sheet, Sheet)
    width, height = (POINTS * float(inches) for inches in sheet.get_size_inches())
    box, other = axes.get_position(), tuple(names)
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    x0, y0, x1, y1 = map(float, (box.x0, box.y0, box.x1, box.y1))
    x = Scale(x0 * width, x1 * width, float(left), float(right))
    y = Scale((1.0 - y0) * height, (1.0 - y1) * height, float(bottom), float(top))
    return Frame(
        replace(x, log=axes.get_xscale() == "log", names=() if metric == "x" else other),
        replace(y, log=axes.get_yscale() == "log", names=() if metric == "y" else other),
        metric,
    )

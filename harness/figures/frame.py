"""The axes of a picture: where numbers lie on them, and how far they can reach.

A page can draw one more number into a picture by its frame. The margins of an axis are computed
from its ends; beyond `LARGEST` and below `SMALLEST` they would be infinite or 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import NothingMeasured
from harness.numerals import number

if TYPE_CHECKING:  # the names of the kinds are known without loading matplotlib
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from harness.figures.estimate import Estimate

POINTS = 72.0
"""Units of a picture in an inch."""
LARGEST = 1e200
"""Of a picture: margins and ticks beyond a mark must be numbers too."""
SMALLEST = 1e-200
"""Up to which the ends of a log axis are set by hand."""
MARGIN = 0.12
_LOWEST = -323.0  # decades


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


def refuse_beyond(estimates: Iterable[Estimate]) -> None:
    """Refuse to draw what reaches further than an axis can.

    Raises
    ------
    NothingMeasured
        If an estimate, or an end of its interval, is larger than `LARGEST`.
    """
    ends = (
        end
        for one in estimates
        for end in (one.value, *((one.interval.low, one.interval.high) if one.interval else ()))
    )
    most = max((abs(end) for end in ends if math.isfinite(end)), default=0.0)
    if most > LARGEST:
        raise NothingMeasured(f"the numbers reach {number(most)}, further than a picture can")


def held(axis: Axis) -> tuple[float, float] | None:
    """Return the ends of a log axis for what is drawn on it, None where margins may be computed.

    Until they are set the axis is kept from computing any.
    """
    low, high = axis.get_data_interval()
    low = float(low) if low > 0.0 else float(axis.get_minpos())
    high = float(high)
    if not 0.0 < low <= min(high, SMALLEST):
        return None
    set_ends(axis, (1.0, 2.0))
    first, last = math.log10(low), math.log10(high)
    room = MARGIN * ((last - first) or 1.0)
    return min(low, 10.0 ** max(first - room, _LOWEST)), 10.0 ** (last + room)


def set_ends(axis: Axis, ends: tuple[float, float]) -> None:
    """Set the ends of an axis by hand; no margins are computed from then on."""
    (axis.axes.set_xlim if axis is axis.axes.xaxis else axis.axes.set_ylim)(*ends)

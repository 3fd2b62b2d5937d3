"""Numbers near the ends of what a computer can hold: an axis has room for them, or refuses them.

The margins of an axis are computed from its ends; beyond these numbers they would be 0 or infinite.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.errors import NothingMeasured
from harness.numerals import number

if TYPE_CHECKING:  # the names of the kinds are known without loading matplotlib
    from matplotlib.axis import Axis

    from harness.figures.estimate import Estimate

LARGEST = 1e200
"""Of a picture: margins and ticks beyond a mark must be numbers too."""
SMALLEST = 1e-200
"""Up to which the ends of a log axis are set by hand."""
MARGIN = 0.12
_LOWEST = -323.0  # decades


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

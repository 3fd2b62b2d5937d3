"""The numbers of a decision in words: no digit that the interval of the ratio did not earn."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.gate.units import LARGE, is_large, signed, unit
from harness.gate.values import Decision, Quantity, SideName
from harness.numerals import DASH, number, places_of
from harness.types import Interval

MOST_PLACES = 2
PLAIN_DIGITS = 3
UNITS: Mapping[Quantity, str] = {"time": "seconds", "memory": "bytes", "device_memory": "bytes"}


def change(decision: Decision) -> str:
    """Return how much larger head is than base: ``"+5.2 %"``, ``"−3.1 %"``, ``"2.31×"``."""  # noqa: RUF002 as shown
    return relative(decision.ratio, decision.interval)


def change_span(decision: Decision) -> str:
    """Return the interval of the change: ``"+4.1 to +6.3 %"``; a dash without one."""
    ratio, interval = decision.ratio, decision.interval
    if interval is None or math.isnan(ratio):
        return DASH
    large = is_large(ratio)
    if math.isinf(interval.high):
        low = _signed(interval.low, ratio, interval, large=large)
        return f"{low}{unit(large=large)} or more" if interval.low > 0 else "unbounded"
    ends = (_signed(end, ratio, interval, large=large) for end in (interval.low, interval.high))
    return " to ".join(ends) + unit(large=large)


def changed(decision: Decision) -> str:
    """Return the change with its interval: ``"+5.2 % (+4.1 to +6.3 %)"``."""
    spread = change_span(decision)
    return change(decision) if spread == DASH else f"{change(decision)} ({spread})"


def relative(ratio: float, interval: Interval | None = None) -> str:
    """Return a ratio as a change, at the digits that its interval earns.

    Parameters
    ----------
    ratio : float
        head / base; nan reads as a dash.
    interval : Interval or None
        Of the ratio; without one, one digit is shown, two where the first is a 1 or the
        number is larger.
    """
    if math.isnan(ratio):
        return DASH
    if math.isinf(ratio):
        return "infinite"
    large = is_large(ratio)
    return _signed(ratio, ratio, interval, large=large) + unit(large=large)


def detectable(decision: Decision) -> str:
    """Return the smallest slow-down that would have been called: ``"2.1 %"``.

    A dash where the pairs were too few for any to be called, however large.
    """
    if not math.isfinite(decision.detectable):
        return DASH
    if decision.detectable >= LARGE:
        return number(decision.detectable, "ratio", digits=2)
    return number(decision.detectable - 1.0, "fraction", digits=2)


def amount(decision: Decision, side: SideName) -> str:
    """Return the median of a side in the unit that fits: ``"81.2 ms"``, ``"48 MiB"``.

    A side is known no better than the ratio is, so it gets the digits that the relative width of
    the ratio's interval earns, three at most.
    """
    value = decision.base if side == "base" else decision.head
    if math.isnan(value):
        return DASH
    return number(value, UNITS[decision.quantity], digits=_digits(value, decision))


def _digits(value: float, decision: Decision) -> int:
    interval, ratio = decision.interval, decision.ratio
    if interval is None or not (value > 0 and 0 < ratio < math.inf):
        return PLAIN_DIGITS
    half = value * (interval.high - interval.low) / 2 / ratio
    if not 0 < half < math.inf:
        return 1 if half else PLAIN_DIGITS
    first = -places_of(half)  # the power of ten of the last digit earned
    return max(1, min(PLAIN_DIGITS, math.floor(math.log10(value)) - first + 1))


def _signed(value: float, ratio: float, interval: Interval | None, *, large: bool) -> str:
    """Return the ratio or an end of its interval; a factor keeps two digits however small it is."""
    places = _places(ratio, interval, large=large)
    if large and interval is not None and 0 < value < math.inf:
        places = max(places, 1 - math.floor(math.log10(value)))
    return signed(value, places, large=large)


def _places(ratio: float, interval: Interval | None, *, large: bool) -> int:
    half = math.nan if interval is None else (interval.high - interval.low) / 2
    scaled = half if large else 100.0 * half
    if 0 < scaled < math.inf:
        return min(places_of(scaled), MOST_PLACES)
    size = abs(ratio if large else 100.0 * (ratio - 1.0))
    if not 0 < size < math.inf:
        return 0
    return max(0, places_of(size) if large else min(1, places_of(size)))

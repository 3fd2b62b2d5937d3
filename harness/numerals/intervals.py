"""A value with its interval, in the unit that fits them: ``97.38 % ± 0.09``."""

from __future__ import annotations

import math

from harness.numerals.plain import DASH, TIMES, fixed, number, places_of, scale
from harness.numerals.shapes import (
    FEWEST_DIGITS,
    SHARES,
    by_factors,
    is_factor,
    is_lopsided,
    is_nothing,
)
from harness.types import Interval

EXACT_DIGITS = 7
WIDE = 2.0
"""From this factor between its ends on, an interval alone is shown by factors."""


def measured(value: float | None, interval: Interval | None, unit: str = "") -> str:
    """Return a value with its interval, at the digits the interval earns.

    Parameters
    ----------
    value : float or None
        The estimate; None reads "not measured".
    interval : Interval or None
        Its confidence interval, in the same unit; None when there is none to give.
    unit : {'', 'fraction', 'points', 'seconds', 'bytes', 'ratio'}
        Fractions are shown in per cent, differences of fractions in percentage points, seconds
        and bytes in the unit that fits their size.

    Returns
    -------
    str
        ``"97.38 % ± 0.09"``; ``"33.6 % (29.5 to 37.9)"`` when the interval is lopsided.
    """
    if value is None:
        return "not measured"
    if interval is None or not math.isfinite(value):
        return number(value, unit)
    half = (interval.high - interval.low) / 2
    if not math.isfinite(half):
        return f"{number(value, unit, digits=2)}, interval unbounded"
    if is_nothing(half, value, interval):
        return number(value, unit, digits=EXACT_DIGITS)
    if is_lopsided(value, interval, unit, half):
        return _lopsided(value, interval, unit, half)
    return _symmetric(value, half, unit)


def earned(value: float, interval: Interval, unit: str = "") -> str:
    """Return a value alone, at the digits that its interval earns: as `measured` shows it."""
    half = (interval.high - interval.low) / 2
    if not math.isfinite(value):
        return number(value, unit)
    if not math.isfinite(half):
        return number(value, unit, digits=FEWEST_DIGITS)
    if is_nothing(half, value, interval):
        return number(value, unit, digits=EXACT_DIGITS)
    lopsided = is_lopsided(value, interval, unit, half)
    if lopsided and unit not in SHARES and is_factor(value, interval):
        (middle,), suffix = by_factors((value,), interval, unit)
        return f"{middle}{suffix}"
    ends = (abs(interval.low), abs(interval.high)) if lopsided else (half,)
    factor, suffix, power = scale(max(abs(value), *ends), unit, half)
    return f"{fixed(value / factor, places_of(half / factor))}{power}{suffix}"


def span(interval: Interval | None, unit: str = "") -> str:
    """Return the ends of an interval, ``"97.29 to 97.47 %"``, or a dash when there is none."""
    if interval is None:
        return DASH
    half = (interval.high - interval.low) / 2
    if not math.isfinite(half) or is_nothing(half, interval.low, interval):
        return f"{number(interval.low, unit)} to {number(interval.high, unit)}"
    if unit not in SHARES and 0 < interval.low * WIDE <= interval.high:
        (low, high), suffix = by_factors((interval.low, interval.high), interval, unit)
        ends = f"{low} to {high}"
        return f"({ends}){suffix}" if suffix.startswith(f" {TIMES} ") else f"{ends}{suffix}"
    factor, suffix, power = scale(max(abs(interval.low), abs(interval.high)), unit, half)
    places = places_of(half / factor)
    ends = " to ".join(fixed(end / factor, places) for end in (interval.low, interval.high))
    return f"({ends}){power}{suffix}" if power else f"{ends}{suffix}"


def _symmetric(value: float, half: float, unit: str) -> str:
    factor, suffix, power = scale(max(abs(value), half), unit, half)
    places = places_of(half / factor)
    middle, width = fixed(value / factor, places), fixed(half / factor, places)
    if power:
        return f"({middle} ± {width}){power}{suffix}"
    return f"{middle}{suffix} ± {width}"


def _lopsided(value: float, interval: Interval, unit: str, half: float) -> str:
    if unit not in SHARES and is_factor(value, interval):
        parts = (value, interval.low, interval.high)
        (middle, low, high), suffix = by_factors(parts, interval, unit)
        return f"{middle}{suffix} ({low} to {high})"
    largest = max(abs(value), abs(interval.low), abs(interval.high))
    factor, suffix, power = scale(largest, unit, half)
    places = places_of(half / factor)
    middle, low, high = (
        fixed(part / factor, places) for part in (value, interval.low, interval.high)
    )
    return f"{middle}{power}{suffix} ({low} to {high})"

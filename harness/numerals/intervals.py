"""A value with its interval, in the unit that fits them: ``97.38 % ± 0.09``.

An interval is none at all, even on both sides, or one of factors; of factors, each number gets the
digits that the factor earns it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence

from harness.numerals.plain import (
    DASH,
    LARGEST,
    SINGLE_DIGITS,
    TIMES,
    exponent_of,
    fixed,
    number,
    places_of,
    scale,
)
from harness.types import Interval

EXACT_DIGITS = 7
WIDE = 2.0
"""From this factor between its ends on, an interval alone is shown by factors."""
CLOSE = 3
"""Places at most that an end next to 0 is shown to beyond those that its interval earns."""
SKEW = 0.1
NOTHING = 1e-300
"""Share of another number below which one cannot be told from 0."""
TENFOLD = 10.0
"""From this factor between its ends on, an interval of positive numbers is one of factors."""
SHARES = ("fraction", "points")
"""Units that have no scale of factors: shares end at 1."""
FEWEST_DIGITS = 2
FAR = 1e4
"""From this factor between its ends on, each has the unit that fits its own size."""


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


def span(interval: Interval | None, unit: str = "", marks: Sequence[float] = ()) -> str:
    """Return the ends of an interval, ``"97.29 to 97.47 %"``, or a dash when there is none.

    Each end shows on which side of 0, and of every mark, it lies: that may be what decides.
    """
    if interval is None:
        return DASH
    half = (interval.high - interval.low) / 2
    if not math.isfinite(half) or is_nothing(half, interval.low, interval):
        return " to ".join(apart(end, unit, marks) for end in (interval.low, interval.high))
    if unit not in SHARES and 0 < interval.low * WIDE <= interval.high:
        both, suffix = by_factors((interval.low, interval.high), interval, unit, marks)
        ends = " to ".join(both)
        return f"({ends}){suffix}" if suffix.startswith(f" {TIMES} ") else f"{ends}{suffix}"
    factor, suffix, power = scale(max(abs(interval.low), abs(interval.high)), unit, half)
    low, high = interval.low / factor, interval.high / factor
    beside = [mark / factor for mark in (0.0, *marks)]
    places = _telling((low, high), beside, places_of(half / factor))
    ends = f"{fixed(low, places)} to {fixed(high, places)}"
    return f"({ends}){power}{suffix}" if power else f"{ends}{suffix}"


def _telling(ends: Sequence[float], marks: Sequence[float], places: int) -> int:
    """Return so many places, or as many more as keep every end from reading as a mark.

    One for which `CLOSE` more are not enough is as good as the mark.
    """
    pairs = [(end, mark) for end in ends for mark in marks if abs(mark) < LARGEST]
    if _all_apart(pairs, places):
        return places
    most = places + CLOSE
    told = [pair for pair in pairs if _all_apart([pair], most)]
    tried = (one for one in range(places, most) if _all_apart(told, one))
    return next(tried, most if told else places)


def _all_apart(pairs: Iterable[tuple[float, float]], places: int) -> bool:
    return all(round(one, places) != round(other, places) for one, other in pairs)


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


def is_nothing(half: float, value: float, interval: Interval) -> bool:
    """Whether a half width is 0, or what rounding leaves of 0 beside the largest number shown."""
    largest = max(abs(value), abs(interval.low), abs(interval.high))
    return half < max(sys.float_info.min, sys.float_info.epsilon * largest)


def is_lopsided(value: float, interval: Interval, unit: str, half: float) -> bool:
    """Whether one half width beside the value would misplace an end, or let it read 0."""
    far = unit not in SHARES and _is_positive(value, interval, TENFOLD)
    return far or abs(value - interval.low - half) > SKEW * half


def _is_positive(value: float, interval: Interval, factor: float) -> bool:
    """Whether a value and the ends of its interval are positive, and `factor` or more apart.

    And the value is one that can be told from 0, and from infinity, beside them.
    """
    low, high = interval.low, interval.high
    if not (low >= sys.float_info.min and 0 < value < math.inf and high / low >= factor):
        return False
    return value > NOTHING * high and low > NOTHING * value


def is_factor(value: float, interval: Interval) -> bool:
    """Whether a value lies nearer to the middle of its interval in factors than in differences."""
    low, high = interval.low, interval.high
    if _is_positive(value, interval, TENFOLD):
        return True
    if not _is_positive(value, interval, math.nextafter(1.0, 2.0)):
        return False
    below, above = value - low, high - value
    plain = abs(below - above) / (high - low)
    in_factors = abs(math.log(value / low) - math.log(high / value)) / math.log(high / low)
    return in_factors < plain


def by_factors(
    parts: tuple[float, ...], interval: Interval, unit: str, marks: Sequence[float] = ()
) -> tuple[list[str], str]:
    """Return numbers at the digits that an interval's factor earns them, and their common unit.

    And as many more as tell them from the marks.
    """
    half = math.log(interval.high / interval.low) / 2
    if interval.high / interval.low >= FAR:
        return [apart(part, unit, marks, FEWEST_DIGITS) for part in parts], ""
    factor, suffix, power = scale(max(parts), unit)
    scaled, beside = ([one / factor for one in some] for some in (parts, marks))
    places = [_telling((one,), beside, places_by_factor(one, half)) for one in scaled]
    return [fixed(*pair) for pair in zip(scaled, places, strict=True)], f"{power}{suffix}"


def apart(value: float, unit: str, marks: Sequence[float], digits: int = SINGLE_DIGITS) -> str:
    """Return a number at so many digits, or as many more as keep it from reading as a mark."""
    if not sys.float_info.min <= abs(value) < math.inf:
        return number(value, unit)
    factor = scale(abs(value), unit)[0]
    scaled = value / factor
    places = digits - 1 - exponent_of(scaled)
    more = _telling((scaled,), [mark / factor for mark in marks], places) - places
    return number(value, unit, digits + more)


def places_by_factor(scaled: float, half: float) -> int:
    """Return the decimal place to which half a factor's logarithm earns a number digits."""
    return max(places_of(scaled * half), FEWEST_DIGITS - 1 - exponent_of(scaled))

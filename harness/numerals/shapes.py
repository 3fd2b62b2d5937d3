"""What kind of interval it is: none at all, even on both sides, or one of factors.

Of factors, each number gets the digits that the factor earns it.
"""

from __future__ import annotations

import math
import sys

from harness.numerals.plain import exponent_of, fixed, number, places_of, scale
from harness.types import Interval

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


def by_factors(parts: tuple[float, ...], interval: Interval, unit: str) -> tuple[list[str], str]:
    """Return numbers at the digits that an interval's factor earns them, and their common unit."""
    half = math.log(interval.high / interval.low) / 2
    if interval.high / interval.low >= FAR:
        return [number(part, unit, digits=FEWEST_DIGITS) for part in parts], ""
    factor, suffix, power = scale(max(parts), unit)
    scaled = [part / factor for part in parts]
    return [fixed(one, places_by_factor(one, half)) for one in scaled], f"{power}{suffix}"


def places_by_factor(scaled: float, half: float) -> int:
    """Return the decimal place to which half a factor's logarithm earns a number digits."""
    return max(places_of(scaled * half), FEWEST_DIGITS - 1 - exponent_of(scaled))

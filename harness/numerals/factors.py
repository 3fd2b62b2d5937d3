"""Numbers of an interval that is wide by factors: each at the digits that the factor earns it."""

from __future__ import annotations

import math

from harness.numerals.plain import exponent_of, fixed, number, places_of, scale
from harness.types import Interval

FEWEST_DIGITS = 2
FAR = 1e4
"""From this factor between its ends on, each has the unit that fits its own size."""


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

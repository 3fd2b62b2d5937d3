"""Numbers as text, with no more digits than the measurement supports.

The half width of the interval decides. It is shown with one significant digit, two when the first
is a 1 (the usual rule for uncertainties, e.g. Particle Data Group 2022, section 5.3), and the
value is rounded at the same place: ``97.38 % ± 0.09``. Without an interval a number is shown with
four significant digits at most.

An interval of positive numbers, other than shares, whose middle in factors is nearer to the value
than its middle in differences (that of a ratio, as a rule) is wide or narrow by factors: each of
its numbers gets the digits that the factor earns it, two at least, so that none of them reads 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from harness.numerals.intervals import (
    EXACT_DIGITS,
    FAR,
    FEWEST_DIGITS,
    SHARES,
    apart,
    earned,
    is_factor,
    is_lopsided,
    is_nothing,
    measured,
    places_by_factor,
    span,
)
from harness.numerals.plain import (
    DASH,
    MINUS,
    SINGLE_DIGITS,
    TIMES,
    axis_value,
    chance,
    count,
    exponent_of,
    fixed,
    level,
    number,
    places_of,
    tick,
)
from harness.types import Interval

__all__ = [
    "DASH",
    "EXACT_DIGITS",
    "MINUS",
    "SHARES",
    "TIMES",
    "Digits",
    "apart",
    "axis_value",
    "chance",
    "count",
    "earned",
    "fixed",
    "in_unit",
    "level",
    "measured",
    "number",
    "places_of",
    "span",
    "tick",
]


@dataclass(frozen=True)
class Digits:
    """A number in a unit, and the digits that it earns.

    Attributes
    ----------
    value : float
        In that unit.
    places : int
        Decimal places earned; negative left of the point.
    bare : bool
        Whether zeros at the end say nothing, so that they are left out.
    whole : bool
        Whether a whole number has all of its digits, as counts do.
    spread : str
        Its interval in the same unit: ``"± 0.09"`` or ``"(29.5 to 37.9)"``; ``""`` without one.
    """

    value: float
    places: int
    bare: bool = False
    whole: bool = False
    spread: str = ""

    def plain(self) -> str:
        """Return ``"97.38"``, ``"50,000"``."""
        if self.bare and self.whole and self.value == int(self.value):
            return count(int(self.value))
        text = fixed(self.value, self.places)
        bare = self.bare and "." in text
        return text.rstrip("0").rstrip(".") if bare else text

    def power(self) -> str:
        """Return ``"9.738e-05"``."""
        digits = max(0, self.places + (exponent_of(self.value) if self.value else 0))
        text, power = f"{self.value:.{digits}e}".split("e")
        text = text.rstrip("0").rstrip(".") if self.bare and "." in text else text
        return f"{text}e{power}"


def in_unit(value: float, interval: Interval | None, factor: float, unit: str = "") -> Digits:
    """Return how a value and its interval are written in a unit that is given, not chosen.

    Parameters
    ----------
    value : float
        Finite.
    interval : Interval or None
        Its confidence interval.
    factor : float
        How much the unit is worth: 0.01 for per cent, 1e-3 for milliseconds.
    unit : str
        As in `measured`.
    """
    scaled, whole = value / factor, not unit
    if interval is None:
        return Digits(scaled, SINGLE_DIGITS - 1 - _exponent_or_0(scaled), bare=True, whole=whole)
    half = (interval.high - interval.low) / 2
    if not math.isfinite(half):
        return Digits(scaled, FEWEST_DIGITS - 1 - _exponent_or_0(scaled))
    if is_nothing(half, value, interval):
        return Digits(scaled, EXACT_DIGITS - 1 - _exponent_or_0(scaled), bare=True, whole=whole)
    places = places_of(half / factor)
    if not is_lopsided(value, interval, unit, half):
        return Digits(scaled, places, spread=f"± {fixed(half / factor, places)}")
    ends = (interval.low / factor, interval.high / factor)
    if unit in SHARES or not is_factor(value, interval):
        low, high = (fixed(end, places) for end in ends)
        return Digits(scaled, places, spread=f"({low} to {high})")
    log_half = math.log(interval.high / interval.low) / 2
    bare = interval.high / interval.low >= FAR
    middle, first, last = (
        Digits(one, places_by_factor(one, log_half), bare, whole) for one in (scaled, *ends)
    )
    return replace(middle, spread=f"({first.plain()} to {last.plain()})")


def _exponent_or_0(value: float) -> int:
    return exponent_of(value) if value else 0

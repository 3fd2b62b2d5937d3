"""Numbers as text, with no more digits than the measurement supports.

The half width of the interval decides. It is shown with one significant digit, two when the first
is a 1 (the usual rule for uncertainties, e.g. Particle Data Group 2022, section 5.3), and the
value is rounded at the same place: ``97.38 % ± 0.09``. Without an interval a number is shown with
four significant digits at most.

An interval of positive numbers, other than shares, whose middle in factors is nearer to the value
than its middle in differences (that of a ratio, as a rule) is wide or narrow by factors: each of
its numbers gets the digits that the factor earns it, two at least, so that none of them reads 0.
"""

from harness.numerals.intervals import EXACT_DIGITS, SHARES, earned, measured, span
from harness.numerals.plain import (
    DASH,
    MINUS,
    SINGLE_DIGITS,
    TIMES,
    axis_value,
    chance,
    count,
    fixed,
    level,
    number,
    places_of,
    tick,
)
from harness.numerals.units import Digits, in_unit

__all__ = [
    "DASH",
    "EXACT_DIGITS",
    "MINUS",
    "SHARES",
    "SINGLE_DIGITS",
    "TIMES",
    "Digits",
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

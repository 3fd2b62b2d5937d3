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
import sys
from dataclasses import dataclass, replace

from harness.types import Interval, Scalar

DASH, MINUS, TIMES = "\u2013", "\u2212", "\u00d7"
SINGLE_DIGITS = 4
EXACT_DIGITS = 7
LARGEST_PLAIN = 1e7
SMALLEST_PLAIN = 1e-4
LARGEST = 1e307
"""What a double can hold when it is rounded up, and some more."""
SKEW = 0.1
NOTHING = 1e-300
"""Share of the largest number shown below which a half width cannot be told from 0."""
TENFOLD = 10.0
"""From this factor between its ends on, an interval of positive numbers is one of factors."""
FEWEST_DIGITS = 2
WIDE = 2.0
"""From this factor between its ends on, an interval alone is shown by factors."""
SHARES = ("fraction", "points")
"""Units that have no scale of factors: shares end at 1."""
FAR = 1e4
"""From this factor between its ends on, each has the unit that fits its own size."""


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
    spread : str
        Its interval in the same unit: ``"± 0.09"`` or ``"(29.5 to 37.9)"``; ``""`` without one.
    """

    value: float
    places: int
    bare: bool = False
    spread: str = ""

    def plain(self) -> str:
        """Return ``"97.38"``, ``"50,000"``."""
        if self.bare and self.value == int(self.value):
            return count(int(self.value))
        text = fixed(self.value, self.places)
        bare = self.bare and "." in text
        return text.rstrip("0").rstrip(".") if bare else text

    def power(self) -> str:
        """Return ``"9.738e-05"``."""
        digits = max(0, self.places + (_exponent(self.value) if self.value else 0))
        text, power = f"{self.value:.{digits}e}".split("e")
        text = text.rstrip("0").rstrip(".") if self.bare and "." in text else text
        return f"{text}e{power}"


_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TIMES = ((60.0, " min", 120.0), (1.0, " s", 1.0), (1e-3, " ms", 1e-3), (1e-6, " µs", 1e-6))
_SIZES = ((2.0**30, " GiB"), (2.0**20, " MiB"), (2.0**10, " KiB"))


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
    if _is_nothing(half, value, interval):
        return number(value, unit, digits=EXACT_DIGITS)
    if _is_lopsided(value, interval, unit, half):
        return _lopsided(value, interval, unit, half)
    return _symmetric(value, half, unit)


def earned(value: float, interval: Interval, unit: str = "") -> str:
    """Return a value alone, at the digits that its interval earns: as `measured` shows it."""
    half = (interval.high - interval.low) / 2
    if not math.isfinite(value):
        return number(value, unit)
    if not math.isfinite(half):
        return number(value, unit, digits=FEWEST_DIGITS)
    if _is_nothing(half, value, interval):
        return number(value, unit, digits=EXACT_DIGITS)
    lopsided = _is_lopsided(value, interval, unit, half)
    if lopsided and unit not in SHARES and _is_factor(value, interval):
        (middle,), suffix = _by_factors((value,), interval, unit)
        return f"{middle}{suffix}"
    ends = (abs(interval.low), abs(interval.high)) if lopsided else (half,)
    factor, suffix, power = _scale(max(abs(value), *ends), unit, half)
    return f"{fixed(value / factor, places_of(half / factor))}{power}{suffix}"


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
    scaled = value / factor
    if interval is None:
        return Digits(scaled, SINGLE_DIGITS - 1 - _exponent_of(scaled), bare=True)
    half = (interval.high - interval.low) / 2
    if not math.isfinite(half):
        return Digits(scaled, FEWEST_DIGITS - 1 - _exponent_of(scaled))
    if _is_nothing(half, value, interval):
        return Digits(scaled, EXACT_DIGITS - 1 - _exponent_of(scaled), bare=True)
    places = places_of(half / factor)
    if not _is_lopsided(value, interval, unit, half):
        return Digits(scaled, places, spread=f"± {fixed(half / factor, places)}")
    ends = (interval.low / factor, interval.high / factor)
    if unit in SHARES or not _is_factor(value, interval):
        low, high = (fixed(end, places) for end in ends)
        return Digits(scaled, places, spread=f"({low} to {high})")
    log_half = math.log(interval.high / interval.low) / 2
    bare = interval.high / interval.low >= FAR
    middle, first, last = (
        Digits(one, _places_by_factor(one, log_half), bare) for one in (scaled, *ends)
    )
    return replace(middle, spread=f"({first.plain()} to {last.plain()})")


def _places_by_factor(scaled: float, half: float) -> int:
    return max(places_of(scaled * half), FEWEST_DIGITS - 1 - _exponent(scaled))


def _exponent_of(value: float) -> int:
    return _exponent(value) if value else 0


def span(interval: Interval | None, unit: str = "") -> str:
    """Return the ends of an interval, ``"97.29 to 97.47 %"``, or a dash when there is none."""
    if interval is None:
        return DASH
    half = (interval.high - interval.low) / 2
    if not math.isfinite(half) or half < sys.float_info.min:
        return f"{number(interval.low, unit)} to {number(interval.high, unit)}"
    if unit not in SHARES and 0 < interval.low * WIDE <= interval.high:
        (low, high), suffix = _by_factors((interval.low, interval.high), interval, unit)
        ends = f"{low} to {high}"
        return f"({ends}){suffix}" if suffix.startswith(f" {TIMES} ") else f"{ends}{suffix}"
    factor, suffix, power = _scale(max(abs(interval.low), abs(interval.high)), unit, half)
    places = places_of(half / factor)
    ends = " to ".join(fixed(end / factor, places) for end in (interval.low, interval.high))
    return f"({ends}){power}{suffix}" if power else f"{ends}{suffix}"


def number(value: float, unit: str = "", digits: int = SINGLE_DIGITS) -> str:
    """Return one number with at most `digits` significant digits; inf and nan in words."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if abs(value) < sys.float_info.min:
        return f"0{_scale(0.0, unit)[1]}"
    if _whole(value, unit):
        return count(int(value)) + (" B" if unit == "bytes" else "")
    factor, suffix, power = _scale(abs(value), unit)
    places = digits - 1 - _exponent(value / factor)
    text = fixed(value / factor, places)
    text = text.rstrip("0").rstrip(".") if places > 0 and "." in text else text
    return f"{text}{power}{suffix}"


def count(value: int) -> str:
    """Return a whole number with thousands separated: ``"50,000"``."""
    return f"{value:,}".replace("-", MINUS)


def axis_value(value: Scalar) -> str:
    """Return the value of an axis as a reader writes it: ``50,000``, ``0.0005``, ``yes``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return count(value) if abs(value) >= 1000 else str(value)
    if isinstance(value, float):
        return count(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:g}"
    return value


def tick(value: float, unit: str = "") -> str:
    """Return a label for a tick of a plot's axis: at most six digits, bare powers of ten."""
    return number(value, unit, digits=6).removeprefix(f"1 {TIMES} ")


def places_of(half: float) -> int:
    """Return the decimal place to which a half width earns digits; negative left of the point."""
    exponent = _exponent(half)
    leading = half / 10.0**exponent
    return (1 if leading < 1.95 else 0) - exponent


def fixed(value: float, places: int) -> str:
    """Return a number rounded to decimal places, with the minus sign and thousands separated."""
    text = f"{round(value, places):,.{max(places, 0)}f}"
    # a negative that rounds to nothing is nothing
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def _whole(value: float, unit: str) -> bool:
    """Whether every digit of a number is shown: counts, and bytes below a KiB."""
    limit = {"": LARGEST_PLAIN, "bytes": 1024.0}.get(unit, 0.0)
    return abs(value) < limit and value == int(value)


def _symmetric(value: float, half: float, unit: str) -> str:
    factor, suffix, power = _scale(max(abs(value), half), unit, half)
    places = places_of(half / factor)
    middle, width = fixed(value / factor, places), fixed(half / factor, places)
    if power:
        return f"({middle} ± {width}){power}{suffix}"
    return f"{middle}{suffix} ± {width}"


def _is_nothing(half: float, value: float, interval: Interval) -> bool:
    """Whether a half width is 0, or would be in the unit that fits the largest number shown."""
    largest = max(abs(value), abs(interval.low), abs(interval.high))
    return half < max(sys.float_info.min, NOTHING * largest)


def _is_lopsided(value: float, interval: Interval, unit: str, half: float) -> bool:
    """Whether one half width beside the value would misplace an end, or let it read 0."""
    far = unit not in SHARES and _is_positive(value, interval, TENFOLD)
    return far or abs(value - interval.low - half) > SKEW * half


def _is_positive(value: float, interval: Interval, factor: float) -> bool:
    """Whether a value and the ends of its interval are positive, and `factor` or more apart."""
    low, high = interval.low, interval.high
    return low >= sys.float_info.min and 0 < value < math.inf and high / low >= factor


def _lopsided(value: float, interval: Interval, unit: str, half: float) -> str:
    if unit not in SHARES and _is_factor(value, interval):
        parts = (value, interval.low, interval.high)
        (middle, low, high), suffix = _by_factors(parts, interval, unit)
        return f"{middle}{suffix} ({low} to {high})"
    largest = max(abs(value), abs(interval.low), abs(interval.high))
    factor, suffix, power = _scale(largest, unit, half)
    places = places_of(half / factor)
    middle, low, high = (
        fixed(part / factor, places) for part in (value, interval.low, interval.high)
    )
    return f"{middle}{power}{suffix} ({low} to {high})"


def _is_factor(value: float, interval: Interval) -> bool:
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


def _by_factors(parts: tuple[float, ...], interval: Interval, unit: str) -> tuple[list[str], str]:
    """Return numbers at the digits that an interval's factor earns them, and their common unit."""
    half = math.log(interval.high / interval.low) / 2
    if interval.high / interval.low >= FAR:
        return [number(part, unit, digits=FEWEST_DIGITS) for part in parts], ""
    factor, suffix, power = _scale(max(parts), unit)
    scaled = [part / factor for part in parts]
    return [fixed(one, _places_by_factor(one, half)) for one in scaled], f"{power}{suffix}"


def _scale(size: float, unit: str, half: float = 0.0) -> tuple[float, str, str]:
    """Return (divisor, unit suffix, power of ten in words) for numbers of about `size`.

    What is rounded to the digits that a half width earns has the power of what is then shown.
    """
    factor, suffix = _unit_scale(size, unit)
    if math.isinf(size / factor):  # per cent of numbers next to the largest double
        factor, suffix = 1.0, ""
    scaled = size / factor
    rounds = half and scaled < LARGEST
    shown = round(scaled, places_of(half / factor)) if rounds else scaled
    if scaled == 0 or (scaled < LARGEST_PLAIN and shown >= SMALLEST_PLAIN):
        return factor, suffix, ""
    exponent = _exponent(shown or scaled)
    power = max(min(exponent, 308), -307)  # what a double can hold
    return factor * 10.0**power, suffix, f" {TIMES} 10{str(power).translate(_SUPERSCRIPTS)}"


def _unit_scale(size: float, unit: str) -> tuple[float, str]:
    if unit == "fraction":
        return 0.01, " %"
    if unit == "points":
        return 0.01, " points"
    if unit == "ratio":
        return 1.0, TIMES
    if unit == "seconds":
        fit = ((factor, suffix) for factor, suffix, least in _TIMES if size >= least)
        return next(fit, (1e-9, " ns")) if size else (1.0, " s")
    if unit == "bytes":
        return next(((factor, suffix) for factor, suffix in _SIZES if size >= factor), (1.0, " B"))
    return 1.0, ""


def _exponent(value: float) -> int:
    return math.floor(math.log10(abs(value)))

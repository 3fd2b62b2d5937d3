"""Plain numbers as text: their digits, the unit that fits their size, powers of ten."""

from __future__ import annotations

import math
import sys

from harness.types import Interval, Scalar

DASH, MINUS, TIMES = "\u2013", "\u2212", "\u00d7"
SINGLE_DIGITS = 4
LARGEST_PLAIN = 1e7
SMALLEST_PLAIN = 1e-4
LEAST_CHANCE = 1e-4
"""A probability below it says no more than that it is small."""
LARGEST = 1e307
"""What a double can hold when it is rounded up, and some more."""
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_TIMES = ((60.0, " min", 120.0), (1.0, " s", 1.0), (1e-3, " ms", 1e-3), (1e-6, " µs", 1e-6))
_SIZES = ((2.0**30, " GiB"), (2.0**20, " MiB"), (2.0**10, " KiB"))


def number(value: float, unit: str = "", digits: int = SINGLE_DIGITS) -> str:
    """Return one number with at most `digits` significant digits; inf and nan in words."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "minus infinite"
    if abs(value) < sys.float_info.min:
        return f"0{scale(0.0, unit)[1]}"
    if _whole(value, unit):
        return count(int(value)) + (" B" if unit == "bytes" else "")
    rounded = float(f"{value:.{digits - 1}e}")  # 9.9999e-9 is 1e-8, not 10e-9
    rounded = value if unit == "bytes" or math.isinf(rounded) else rounded
    factor, suffix, power = scale(abs(rounded), unit)
    places = digits - 1 - exponent_of(rounded / factor)
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


def chance(name: str, value: float) -> str:
    """Return a p-value or a q-value, at two digits: ``"p = 0.031"``, ``"q < 0.0001"``."""
    return (
        f"{name} < {number(LEAST_CHANCE)}"
        if value < LEAST_CHANCE
        else f"{name} = {number(value, digits=2)}"
    )


def level(interval: Interval | None) -> str:
    """Return the level of an interval, ``"90 %"``; ``""`` without one."""
    return number(interval.level, "fraction", digits=3) if interval else ""


def tick(value: float, unit: str = "") -> str:
    """Return a label for a tick of a plot's axis: at most six digits, bare powers of ten."""
    return number(value, unit, digits=6).removeprefix(f"1 {TIMES} ")


def places_of(half: float) -> int:
    """Return the decimal place to which a half width earns digits; negative left of the point."""
    exponent = exponent_of(half)
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


def scale(size: float, unit: str, half: float = 0.0) -> tuple[float, str, str]:
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
    exponent = exponent_of(shown or scaled)
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


def exponent_of(value: float) -> int:
    """Return the power of ten of a number's first digit; the number must not be 0."""
    return math.floor(math.log10(abs(value)))

"""Numbers with units as people write them, ``10m``, ``50us``, ``1MiB``, ``5%``; ratios in words."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from harness.errors import UsageError
from harness.gate.values import Quantity
from harness.numerals import TIMES, fixed, number

SECONDS: Mapping[str, float] = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
}
BYTES: Mapping[str, float] = {
    "B": 1.0,
    "kB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "KiB": 2.0**10,
    "MiB": 2.0**20,
    "GiB": 2.0**30,
}
_NUMBER = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z%]*)\s*", re.ASCII)
LARGE = 2.0
"""From twice or half on, a ratio is shown as a factor instead of per cent."""


def seconds(text: str) -> float:
    """Return a duration in seconds.

    Raises
    ------
    UsageError
        If it is not a number of 0 or more with one of `SECONDS`.
    """
    return _with_unit(text, SECONDS, "a duration", "10m, 30s, 50us")


def size(text: str) -> float:
    """Return a size in bytes.

    Raises
    ------
    UsageError
        If it is not a number of 0 or more with one of `BYTES`.
    """
    return _with_unit(text, BYTES, "a size", "512KiB, 1MiB")


def share(text: str) -> float:
    """Return a relative change: ``"5%"`` and ``"0.05"`` are the same.

    Raises
    ------
    UsageError
        If it is not a number of 0 or more, with or without ``%``.
    """
    found = _NUMBER.fullmatch(text)
    if found is None or found[2] not in ("", "%"):
        raise UsageError(f"a relative change must be like 5% or 0.05, got {text!r}")
    return float(found[1]) / (100.0 if found[2] else 1.0)


def _with_unit(text: str, units: Mapping[str, float], what: str, examples: str) -> float:
    found = _NUMBER.fullmatch(text)
    if found is None or found[2] not in units or not math.isfinite(float(found[1])):
        raise UsageError(
            f"{what} must be a number with a unit ({', '.join(units)}), "
            f"e.g. {examples}; got {text!r}"
        )
    return float(found[1]) * units[found[2]]


def worse(quantity: Quantity) -> str:
    """Return what more of a quantity is called."""
    return "slower" if quantity == "time" else "larger"


def change(ratio: float, places: int = 1) -> str:
    """Return a ratio as a change, ``"+5.1 %"``; as a factor from twice or half on.

    Parameters
    ----------
    ratio : float
        After / before, finite and not negative.
    places : int
        Decimal places of the per cent.
    """
    if is_large(ratio):
        return number(ratio, "ratio", digits=3)
    return signed(ratio, places, large=False) + unit(large=False)


def is_large(ratio: float) -> bool:
    """Return whether a ratio is shown as a factor."""
    return not 1 / LARGE < ratio < LARGE


def unit(*, large: bool) -> str:
    """Return what follows the number of a change."""
    return TIMES if large else " %"


def signed(ratio: float, places: int, *, large: bool) -> str:
    """Return the number of a change without its unit; what rounds to nothing has no sign."""
    if large:
        return fixed(ratio, places)
    text = fixed(100.0 * (ratio - 1.0), places)
    return f"+{text}" if any(digit in text for digit in "123456789") and ratio > 1 else text

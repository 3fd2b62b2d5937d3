"""Ratios in words, at places that a table or a picture shares."""

from __future__ import annotations

from harness.gate.values import Quantity
from harness.numerals import TIMES, fixed, number

LARGE = 2.0
"""From twice or half on, a ratio is shown as a factor instead of per cent."""


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

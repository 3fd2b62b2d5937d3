"""Ratios in words, at places that a table or a picture shares."""

from __future__ import annotations

from harness.gate.values import Quantity
from harness.numerals import fixed, number

LARGE = 2.0


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
    if not 1.0 / LARGE < ratio < LARGE:
        return number(ratio, "ratio", digits=3)
    text = fixed(100.0 * (ratio - 1.0), places)
    return f"+{text} %" if ratio >= 1.0 or text.strip("0.") == "" else f"{text} %"

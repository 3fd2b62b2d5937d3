"""Ratios in words."""

from __future__ import annotations

from harness.gate.values import Quantity

MINUS = "\u2212"


def worse(quantity: Quantity) -> str:
    """Return what more of a quantity is called."""
    return "slower" if quantity == "time" else "larger"


def change(ratio: float, places: int = 1) -> str:
    """Return a ratio as a change, ``"+5.1 %"``; as a multiple from twice on.

    Parameters
    ----------
    ratio : float
        After / before, finite and positive.
    places : int
        Decimal places of the per cent.
    """
    if ratio >= 2.0:
        return f"{ratio:.3g}\u00d7"
    text = f"{100.0 * (ratio - 1.0):+.{places}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.replace("-", "+")  # a change that rounds to nothing has no direction
    return f"{text.replace('-', MINUS)} %"

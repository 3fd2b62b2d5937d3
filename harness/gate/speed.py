"""How closely the times of a case follow the speed of the machine."""

from __future__ import annotations

from collections.abc import Iterable

from harness.gate.values import Pair
from harness.lockstep import speed


def slope(pairs: Iterable[Pair]) -> float:
    """Return the common slope of log-times on log-speeds over all pairs of a case so far."""
    return speed.slope(side for pair in pairs for side in (pair.base, pair.head))

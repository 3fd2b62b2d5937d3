"""Probabilities that judge a finding, and the levels of intervals, as text."""

from __future__ import annotations

from harness.numerals.plain import number
from harness.types import Interval

LEAST = 1e-4
"""A probability below it says no more than that it is small."""


def chance(name: str, value: float) -> str:
    """Return a p-value or a q-value, at two digits: ``"p = 0.031"``, ``"q < 0.0001"``."""
    return f"{name} < {number(LEAST)}" if value < LEAST else f"{name} = {number(value, digits=2)}"


def level(interval: Interval | None) -> str:
    """Return the level of an interval, ``"90 %"``; ``""`` without one."""
    return number(interval.level, "fraction", digits=3) if interval else ""

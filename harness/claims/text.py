"""Numbers in reasons: as many digits as the interval earns."""

from __future__ import annotations

import math
from collections.abc import Iterable

from harness.types import Interval
from harness.words import plural

WIDE = 10.0
"""From this factor between its ends on, an interval is shown by factors, as on the page."""
UNITS = {"seeds": "seed", "examples": "example", "runs": "run", "rivals": "rival"}


def number(value: float, resolution: float = 0.0) -> str:
    """Return `value` with two digits at the size of `resolution`, or four significant ones."""
    if not math.isfinite(value) or value == 0.0 or not math.isfinite(resolution):
        return f"{value:.4g}"
    if not 1e-4 <= abs(value) < 1e6:
        return f"{value:.3g}"
    if resolution <= 0.0:
        return f"{value:.6g}"
    decimals = 1 - math.floor(math.log10(resolution))
    return f"{value:.{min(max(decimals, 0), 12)}f}"


def interval(it: Interval) -> str:
    """Return ``"90 % interval [0.9729, 0.9747]"``."""
    low, high = (number(end, resolution(end, it)) for end in (it.low, it.high))
    return f"{it.level * 100:g} % interval [{low}, {high}]"


def resolution(value: float, it: Interval) -> float:
    """Return the size whose two digits a number beside an interval is shown to.

    That is half the interval, and the number itself where the interval spans a factor of `WIDE`,
    so that none of them reads 0.
    """
    wide = it.low > 0.0 and it.high / it.low >= WIDE
    return abs(value) if wide else (it.high - it.low) / 2.0


def band(low: float, high: float) -> str:
    """Return a range in words: ``"0.1 to 0.3"``, ``"at least 2"``, ``"at most 0.5"``."""
    if math.isinf(high):
        return f"at least {number(low)}"
    if math.isinf(low):
        return f"at most {number(high)}"
    return f"{number(low)} to {number(high)}"


def within(low: float, high: float) -> str:
    """Return ``"lies within 0.1 to 0.3"``, ``"is at least 2"`` or ``"is at most 0.5"``."""
    open_ended = math.isinf(low) or math.isinf(high)
    return f"{'is' if open_ended else 'lies within'} {band(low, high)}"


def beyond(low: float, high: float) -> str:
    """Return ``"lies outside 0.1 to 0.3"``, ``"is below 2"`` or ``"is above 0.5"``."""
    if math.isinf(high):
        return f"is below {number(low)}"
    if math.isinf(low):
        return f"is above {number(high)}"
    return f"lies outside {band(low, high)}"


def many(n: int, over: str) -> str:
    """Return ``"10 seeds"``."""
    return plural(n, UNITS.get(over, over))


def sentence(parts: Iterable[str]) -> str:
    """Join the clauses that are not empty with semicolons."""
    return "; ".join(part for part in parts if part)

"""What reasons say: their clauses, and the end of a rule that has nothing to compute.

`harness.numerals` decides what numbers look like.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from harness.errors import HarnessError
from harness.numerals import EXACT_DIGITS, SHARES, count, number, span
from harness.types import Finding, Interval, VerdictName
from harness.words import plural

DIFFERENCES = frozenset({"better", "best", "difference"})
"""Rules whose measured number is a difference."""
WRITTEN = 12
"""Most digits that somebody has written; more are what a computation leaves."""


def unit_shown(unit: str, rule: str) -> str:
    """Return the unit to print: differences of fractions are percentage points."""
    return "points" if unit == "fraction" and rule in DIFFERENCES else unit


def interval(it: Interval, unit: str = "", marks: Sequence[float] = ()) -> str:
    """Return ``"90 % interval 0.9729 to 0.9747"``, of ends told apart from the marks."""
    return f"{it.level * 100:g} % interval {span(it, unit, marks)}"


def quoted(size: float, tolerance: float, unit: str = "") -> str:
    """Return a quoted size with its tolerance in the same unit: ``"97.37 % ± 0.3"``."""
    half = said(100.0 * tolerance) if unit in SHARES else said(tolerance, unit)
    return f"{said(size, unit)} ± {half}"


def said(value: float, unit: str = "") -> str:
    """Return a number of a claim's own: with the digits that it has, since it has no interval."""
    text, further = (number(value, unit, digits) for digits in (WRITTEN, WRITTEN + 2))
    return text if text == further else number(value, unit, EXACT_DIGITS)


def band(low: float, high: float, unit: str = "") -> str:
    """Return a range in words: ``"0.1 to 0.3"``, ``"at least 2"``, ``"at most 0.5"``."""
    if math.isinf(high):
        return f"at least {said(low, unit)}"
    if math.isinf(low):
        return f"at most {said(high, unit)}"
    return f"{said(low, unit)} to {said(high, unit)}"


def within(low: float, high: float, unit: str = "") -> str:
    """Return ``"lies within 0.1 to 0.3"``, ``"is at least 2"`` or ``"is at most 0.5"``."""
    open_ended = math.isinf(low) or math.isinf(high)
    return f"{'is' if open_ended else 'lies within'} {band(low, high, unit)}"


def beyond(low: float, high: float, unit: str = "") -> str:
    """Return ``"lies outside 0.1 to 0.3"``, ``"is below 2"`` or ``"is above 0.5"``."""
    if math.isinf(high):
        return f"is below {said(low, unit)}"
    if math.isinf(low):
        return f"is above {said(high, unit)}"
    return f"lies outside {band(low, high, unit)}"


def many(n: int, over: str) -> str:
    """Return ``"10 seeds"``, ``"10,000 examples"``."""
    return plural(n, over.removesuffix("s")).replace(str(n), count(n), 1)


def sentence(parts: Iterable[str]) -> str:
    """Join the clauses that are not empty with semicolons."""
    return "; ".join(part for part in parts if part)


class Undecided(HarnessError):
    """No interval can be computed; caught by the judge and turned into a finding.

    Parameters
    ----------
    reason : str
        One sentence.
    verdict : str
        ``inconclusive``, or ``not-run`` when nothing was measured.
    measured : float or None
        The number there is, if there is one.
    n : int
        Values behind it.
    over : str
        What `n` counts.
    skipped : bool
        Whether every cell was skipped.
    """

    def __init__(
        self,
        reason: str,
        verdict: VerdictName = "inconclusive",
        *,
        measured: float | None = None,
        n: int = 0,
        over: str = "seeds",
        skipped: bool = False,
    ) -> None:
        super().__init__(reason)
        self.finding = Finding(verdict, reason, measured=measured, n=n, over=over, skipped=skipped)

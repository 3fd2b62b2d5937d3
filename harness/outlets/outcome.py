"""A verdict as the outcome of a test, in the words that every outlet shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.claims import text
from harness.numerals import measured
from harness.suite import locate
from harness.suite.schema import Suite
from harness.types import Verdict

Outcome = Literal["passed", "skipped", "failed"]


@dataclass(frozen=True)
class Place:
    """The file and line that state a claim."""

    file: str
    line: int


def outcome(verdict: Verdict, *, strict: bool = False) -> Outcome:
    """Return what a verdict is as a test.

    What fails `harness claims` fails; what holds, or is as the suite expects, passes; everything
    else says nothing for or against, and is skipped.

    Parameters
    ----------
    verdict : Verdict
        Of a claim.
    strict : bool
        Whether doubt that is not expected fails.
    """
    if verdict.fails:
        return "failed"
    if verdict.verdict in ("reproduced", verdict.expected):
        return "passed"
    return "failed" if strict and verdict.verdict == "inconclusive" else "skipped"


def why(verdict: Verdict) -> str:
    """Return in one line what a verdict is and rests on: ``"contradicted: the mean 0.93 ..."``."""
    limits = [
        "fewer runs than planned" if verdict.partial else "",
        "on a machine that the reference does not know" if verdict.informs else "",
        f"moved from {verdict.expected}" if verdict.moved else "",
    ]
    said = ", ".join(limit for limit in limits if limit)
    return f"{verdict.verdict}{f' ({said})' if said else ''}: {reason(verdict)}"


def reason(verdict: Verdict) -> str:
    """Return the reason of the finding to quote; of all tracks when they do not agree with it."""
    first = verdict.findings[0] if verdict.findings else None
    same = first is not None and first.verdict == verdict.verdict != "not-run"
    return first.reason if first and same else verdict.reason


def measured_by(verdict: Verdict) -> str:
    """Return what was measured, with its interval, how often and on what; ``"-"`` if nothing."""
    if not verdict.findings or verdict.findings[0].measured is None:
        return "-"
    first = verdict.findings[0]
    shown = measured(first.measured, first.interval, unit_of(verdict))
    return f"{shown} (n = {first.n})" + (f" on {first.data}" if first.data else "")


def unit_of(verdict: Verdict) -> str:
    """Return the unit to print: differences of fractions are percentage points."""
    return text.unit_shown(verdict.unit, verdict.rule)


def numbers(verdict: Verdict) -> str:
    """Return the lines that show what a claim says and what was measured."""
    lines = {
        "quote": " ".join(verdict.quote.split()),
        "published": verdict.published,
        "measured": measured_by(verdict),
        "verdict": why(verdict),
        "expected": f"{verdict.expected}: {verdict.because}" if verdict.expected else "",
    }
    return "\n".join(f"{name:<10} {value}" for name, value in lines.items() if value)


def places(suites: Sequence[Suite]) -> Mapping[str, Place]:
    """Return where each claim is stated, by ``suite/claim``."""
    return {
        f"{suite.id}/{claim.id}": Place(
            suite.text.file, locate.nearest(suite.text.lines, claim.place) or 1
        )
        for suite in suites
        for claim in suite.claims
    }

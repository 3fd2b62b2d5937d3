"""Tables for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from harness import claims as judging
from harness.cli.sheet import Sheet
from harness.outlets.outcome import measured_by, reason
from harness.types import VERDICTS, Verdict
from harness.words import plural

if TYPE_CHECKING:  # only `harness list --parts` has any
    pass

STYLES = {
    "reproduced": "green",
    "contradicted": "red",
    "inconclusive": "yellow",
    "not-comparable": "blue",
    "not-run": "dim",
}


def verdict_table(verdicts: Sequence[Verdict]) -> Sheet:
    """Return the table of verdicts, one row a claim."""
    headings = ("claim", "published", "measured", "verdict", "why")
    return Sheet(headings, [_claim_row(verdict) for verdict in verdicts], whole=(0,))


def opening(verdicts: Sequence[Verdict]) -> list[str]:
    """Return how many claims got which verdict, and how many sentences hold."""
    lines = [f"{plural(len(verdicts), 'claim')}: {counts(verdicts)}"] if verdicts else []
    return lines + ([sentences] if (sentences := judging.sentence_counts(verdicts)) else [])


def left_out(count: int, *, asked: bool) -> str:
    """Return how many claims are not in the table, and how to see them."""
    rest = plural(count, "claim")
    if asked:
        return f"{rest} left out, which are not what was asked for"
    return f"{rest} left out, which are as the suites record: --all prints them"


def closing(verdicts: Sequence[Verdict]) -> list[str]:
    """Return what a reader of all those claims must know besides: chance and failures."""
    lines = [chance] if (chance := judging.chance_text(verdicts)) else []
    if failing := [verdict for verdict in verdicts if verdict.fails]:
        named = ", ".join(f"{v.suite}/{v.claim} ({_failure(v)})" for v in failing)
        verb = "fails" if len(failing) == 1 else "fail"
        lines.append(f"{plural(len(failing), 'claim')} {verb}: {named}")
    return lines


def _failure(verdict: Verdict) -> str:
    if verdict.moved:
        return f"moved from {verdict.expected} to {verdict.verdict}"
    return "contradicted, which the suite does not record as expected"


def _claim_row(verdict: Verdict) -> tuple[str | Text, ...]:
    name = Text(verdict.verdict, STYLES[verdict.verdict])
    if verdict.moved:
        name.append(" (moved)")
    return (
        f"{verdict.suite}/{verdict.claim}",
        verdict.published,
        measured_by(verdict),
        name,
        why(verdict),
    )


def why(verdict: Verdict) -> str:
    """Return the reason of a verdict, with the rate of false discoveries."""
    said = reason(verdict)
    return f"{said}; {q}" if (q := judging.q_value_text(verdict)) else said


def counts(verdicts: Sequence[Verdict]) -> str:
    """Return ``"12 reproduced, 3 contradicted, ..."``."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return ", ".join(f"{found[name]} {name}" for name in VERDICTS if found[name]) or "no claims"

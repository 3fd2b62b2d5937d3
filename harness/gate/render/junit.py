"""A gate's result as JUnit XML."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness import junit
from harness.gate.render import amounts
from harness.gate.render.text import (
    QUANTITY_WORDS,
    TITLE,
    headline,
    packages,
    revision,
    shared,
    split_case,
    why,
)
from harness.gate.shared_changes import shared_changes
from harness.gate.values import Decision, GateResult, GateVerdict
from harness.words import one_line, plural

OUTCOMES: Mapping[GateVerdict, junit.Kind] = {
    "regressed": "failure",
    "broken": "error",
    "missing": "skipped",
    "inconclusive": "skipped",
}
"""Verdict to element; improved and ok are tests that passed."""


def render(result: GateResult, exit_code: int | None = None, /) -> str:
    """Return the result as JUnit XML, one test case a decision."""
    return junit.render(
        junit.Table(
            TITLE,
            [_test(decision) for decision in result.decisions],
            _facts(result, exit_code),
            result.elapsed,
            result.started,
        )
    )


def _facts(result: GateResult, exit_code: int | None) -> dict[str, str]:
    facts = {
        "headline": headline(result),
        "base": revision(result.base),
        "head": revision(result.head),
        "hardware": result.hardware,
        "partial": result.partial,
        "packages": packages(result, most=len(result.packages)),
        "alike": "; ".join(shared(one) for one in shared_changes(result.decisions)),
        "notes": "; ".join(result.notes),
        "exit_code": "" if exit_code is None else str(exit_code),
    }
    return {name: value for name, value in facts.items() if value}


def _test(decision: Decision) -> junit.Row:
    place, name = split_case(decision.case)
    timed = decision.quantity == "time" and math.isfinite(decision.head)
    return junit.Row(
        group=one_line(place, len(place) + 1),
        name=one_line(f"{name} ({QUANTITY_WORDS[decision.quantity]})", len(name) + 100),
        seconds=decision.head if timed else 0.0,
        ended=_ended(decision),
        properties=_measurements(decision),
    )


def _ended(decision: Decision) -> junit.NotPassed | None:
    kind = OUTCOMES.get(decision.verdict)
    if kind is None:
        return None
    return junit.NotPassed(kind, why(decision), decision.verdict, _numbers(decision))


def _measurements(decision: Decision) -> dict[str, str]:
    interval = decision.interval
    ends = {}
    if interval is not None:
        ends = {
            "interval_low": junit.number(interval.low),
            "interval_high": junit.number(interval.high),
            "interval_level": junit.number(interval.level),
        }
    return {
        "verdict": decision.verdict,
        "ratio": junit.number(decision.ratio),
        **ends,
        "pairs": str(decision.pairs),
        "detectable": junit.number(decision.detectable),
    }


def _numbers(decision: Decision) -> str:
    if not decision.pairs:
        return decision.reason
    base, head = (amounts.amount(decision, side) for side in ("base", "head"))
    numbers = (
        f"base {base}, head {head}, change {amounts.changed(decision)}, "
        f"{plural(decision.pairs, 'pair')}"
    )
    if math.isfinite(decision.detectable):
        numbers += f", could have seen {amounts.detectable(decision)}"
    return f"{numbers}\n{decision.reason}".strip()

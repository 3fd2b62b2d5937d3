"""What verdicts come to: how many of each, as JSON, and how many contradictions are chance.

The last is a column beside the verdicts, never a verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from harness.numerals import chance, count, number
from harness.statistics import q_values
from harness.types import VERDICTS, Finding, Verdict

TESTED = ("reproduced", "contradicted", "inconclusive")


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return how many verdicts there are of each name, all names present."""
    return {name: sum(verdict.verdict == name for verdict in verdicts) for name in VERDICTS}


def to_json(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return the verdicts as JSON values: the fields of `harness.types.Verdict`, moved, fails.

    JSON has no inf or nan: they are written as the strings ``"inf"``, ``"-inf"`` and ``"nan"``.
    """
    return [
        _plain({**asdict(verdict), "moved": verdict.moved, "fails": verdict.fails})
        for verdict in verdicts
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def with_q_values(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Return the verdicts, those that were tested with their q-value.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of all suites of a folder: over the contradicted alone, all below 5 %, or over those that
        happen to be named, a q-value would say nothing.
    """
    p_values = [p_value(verdict) for verdict in verdicts]
    found = iter(q_values([p for p in p_values if p is not None]).tolist())
    return tuple(
        verdict if p is None else replace(verdict, q=next(found))
        for verdict, p in zip(verdicts, p_values, strict=True)
    )


def by_chance(verdicts: Sequence[Verdict]) -> float:
    """Return how many of the contradicted ones are false, on average and at most.

    The largest q-value among them bounds the false-discovery rate of them all. Facts have no
    p-value and are no matter of chance.
    """
    found = _tested(verdicts)
    return max(found, default=0.0) * len(found)


def chance_text(verdicts: Sequence[Verdict]) -> str:
    """Return how many of the contradictions chance may have given; ``""`` where it cannot have.

    ``"34 of the 120 contradicted rest on a test (the others are facts), with q of at most 0.0095:
    on average at most 0.32 of the 34 are contradicted by chance"``.
    """
    found = _tested(verdicts)
    if not found:
        return ""
    tested, against = count(len(found)), sum(v.verdict == "contradicted" for v in verdicts)
    rest = f"of the {count(against)} contradicted {tested} rest on a test"
    facts = " (the others are facts)" if against > len(found) else ""
    largest, most = (number(value, digits=2) for value in (max(found), by_chance(verdicts)))
    given = f"on average chance gave at most {most} of the {tested}"
    return f"{rest}{facts}, with q of at most {largest}: {given}"


def _tested(verdicts: Sequence[Verdict]) -> list[float]:
    """Return the q-values of the contradictions that rest on a test."""
    return [v.q for v in verdicts if v.verdict == "contradicted" and v.q is not None]


def q_value_text(verdict: Verdict) -> str:
    """Return ``"q = 0.012"`` of a contradiction that was tested, else nothing."""
    if verdict.verdict != "contradicted" or verdict.q is None:
        return ""
    return chance("q", verdict.q)


def p_value(verdict: Verdict) -> float | None:
    """Return the p-value behind "contradicted"; None if the claim was not tested or is exact.

    The largest over the tracks, since all of them must contradict (an intersection-union test);
    findings of other environments or stand-ins do not count.
    """
    if verdict.verdict not in TESTED:
        return None
    found = [f.p_contradict for f in verdict.findings if _counted(f, verdict.findings[0])]
    return max((p for p in found if p is not None), default=None)


def _counted(finding: Finding, first: Finding) -> bool:
    return (finding.environment, finding.data) == (first.environment, first.data)

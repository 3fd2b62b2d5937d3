"""A result for other programs: JSON, which reads back as it was, and JUnit XML."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from harness import junit
from harness.errors import UsageError
from harness.gate.render import amounts
from harness.gate.render.amounts import shared_changes
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
from harness.gate.values import Decision, GateResult, GateVerdict
from harness.words import one_line, plural

SCHEMA = 1
SHOWN_PROBLEMS = 3
_RESULT = TypeAdapter(GateResult)
OUTCOMES: Mapping[GateVerdict, junit.Kind] = {
    "regressed": "failure",
    "broken": "error",
    "missing": "skipped",
    "inconclusive": "skipped",
}
"""Verdict to element; improved and ok are tests that passed."""


def as_json(result: GateResult, exit_code: int | None = None, /) -> str:
    """Return the result as JSON text."""
    return json.dumps(values(result, exit_code), indent=2, allow_nan=False) + "\n"


def values(result: GateResult, exit_code: int | None = None) -> dict[str, Any]:
    """Return the result as JSON values.

    Parameters
    ----------
    result : GateResult
        What to write.
    exit_code : int or None
        That of the command, None where there is no command.
    """
    summary = {"schema": SCHEMA, "headline": headline(result), "exit_code": exit_code}
    alike = [dataclasses.asdict(one) for one in shared_changes(result.decisions)]
    return {**summary, **_finite({**dataclasses.asdict(result), "alike": alike})}


def from_json(text: str) -> GateResult:
    """Return the result that `render` wrote.

    Keys that this version does not know are passed over, so that a newer one may add some.

    Raises
    ------
    UsageError
        If the text is not JSON, of another schema, or lacks something.
    """
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"a gate result must be JSON, got something else: {error}") from None
    schema = found.get("schema") if isinstance(found, dict) else None
    if schema != SCHEMA:
        raise UsageError(
            f"a gate result must have schema {SCHEMA}, got {schema!r}; "
            "write it with `harness gate --json` of this version"
        )
    try:
        return _RESULT.validate_python(found)
    except ValidationError as error:
        raise UsageError(f"a gate result must be whole: {_problems(error)}") from None


def _problems(error: ValidationError) -> str:
    problems = error.errors(include_url=False)
    texts = [
        f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}, got {problem['input']!r:.60}"
        for problem in problems[:SHOWN_PROBLEMS]
    ]
    more = len(problems) - len(texts)
    return "; ".join(texts) + (f"; and {more} more" if more else "")


def _finite(value: Any) -> Any:
    """Replace floats that JSON lacks by strings, throughout."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def as_junit(result: GateResult, exit_code: int | None = None, /) -> str:
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

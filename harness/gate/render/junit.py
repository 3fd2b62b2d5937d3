"""JUnit XML, which CI services show as a table of tests."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

from harness.gate.common import common
from harness.gate.render import amounts
from harness.gate.render.text import (
    QUANTITY_WORDS,
    TITLE,
    clean,
    headline,
    one_line,
    packages,
    revision,
    shared,
    split_case,
    why,
)
from harness.gate.values import Decision, GateResult
from harness.words import plural

OUTCOMES = {
    "regressed": "failure",
    "broken": "error",
    "missing": "skipped",
    "inconclusive": "skipped",
}
"""Verdict to element; improved and ok are tests that passed."""


def render(result: GateResult, exit_code: int | None = None, /) -> str:
    """Return the result as JUnit XML, one test case a decision."""
    attributes = {"name": TITLE, **_counts(result), "time": _number(result.elapsed)}
    root = ET.Element("testsuites", attributes)
    stamp = {"timestamp": clean(result.started)} if result.started else {}
    suite = ET.SubElement(root, "testsuite", {**attributes, **stamp})
    _properties(suite, _facts(result, exit_code))
    for decision in result.decisions:
        _test_case(suite, decision)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode("utf-8") + "\n"


def _counts(result: GateResult) -> dict[str, str]:
    found = [OUTCOMES.get(decision.verdict, "") for decision in result.decisions]
    return {
        "tests": str(len(found)),
        "failures": str(found.count("failure")),
        "errors": str(found.count("error")),
        "skipped": str(found.count("skipped")),
    }


def _facts(result: GateResult, exit_code: int | None) -> dict[str, str]:
    facts = {
        "headline": headline(result),
        "base": revision(result.base),
        "head": revision(result.head),
        "hardware": result.hardware,
        "partial": result.partial,
        "packages": packages(result, most=len(result.packages)),
        "alike": "; ".join(shared(one) for one in common(result.decisions)),
        "notes": "; ".join(result.notes),
        "exit_code": "" if exit_code is None else str(exit_code),
    }
    return {name: value for name, value in facts.items() if value}


def _test_case(suite: ET.Element, decision: Decision) -> None:
    place, name = split_case(decision.case)
    timed = decision.quantity == "time" and math.isfinite(decision.head)
    attributes = {
        "classname": one_line(place, len(place) + 1),
        "name": one_line(f"{name} ({QUANTITY_WORDS[decision.quantity]})", len(name) + 100),
        "time": _number(decision.head if timed else 0.0),
    }
    element = ET.SubElement(suite, "testcase", attributes)
    _properties(element, _measurements(decision))
    outcome = OUTCOMES.get(decision.verdict)
    if outcome:
        attributes = {"message": why(decision), "type": decision.verdict}
        ET.SubElement(element, outcome, attributes).text = _numbers(decision)


def _measurements(decision: Decision) -> dict[str, str]:
    interval = decision.interval
    ends = {}
    if interval is not None:
        ends = {
            "interval_low": _number(interval.low),
            "interval_high": _number(interval.high),
            "interval_level": _number(interval.level),
        }
    return {
        "verdict": decision.verdict,
        "ratio": _number(decision.ratio),
        **ends,
        "pairs": str(decision.pairs),
        "detectable": _number(decision.detectable),
    }


def _numbers(decision: Decision) -> str:
    if not decision.pairs:
        return clean(decision.reason)
    base, head = (amounts.amount(decision, side) for side in ("base", "head"))
    numbers = (
        f"base {base}, head {head}, change {amounts.changed(decision)}, "
        f"{plural(decision.pairs, 'pair')}"
    )
    if math.isfinite(decision.detectable):
        numbers += f", could have seen {amounts.detectable(decision)}"
    return clean(f"{numbers}\n{decision.reason}").strip()


def _properties(parent: ET.Element, facts: dict[str, str]) -> None:
    element = ET.SubElement(parent, "properties")
    for name, value in facts.items():
        ET.SubElement(element, "property", {"name": name, "value": clean(value)})


def _number(value: float) -> str:
    return f"{value:.9g}"

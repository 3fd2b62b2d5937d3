"""Wording that every rendering of a gate result shares."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from harness.gate.render.amounts import SharedChange, shared_changes
from harness.gate.units import change
from harness.gate.values import (
    GATE_VERDICTS,
    Decision,
    GateResult,
    GateVerdict,
    Quantity,
    Revision,
    Thresholds,
)
from harness.numerals import number
from harness.words import one_line, plural

TITLE = "Regression gate"
NOWHERE = "gate"
"""The file of what is in none, as of every case."""
SIGNS: Mapping[GateVerdict, str] = {
    "regressed": "✗",
    "broken": "!",
    "inconclusive": "?",
    "missing": "○",
    "improved": "↓",
    "ok": "✓",
}
QUANTITY_WORDS: Mapping[Quantity, str] = {
    "time": "time",
    "memory": "peak memory",
    "device_memory": "peak device memory",
}


def measured(result: GateResult) -> bool:
    """Whether anything was compared at all."""
    return any(decision.pairs > 0 for decision in result.decisions)


def worst(result: GateResult) -> dict[str, GateVerdict]:
    """Return the verdict of every case: of its quantities, that which asks for most attention."""
    found: dict[str, GateVerdict] = {}
    for decision in result.decisions:
        names = (decision.verdict, found.get(decision.case, decision.verdict))
        found[decision.case] = min(names, key=GATE_VERDICTS.index)
    return found


def headline(result: GateResult) -> str:
    """Return e.g. ``"1 of 12 cases regressed; 11 ok"`` or ``"nothing regressed: 12 ok"``."""
    found = worst(result)
    counts = Counter(found.values())
    for bad in ("regressed", "broken"):
        if counts[bad]:
            rest = _counted(counts, without=bad)
            return f"{counts[bad]} of {plural(len(found), 'case')} {bad}" + (rest and f"; {rest}")
    gist = "nothing regressed" if measured(result) else "nothing was measured"
    return f"{gist}: {_counted(counts) or 'no case was found'}"


def _counted(counts: Mapping[GateVerdict, int], without: str = "") -> str:
    shown = (name for name in GATE_VERDICTS if counts.get(name, 0) and name != without)
    return ", ".join(f"{counts[name]} {name}" for name in shown)


def why(decision: Decision) -> str:
    """Return the reason of a verdict as one line."""
    reason = one_line(decision.reason) or _reasons(decision)[decision.verdict]
    if decision.disturbed and decision.verdict in ("inconclusive", "regressed"):
        pairs = f"{decision.disturbed} of {plural(decision.pairs, 'pair')}"
        reason += f" (other work was noticed during {pairs})"
    return reason


def _reasons(decision: Decision) -> Mapping[GateVerdict, str]:
    worse, better = ("slower", "faster") if decision.quantity == "time" else ("more", "less")
    margin, tolerance = (
        number(limit, "fraction")
        for limit in (decision.thresholds.margin, decision.thresholds.tolerance)
    )
    return {
        "regressed": f"{worse} by more than the margin of {margin}",
        "improved": f"{better} by more than the margin of {margin}",
        "ok": f"not {worse} by the tolerance of {tolerance} or more",
        "inconclusive": f"neither a change nor its absence within {tolerance} was shown",
        "broken": "a side failed",
        "missing": "on one side only, or skipped",
    }


def packages(result: GateResult, most: int = 10) -> str:
    """Return the packages that differ between the sides, ``""`` if none does.

    Parameters
    ----------
    result : GateResult
        Whose.
    most : int
        How many to name.
    """
    named = [f"{one.name} {one.base or 'none'} → {one.head or 'none'}" for one in result.packages]
    more = len(named) - most
    shown = [*named[:most], *([f"and {more} more"] if more > 0 else [])]
    return one_line(", ".join(shown), 1000)


def remarks(result: GateResult) -> tuple[str, ...]:
    """Return what the reader should know beside the verdicts, one line each."""
    found = list(result.notes)
    if result.packages:
        found.append(f"packages differ between the sides (base → head): {packages(result)}")
    slower = (one for one in shared_changes(result.decisions) if one.verdict == "regressed")
    found += [shared(one) for one in slower if one.quantity == "time"]
    if any(d.quantity == "memory" for d in result.decisions) and any(
        math.isfinite(pair.head.held) for pair in result.pairs
    ):
        found.append("peak memory is what a benchmark takes above what its process held before")
    return tuple(found)


def shared(found: SharedChange) -> str:
    """Return a change that cases share, in words."""
    ends = [change(ratio, places=0) for ratio in (found.low, found.high)]
    span = ends[0] if ends[0] == ends[1] else f"{ends[0].removesuffix(' %')} to {ends[1]}"
    cases = f"{len(found.cases)} of {plural(found.of, 'case')}"
    moved = f"{QUANTITY_WORDS[found.quantity]}: {cases} {found.verdict} alike, by {span}"
    return f"{moved}; look for one cause first" if found.verdict == "regressed" else moved


def apart(result: GateResult) -> tuple[tuple[SharedChange, ...], tuple[Decision, ...]]:
    """Return the shared changes of memory, and the decisions that have to be listed beside them.

    Times stay in the list: they are what was asked for, case by case.
    """
    found = tuple(one for one in shared_changes(result.decisions) if one.quantity != "time")
    alike = {(one.quantity, one.verdict, case) for one in found for case in one.cases}
    rest = (d for d in result.decisions if (d.quantity, d.verdict, d.case) not in alike)
    return found, tuple(rest)


def level(decisions: Iterable[Decision]) -> str:
    """Return ``"95 % interval"``; ``"interval"`` where there are several levels or none."""
    levels = {decision.interval.level for decision in decisions if decision.interval}
    return f"{number(levels.pop(), 'fraction')} interval" if len(levels) == 1 else "interval"


def rule(result: GateResult) -> str:
    """Return in one line how verdicts are reached."""
    limits = {decision.thresholds for decision in result.decisions} or {Thresholds()}
    margin = _shared("margin", {limit.margin for limit in limits})
    tolerance = _shared("tolerance", {limit.tolerance for limit in limits})
    return (
        "Every value comes from a process of its own, base and head in random order within a pair. "
        f"Regressed: an exact one-sided signed-rank test shows a change for the worse beyond "
        f"{margin}. Ok: the upper bound of the change lies below {tolerance}."
    )


def _shared(word: str, values: set[float]) -> str:
    if len(values) > 1:
        return f"the {word} of its case"
    return f"the {word} of {number(values.pop(), 'fraction')}"


def revision(side: Revision) -> str:
    """Return e.g. ``"main (1a2b3c4, Add a cache)"``."""
    parts = [side.commit[:7], one_line(side.subject, 100)]
    parts += ["with uncommitted changes"] if side.dirty else []
    details = ", ".join(part for part in parts if part)
    return one_line(side.label, 100) + (f" ({details})" if details else "")


def machine(result: GateResult) -> str:
    """Return the machine and how long the run took, for a footer."""
    parts = (one_line(result.hardware, 200), number(result.elapsed, "seconds", digits=2))
    return ", ".join(part for part in parts if part)


def split_case(case: str) -> tuple[str, str]:
    """Return (file, rest) of the name of a case; a suite, and a whole module, lie in no file."""
    file, found, rest = case.partition("::")
    return (file, rest) if found and rest else (NOWHERE, case)

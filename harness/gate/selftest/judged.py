"""How often the gate was right about slow-downs of known size, and the same in words.

The terminal, Markdown and the page show one table.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

from harness.cache import Cache, source
from harness.gate.selftest.runs import Run
from harness.gate.sequential import SequentialTest
from harness.gate.settings import GateSettings
from harness.gate.values import Decision
from harness.numerals import count, measured, number
from harness.statistics import proportion_interval
from harness.types import Interval

RIVAL = 0.05
"""``--benchmark-compare-fail=mean:5%``."""
CACHE = Cache("selftests", 16 * 1024**2)
Told = Sequence[tuple[str, str]]
"""Quantity and verdict of each decision."""
COLUMNS = (
    "Planted slow-down",
    "Decisions",
    "Regressed",
    "Share regressed",
    "Inconclusive",
    "Ok",
    "Improved",
    "Failed by pytest-benchmark",
    "Share failed by it",
)
"""Shares stand with their 95 % Clopper-Pearson intervals; the rival is ``mean:5%``."""


@dataclass(frozen=True)
class SelftestRow:
    """One planted size; every decision is one of regressed, ok, improved, inconclusive."""

    planted: float
    decisions: int
    regressed: int
    ok: int
    improved: int
    inconclusive: int
    caught: Interval
    rival_flagged: int
    rival: Interval


@dataclass(frozen=True)
class SelftestView:
    """All sizes of one machine."""

    rows: tuple[SelftestRow, ...]
    hardware: str
    measured: str
    commit: str
    pairs: int
    note: str


def view(runs: Sequence[Run]) -> SelftestView | None:
    """Return how often the gate was right, over runs of one machine; None without runs."""
    if not runs:
        return None
    last = runs[-1]
    runs = [one for one in runs if one.environment.klass == last.environment.klass]
    sizes = sorted({one.planted for one in runs})
    decided = [(one, _verdicts(one)) for one in runs]
    memory = [verdict for _, found in decided for what, verdict in found if what == "memory"]
    return SelftestView(
        rows=tuple(
            _row(size, [pair for pair in decided if pair[0].planted == size]) for size in sizes
        ),
        hardware=last.environment.hardware,
        measured=last.started[:10],
        commit=last.environment.facts.get("commit", "")[:10],
        pairs=sum(len(one.pairs) for one in runs),
        note=f"Peak memory, equal on both sides, was called regressed {memory.count('regressed')} "
        f"times out of {len(memory)}.",
    )


def decisions(one: Run) -> tuple[Decision, ...]:
    """Return what the gate says of a run's pairs, on times and on memory."""
    names = list(dict.fromkeys(pair.case for pair in one.pairs))
    test = SequentialTest(names, GateSettings().thresholds)
    for index in sorted({pair.index for pair in one.pairs}):
        test.add([pair for pair in one.pairs if pair.index == index])
    test.close("the run was interrupted", judge=False)
    return test.decisions


def _verdicts(one: Run) -> Told:
    """Return quantity and verdict of each decision: found once, and kept with all it rests on."""
    libraries = [metadata.version(name) for name in ("numpy", "scipy")]
    made = (source(), sys.version, libraries, one.pairs)
    key = hashlib.sha256(repr(made).encode("utf-8", "backslashreplace")).hexdigest()
    data = CACHE.get(key)
    if data is None:
        data = json.dumps([(d.quantity, d.verdict) for d in decisions(one)]).encode()
        CACHE.put(key, data)
    return [(what, verdict) for what, verdict in json.loads(data)]


def rival_flags(one: Run) -> int:
    """Return how many cases ``--benchmark-compare-fail=mean:5%`` would have failed.

    It compares one run of head with one of base, by the mean of its rounds: here those of the
    first pair.
    """
    first = [pair for pair in one.pairs if pair.index == 0]
    return sum(pair.head.mean > (1.0 + RIVAL) * pair.base.mean for pair in first)


def _row(planted: float, decided: Sequence[tuple[Run, Told]]) -> SelftestRow:
    verdicts = [verdict for _, found in decided for what, verdict in found if what == "time"]
    flagged = sum(rival_flags(one) for one, _ in decided)
    return SelftestRow(
        planted=planted,
        decisions=len(verdicts),
        regressed=verdicts.count("regressed"),
        ok=verdicts.count("ok"),
        improved=verdicts.count("improved"),
        inconclusive=verdicts.count("inconclusive"),
        caught=proportion_interval(verdicts.count("regressed"), len(verdicts)),
        rival_flagged=flagged,
        rival=proportion_interval(flagged, len(verdicts)),
    )


def facts(view: SelftestView) -> str:
    """Return where and when it was measured, and on how much."""
    return (
        f"{view.hardware}, commit {view.commit[:7]}, {view.measured[:10]}, "
        f"{count(view.pairs)} pairs"
    )


def table_rows(view: SelftestView) -> tuple[tuple[str, ...], ...]:
    """Return one row per planted size, at the digits that its intervals earn."""
    return tuple(_cells(row) for row in view.rows)


def markdown(view: SelftestView) -> str:
    """Return the table in Markdown, with what it rests on."""
    lines = [COLUMNS, ["---", *["---:"] * (len(COLUMNS) - 1)], *table_rows(view)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{table}\n\n{facts(view)}. Shares with 95 % Clopper-Pearson intervals. {view.note}\n"


def _cells(row: SelftestRow) -> tuple[str, ...]:
    planted = number(row.planted, "fraction") if row.planted else "none (A against A)"
    return (
        planted,
        count(row.decisions),
        count(row.regressed),
        _share(row.regressed, row.decisions, row.caught),
        count(row.inconclusive),
        count(row.ok),
        count(row.improved),
        count(row.rival_flagged),
        _share(row.rival_flagged, row.decisions, row.rival),
    )


def _share(part: int, whole: int, interval: Interval) -> str:
    return measured(part / whole, interval, "fraction")

"""Gate results made by hand, and strategies that draw them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from harness.gate.values import (
    GATE_VERDICTS,
    QUANTITIES,
    SIDES,
    Decision,
    GateResult,
    Pair,
    Revision,
    Thresholds,
)
from harness.lockstep.sample import Sample
from harness.types import Interval

BASE = Revision(
    "main", "1a2b3c4d" * 5, "ab" * 20, False, "Add a cache", "2026-03-01T10:00:00+00:00"
)
HEAD = Revision(
    "working tree", "5e6f7a8b" * 5, "cd" * 20, True, "Use it", "2026-03-02T10:00:00+00:00"
)
FILE = "tests/benchmarks/test_kernels.py"
EVIL = (
    "bad.py::test_x[a|b `c` *d* _e_ <b>f</b> <!-- harness-gate --> [g](h) [red]i[/red] ~~j~~ "
    "\\| @everyone #1 &amp; $k$ \x00\x1b[31m\ud800]"
)
"""A name with everything that some rendering would take for its own."""


def decision(name: str = "test_step[numpy]", verdict: str = "ok", **fields: Any) -> Decision:
    """A decision over twenty pairs unless `fields` say otherwise."""
    numbers: dict[str, Any] = {
        "quantity": "time",
        "ratio": 1.002,
        "interval": Interval(0.995, 1.009, 0.95),
        "pairs": 20,
        "detectable": 1.021,
        "base": 0.0812,
        "head": 0.0814,
    }
    if verdict in ("broken", "missing"):
        numbers = {"quantity": "time"}
    case = name if "::" in name else f"{FILE}::{name}"
    return Decision(case=case, verdict=verdict, **{**numbers, **fields})  # type: ignore[arg-type]


def slower(name: str = "test_hinge[numpy]", **fields: Any) -> Decision:
    numbers = {"ratio": 1.052, "interval": Interval(1.041, 1.063, 0.95), "head": 0.0854}
    return decision(name, "regressed", **{**numbers, **fields})


def pairs(case: str, base: list[float], head: list[float], peak: float = math.nan) -> list[Pair]:
    """One pair per value, the first measured drawn by its parity."""
    return [
        Pair(case, i, SIDES[i % 2], Sample(b, rounds=5, peak=peak), Sample(h, rounds=5, peak=peak))
        for i, (b, h) in enumerate(zip(base, head, strict=True))
    ]


def result(*decisions: Decision, **fields: Any) -> GateResult:
    facts: dict[str, Any] = {
        "hardware": "x86_64-cpu AMD EPYC, 2 cores",
        "environment": {"processor": "AMD EPYC", "python": "3.11.7", "cores": "2"},
        "started": "2026-03-02T11:00:00+00:00",
        "elapsed": 312.0,
        **fields,
    }
    return GateResult(BASE, HEAD, decisions, **facts)


def everything() -> GateResult:
    """One decision of every verdict, two quantities, raw values, notes."""
    found = (
        slower(),
        decision("test_hinge[numpy]", quantity="memory", base=48e6, head=48.1e6),
        decision(),
        decision("test_wide", "inconclusive", ratio=1.03, interval=Interval(0.98, 1.09, 0.95)),
        decision("test_gone", "missing", reason="only on base"),
        decision("test_crash", "broken", reason="head: ValueError: no such layer"),
        decision("test_quick", "improved", ratio=0.4, interval=Interval(0.38, 0.42, 0.95)),
    )
    raw = pairs(found[0].case, [0.081, 0.082, 0.080], [0.085, 0.086, 0.084], peak=48e6)
    failed = Sample(error="ValueError: no such layer")
    raw.append(Pair(found[5].case, 0, "base", Sample(0.1), failed))
    return result(*found, pairs=tuple(raw), notes=("torch is not installed on either side",))


def evil() -> GateResult:
    """Every text field holds what some rendering would take for its own."""
    sides = {"base": replace(BASE, label=EVIL, subject=EVIL), "head": replace(HEAD, label=EVIL)}
    texts = {"hardware": EVIL, "partial": EVIL, "started": EVIL, "notes": (EVIL, "- [ ] x", "1. y")}
    found = (slower(EVIL, reason=EVIL), decision(EVIL, quantity="memory"), decision(EVIL, "broken"))
    made = result(*found, pairs=tuple(pairs(EVIL, [1.0] * 7, [1.0] * 7)), **texts)
    return replace(made, **sides)


numbers = st.floats(1e-9, 1e6) | st.sampled_from([math.nan, math.inf, 0.0])
texts = st.text(max_size=20)
intervals = st.none() | st.builds(
    Interval, st.floats(0.0, 10.0), st.floats(0.0, 10.0) | st.just(math.inf), st.just(0.95)
)
decisions = st.builds(
    Decision,
    case=texts,
    quantity=st.sampled_from(QUANTITIES),
    verdict=st.sampled_from(GATE_VERDICTS),
    reason=texts,
    ratio=numbers,
    interval=intervals,
    pairs=st.integers(0, 40),
    detectable=st.floats(1.0, 9.0) | st.just(math.inf),
    base=numbers,
    head=numbers,
    disturbed=st.integers(0, 40),
    thresholds=st.builds(Thresholds, st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)
turns = st.lists(numbers, max_size=3).map(tuple)
samples = st.builds(
    Sample,
    seconds=numbers,
    turns=turns,
    speeds=turns,
    rounds=st.integers(0, 99),
    error=texts,
    skipped=st.booleans(),
    **dict.fromkeys(("mean", "wall", "cpu", "waited", "peak", "device_peak"), numbers),
)
raw_pairs = st.builds(Pair, texts, st.integers(0, 99), st.sampled_from(SIDES), samples, samples)
revisions = st.builds(Revision, texts, texts, texts, st.booleans(), texts, texts)
results = st.builds(
    GateResult,
    revisions,
    revisions,
    st.lists(decisions, max_size=4).map(tuple),
    st.lists(raw_pairs, max_size=4).map(tuple),
    texts,
    st.dictionaries(texts, texts, max_size=3),
    texts,
    st.floats(0, 1e6),
    texts,
    st.lists(texts, max_size=3).map(tuple),
)

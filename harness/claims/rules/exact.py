"""Deterministic values: equal to the quoted one, and twice the same bit for bit."""

from __future__ import annotations

import numpy as np

from harness.claims import text
from harness.claims.rules.decide import quoted
from harness.claims.rules.rule import Evidence, Rule
from harness.claims.undecided import Undecided
from harness.claims.values import Floats
from harness.config.claim import Claim
from harness.types import Finding, Interval, VerdictName


def exact(evidence: Evidence) -> Finding:
    """Judge ``exactly``; with a ``tolerance`` (half the last quoted digit) equality up to it."""
    side, expect = evidence.side(), evidence.claim.expect
    if expect.exactly is None:  # check_claim has refused such a claim
        raise Undecided("the claim quotes no value")
    band = quoted(expect.exactly, expect.tolerance or 0.0)
    words = band.words if expect.tolerance else text.number(expect.exactly)
    low, high = (band.low, band.high) if expect.tolerance else (band.size, band.size)
    verdict, why = _decide(side.values, (side.values >= low) & (side.values <= high), words)
    values = side.values
    return Finding(
        verdict,
        text.sentence((why, *side.notes)),
        measured=float(values[0]),
        interval=Interval(float(values.min()), float(values.max()), 0.95),
        n=values.size,
        over=side.over,
    )


def _decide(values: Floats, equal: np.ndarray, words: str) -> tuple[VerdictName, str]:
    count = text.many(values.size, "runs")
    identical = values.min() == values.max()
    shown = f"{values[0]:.10g}" if identical else f"{values.min():.10g} to {values.max():.10g}"
    if values.size < 2:
        found = "equal to" if equal.all() else "not"
        return "inconclusive", f"one run only gives {shown}, {found} {words}; two must agree"
    if not equal.any():
        return "contradicted", f"{shown} in {count}, not {words}"
    if not equal.all():
        hits = f"{int(equal.sum())} of {count}"
        return "inconclusive", f"a lucky draw: {shown}, and only {hits} give {words}"
    if not identical:
        return "inconclusive", f"{shown} in {count}, within {words} but not bit for bit the same"
    return "reproduced", f"{shown} in {count}, bit for bit the same and equal to {words}"


def _complaint(claim: Claim) -> str | None:
    if claim.over == "seeds":
        return None
    return f"expect.exactly compares whole runs; over must be 'seeds', got {claim.over!r}"


EXACT = Rule("exact", ("exactly",), exact, tolerant="may", complaint=_complaint)

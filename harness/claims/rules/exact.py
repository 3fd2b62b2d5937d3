"""Deterministic values: equal to the quoted one, and twice the same bit for bit."""

from __future__ import annotations

import numpy as np

from harness.claims import text
from harness.claims.estimate import FEWEST
from harness.claims.rules.decide import quoted
from harness.claims.rules.rule import Evidence, Rule
from harness.claims.undecided import Undecided
from harness.claims.values import Floats
from harness.config.claim import Claim
from harness.numerals import EXACT_DIGITS, number
from harness.types import Finding, Interval, VerdictName


def exact(evidence: Evidence) -> Finding:
    """Judge ``exactly``; with a ``tolerance`` (half the last quoted digit) equality up to it."""
    side, expect, unit = evidence.side(), evidence.claim.expect, evidence.claim.unit
    if expect.exactly is None:  # check_claim has refused such a claim
        raise Undecided("the claim quotes no value")
    band = quoted(expect.exactly, expect.tolerance or 0.0, unit)
    words = band.words if expect.tolerance else number(expect.exactly, unit, digits=EXACT_DIGITS)
    low, high = (band.low, band.high) if expect.tolerance else (band.size, band.size)
    values, enough = side.values, 2 if side.kind == "fixed" else FEWEST
    verdict, why = _decide(values, (values >= low) & (values <= high), words, unit, enough)
    return Finding(
        verdict,
        text.sentence((why, *side.notes)),
        measured=float(values[0]),
        interval=Interval(float(values.min()), float(values.max()), 1.0),
        n=values.size,
        over=side.over,
    )


def _decide(
    values: Floats, equal: np.ndarray, words: str, unit: str, enough: int
) -> tuple[VerdictName, str]:
    count = text.many(values.size, "runs")
    identical = values.min() == values.max()
    ends = [values.min()] if identical else [values.min(), values.max()]
    shown = " to ".join(number(float(end), unit, digits=EXACT_DIGITS) for end in ends)
    if shown == words and not equal.any():  # what differs in a later digit is told by all of them
        shown = repr(float(values[0]))
    if values.size < enough:
        found = "equal to" if equal.all() else "not"
        must = (
            "two must agree" if enough == 2 else f"of a number that is drawn, {enough} must agree"
        )
        return "inconclusive", f"{shown} in {count}, {found} {words}; {must}"
    if not identical:
        hits = f"{int(equal.sum())} of {count} give {words}"
        return "inconclusive", f"the runs differ: {shown}, and {hits}"
    if not equal.all():
        return "contradicted", f"{shown} in {count}, not {words}"
    return "reproduced", f"{shown} in {count}, bit for bit the same and equal to {words}"


def _complaint(claim: Claim) -> str | None:
    if claim.over == "seeds":
        return None
    return f"expect.exactly compares whole runs; over must be 'seeds', got {claim.over!r}"


EXACT = Rule("exact", ("exactly",), exact, tolerant="may", complaint=_complaint)

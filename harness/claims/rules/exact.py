"""Deterministic values: equal to the quoted one, and twice the same bit for bit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.claims import text
from harness.claims.estimate import FEWEST, each
from harness.claims.rules.decide import quoted
from harness.claims.rules.rule import Evidence, Rule
from harness.claims.text import Undecided
from harness.claims.values import Floats
from harness.config.claim import Claim
from harness.numerals import EXACT_DIGITS, number
from harness.types import Finding, Grounds, Interval, VerdictName


def exact(evidence: Evidence) -> Finding:
    """Judge ``exactly``; with a ``tolerance`` (half the last quoted digit) equality up to it."""
    side, expect, unit = evidence.side(), evidence.claim.expect, evidence.claim.unit
    if expect.exactly is None:  # check_claim has refused such a claim
        raise Undecided("the claim quotes no value")
    band = quoted(expect.exactly, expect.tolerance or 0.0, unit)
    words = band.words if expect.tolerance else number(expect.exactly, unit, digits=EXACT_DIGITS)
    low, high = (band.low, band.high) if expect.tolerance else (band.size, band.size)
    values = side.values
    found = _Runs(values, (values >= low) & (values <= high), fixed=side.kind == "fixed")
    verdict, why = found.decide(words, unit)
    return Finding(
        verdict,
        text.sentence((why, *side.notes)),
        measured=float(values[0]),
        interval=Interval(float(values.min()), float(values.max()), 1.0),
        n=values.size,
        over=side.over,
        grounds=Grounds(None, low, high, band.size, each(values, side.over)),
    )


@dataclass(frozen=True)
class _Runs:
    """Values, which of them are the quoted one, and whether the draw has no say in them."""

    values: Floats
    equal: NDArray[np.bool_]
    fixed: bool

    def decide(self, words: str, unit: str) -> tuple[VerdictName, str]:
        """Return the verdict and why; of numbers that are drawn, equal runs alone decide."""
        count = text.many(self.values.size, "runs")
        shown = self._shown(words, unit)
        if self.values.size < (2 if self.fixed else FEWEST):
            found = "equal to" if self.equal.all() else "not"
            must = "two runs" if self.fixed else f"{FEWEST} runs of a number that is drawn"
            return "inconclusive", f"{shown} in {count}, {found} {words}; {must} must agree"
        if not self.equal.any() and (self.fixed or self._identical):
            return "contradicted", f"{shown} in {count}, not {words}"
        if not self._identical:
            hits = f"{int(self.equal.sum())} of {count} give {words}"
            return "inconclusive", f"the runs differ: {shown}, and {hits}"
        return "reproduced", f"{shown} in {count}, bit for bit the same and equal to {words}"

    @property
    def _identical(self) -> bool:
        return bool(self.values.min() == self.values.max())

    def _shown(self, words: str, unit: str) -> str:
        ends = dict.fromkeys((float(self.values.min()), float(self.values.max())))
        shown = " to ".join(number(end, unit, digits=EXACT_DIGITS) for end in ends)
        # What differs in a later digit is told by all of them.
        same = shown == words and not self.equal.any()
        return repr(float(self.values[0])) if same else shown


def _complaint(claim: Claim) -> str | None:
    if claim.over == "seeds":
        return None
    return f"expect.exactly compares whole runs; over must be 'seeds', got {claim.over!r}"


EXACT = Rule("exact", ("exactly",), exact, tolerant="may", complaint=_complaint)

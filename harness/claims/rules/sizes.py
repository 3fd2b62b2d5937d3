"""How large a number, a rate, a difference or a ratio is: exactly, about so, or in a range."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from harness.claims import comparison, text
from harness.claims import estimate as est
from harness.claims.estimate import FEWEST, Estimate, each
from harness.claims.rules.decide import judge_range, judge_size, quoted
from harness.claims.rules.rule import Evidence, Rule, disordered, kind_of_all
from harness.claims.text import Undecided, unit_shown
from harness.claims.values import Floats, Values, paired
from harness.config.claim import Claim, Expect
from harness.types import Finding, Grounds, Interval, VerdictName

RATIOS = frozenset({"speedup"})
"""Metrics that are ratios themselves: a claim about one has no two sides to compare."""


def value(evidence: Evidence) -> Finding:
    """Judge ``value +- tolerance``: the middle of one case, over seeds or over examples."""
    claim = evidence.claim
    quote = quoted(_given(claim.expect.value), claim.expect.tolerance or 0.0, claim.unit)
    estimate = replace(est.of_side(evidence.side()), unit=claim.unit)
    return judge_size(estimate, quote, evidence.alpha)


def middle_range(evidence: Evidence) -> Finding:
    """Judge a range of the middle of one case."""
    estimate = replace(est.of_side(evidence.side()), unit=evidence.claim.unit)
    return judge_range(estimate, *_ends(*bounds_of(evidence.claim.expect)), evidence.alpha)


def difference(evidence: Evidence) -> Finding:
    """Judge the size or the range of ``better - than``, paired."""
    a, b, side = both(evidence)
    estimate = comparison.of_difference(a, b, side.kind, side.over)
    unit = unit_shown(evidence.claim.unit, "difference")
    estimate = replace(estimate, notes=(*estimate.notes, *side.notes), unit=unit)
    return _sized(estimate, evidence, evidence.claim.expect.difference)


def ratio(evidence: Evidence) -> Finding:
    """Judge the size or the range of ``better / than``, paired."""
    a, b, side = both(evidence)
    estimate = comparison.of_ratio(a, b, side.kind, side.over)
    notes = (*estimate.notes, *side.notes)
    estimate = replace(estimate, notes=notes, unit=evidence.claim.unit)
    return _sized(estimate, evidence, evidence.claim.expect.ratio, relative=True)


def own_ratio(evidence: Evidence) -> Finding:
    """Judge the size of a metric that is a ratio itself."""
    estimate = replace(est.of_side(evidence.side()), unit=evidence.claim.unit)
    return _sized(estimate, evidence, evidence.claim.expect.ratio, relative=True)


def _sized(
    estimate: Estimate, evidence: Evidence, size: float | None, *, relative: bool = False
) -> Finding:
    expect = evidence.claim.expect
    if size is None:
        return judge_range(estimate, *_ends(*bounds_of(expect)), evidence.alpha)
    quote = quoted(size, expect.tolerance or 0.0, estimate.unit, relative=relative)
    return judge_size(estimate, quote, evidence.alpha)


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    return -math.inf if low is None else low, math.inf if high is None else high


def _given(value: float | None) -> float:
    if value is None:  # check_claim has refused such a claim
        raise Undecided("the claim quotes no value")
    return value


def both(evidence: Evidence, nan_as: float | None = None) -> tuple[Floats, Floats, Values]:
    """Return (better, than, what they share): paired values of shape (n,)."""
    better, than = evidence.side(0, nan_as), evidence.side(1, nan_as)
    (a, b), notes = paired([better, than])
    kind = kind_of_all((better, than), evidence.claim.metric)
    return a, b, replace(better, kind=kind, notes=notes)


def bounds_of(expect: Expect) -> tuple[float | None, float | None]:
    """Return the two ends of a range claim; None where it is open."""
    low = expect.low if expect.low is not None else expect.at_least
    high = expect.high if expect.high is not None else expect.at_most
    return low, high


def _range_complaint(claim: Claim) -> str | None:
    """Return what is wrong with the ends of a range: of the mean, a difference or a ratio."""
    for one, other in (("low", "at_least"), ("high", "at_most")):
        if getattr(claim.expect, one) is not None and getattr(claim.expect, other) is not None:
            return f"expect must hold {one} or {other}, got both; drop one"
    return disordered(*bounds_of(claim.expect), ("the lower end", "the upper end"))


def _ratio_complaint(claim: Claim) -> str | None:
    if claim.expect.ratio is not None and claim.expect.ratio <= 0.0:
        return f"expect.ratio must be positive, got {claim.expect.ratio}"
    return _range_complaint(claim)


VALUE = Rule("value", ("value",), value, tolerant="must")
RANGE = Rule(
    "range", ("low", "high", "at_least", "at_most"), middle_range, complaint=_range_complaint
)
DIFFERENCE = Rule(
    "difference",
    ("difference",),
    difference,
    paired=True,
    tolerant="must",
    complaint=_range_complaint,
)
RATIO = Rule("ratio", ("ratio",), ratio, paired=True, tolerant="must", complaint=_ratio_complaint)
OWN_RATIO = Rule("ratio", ("ratio",), own_ratio, tolerant="must", complaint=_ratio_complaint)


def frequency(evidence: Evidence) -> Finding:
    """Judge a share between ``frequency_low`` and ``frequency_high`` of 0/1 values."""
    claim, side = evidence.claim, evidence.side()
    if not est.binary(side.values):
        raise Undecided(
            f"a frequency needs a metric that is 0 or 1, got {claim.metric!r} with other values",
            n=side.values.size,
            over=side.over,
        )
    estimate = est.of_side(replace(side, kind="binary"))
    estimate = replace(estimate, what="frequency", unit=claim.unit)
    low, high = claim.expect.frequency_low, claim.expect.frequency_high
    # An end at 0 or 1 holds nothing back.
    ends = (low or -math.inf, high if high is not None and high < 1.0 else math.inf)
    return judge_range(estimate, *ends, evidence.alpha)


def _rate_complaint(claim: Claim) -> str | None:
    low, high = claim.expect.frequency_low, claim.expect.frequency_high
    for name, rate in (("frequency_low", low), ("frequency_high", high)):
        if rate is not None and not 0.0 <= rate <= 1.0:
            return f"expect.{name} must lie between 0 and 1, got {rate}"
    if not (low or 0.0) and (high is None or high == 1.0):
        return "a frequency must leave something out, got every rate from 0 to 1"
    return disordered(low, high, ("frequency_low", "frequency_high"))


FREQUENCY = Rule(
    "frequency", ("frequency_low", "frequency_high"), frequency, complaint=_rate_complaint
)


def exact(evidence: Evidence) -> Finding:
    """Judge ``exactly``; with a ``tolerance`` (half the last quoted digit) equality up to it."""
    side, expect, unit = evidence.side(), evidence.claim.expect, evidence.claim.unit
    if expect.exactly is None:  # check_claim has refused such a claim
        raise Undecided("the claim quotes no value")
    band = quoted(expect.exactly, expect.tolerance or 0.0, unit)
    words = band.words if expect.tolerance else text.said(expect.exactly, unit)
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
        shown = " to ".join(text.said(end, unit) for end in ends)
        # What differs in a later digit is told by all of them.
        same = shown == words and not self.equal.any()
        return repr(float(self.values[0])) if same else shown


def _complaint(claim: Claim) -> str | None:
    if claim.over == "seeds":
        return None
    return f"expect.exactly compares whole runs; over must be 'seeds', got {claim.over!r}"


EXACT = Rule("exact", ("exactly",), exact, tolerant="may", complaint=_complaint)

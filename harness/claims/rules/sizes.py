"""How large a mean, a difference or a ratio is: a quoted size or a range."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from harness import statistics as hs
from harness.claims import estimate as est
from harness.claims.contest import binary_difference
from harness.claims.estimate import Estimate
from harness.claims.rules.decide import finding, in_words, judge_range, judge_size, quoted
from harness.claims.rules.rule import Evidence, Rule, disordered
from harness.claims.undecided import Undecided
from harness.claims.values import Floats, paired
from harness.config.claim import Claim, Expect
from harness.types import Finding


def value(evidence: Evidence) -> Finding:
    """Judge ``value +- tolerance``: the mean over seeds, or over examples."""
    claim, side = evidence.claim, evidence.side()
    quote = quoted(_given(claim.expect.value), claim.expect.tolerance or 0.0)
    estimate = est.of_values(side.values, side.over, rate=claim.metric == "diverged")
    estimate = replace(estimate, notes=(*estimate.notes, *side.notes))
    if isinstance(estimate.spread, est.Median):
        return _not_finite(estimate, side.values, quote.size)
    return judge_size(estimate, quote)


def _not_finite(estimate: Estimate, values: Floats, size: float) -> Finding:
    """Judge a finite quoted value when runs are infinite: never reproduced, the mean is not."""
    p = estimate.p_inside(size, size)
    outside = estimate.interval().disjoint(size, size)
    if outside and (values.min() > size or values.max() < size):
        reason = in_words(estimate, 0.95, f"excludes {size:g}, and so does every run")
        return finding(estimate, verdict="contradicted", reason=reason, p_contradict=p)
    reason = in_words(estimate, 0.95, f"has no finite mean to hold against {size:g}")
    return finding(estimate, reason=reason, p_contradict=p)


def mean_range(evidence: Evidence) -> Finding:
    """Judge a range of the mean, on the log scale where it spans decades."""
    claim, side = evidence.claim, evidence.side()
    low, high = bounds_of(claim.expect)
    log = est.wide(side.values, low, high)
    estimate = est.of_values(side.values, side.over, rate=claim.metric == "diverged", log=log)
    estimate = replace(estimate, notes=(*estimate.notes, *side.notes))
    return judge_range(estimate, *_ends(low, high))


def difference(evidence: Evidence) -> Finding:
    """Judge the size or the range of ``better - than``, paired."""
    return _sized(_difference_of(evidence), evidence.claim.expect, evidence.claim.expect.difference)


def ratio(evidence: Evidence) -> Finding:
    """Judge the size or the range of ``better / than``, paired, on the log scale."""
    return _sized(_ratio_of(evidence), evidence.claim.expect, evidence.claim.expect.ratio)


def _sized(estimate: Estimate, expect: Expect, size: float | None) -> Finding:
    if size is None:
        return judge_range(estimate, *_ends(*bounds_of(expect)))
    return judge_size(estimate, quoted(size, expect.tolerance or 0.0, relative=estimate.log))


def _ends(low: float | None, high: float | None) -> tuple[float, float]:
    return -math.inf if low is None else low, math.inf if high is None else high


def _given(value: float | None) -> float:
    if value is None:  # check_claim has refused such a claim
        raise Undecided("the claim quotes no value")
    return value


def _difference_of(evidence: Evidence) -> Estimate:
    """Return the estimate of ``better - than``."""
    a, b, over, notes = both(evidence)
    _finite(a, b, over)
    est.several(a - b, over)
    if over == "examples" and est.binary(a) and est.binary(b):
        return replace(binary_difference(a, b), notes=notes)
    return replace(est.of_mean(a - b, over, "mean difference"), notes=notes)


def both(
    evidence: Evidence, nan_as: float | None = None
) -> tuple[Floats, Floats, str, tuple[str, ...]]:
    """Return (better, than, over, notes): paired values of shape (n,)."""
    better, than = evidence.side(0, nan_as), evidence.side(1, nan_as)
    (a, b), notes = paired([better, than])
    return a, b, better.over, notes


def _ratio_of(evidence: Evidence) -> Estimate:
    a, b, over, notes = both(evidence)
    _finite(a, b, over)
    if min(a.min(), b.min()) > 0.0:
        est.several(a / b, over)
        return replace(est.of_mean(hs.log_ratio(a, b), over, "ratio", log=True), notes=notes)
    if min(a.mean(), b.mean()) <= 0.0:
        raise Undecided("a ratio needs positive values, got some that are not", n=a.size, over=over)
    est.several(a / b.mean(), over)
    spread = hs.ratio_of_means(a, b)
    told = "some values are not positive, so the ratio of the means is judged"
    size = math.exp(spread.centre)
    return Estimate("ratio", size, a.size, over, spread, log=True, notes=(told, *notes))


def _finite(a: Floats, b: Floats, over: str) -> None:
    bad = int((~np.isfinite(a)).sum() + (~np.isfinite(b)).sum())
    if bad:
        raise Undecided(f"{bad} of {a.size + b.size} values are inf", n=a.size, over=over)


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
    "range", ("low", "high", "at_least", "at_most"), mean_range, complaint=_range_complaint
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

"""How often something happens: a Clopper-Pearson interval against a band."""

from __future__ import annotations

import math
from dataclasses import replace

from harness.claims import estimate as est
from harness.claims.rules.decide import judge_range
from harness.claims.rules.rule import Evidence, Rule, disordered
from harness.claims.undecided import Undecided
from harness.config.claim import Claim
from harness.types import Finding


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


def _complaint(claim: Claim) -> str | None:
    low, high = claim.expect.frequency_low, claim.expect.frequency_high
    for name, rate in (("frequency_low", low), ("frequency_high", high)):
        if rate is not None and not 0.0 <= rate <= 1.0:
            return f"expect.{name} must lie between 0 and 1, got {rate}"
    if not (low or 0.0) and (high is None or high == 1.0):
        return "a frequency must leave something out, got every rate from 0 to 1"
    return disordered(low, high, ("frequency_low", "frequency_high"))


FREQUENCY = Rule("frequency", ("frequency_low", "frequency_high"), frequency, complaint=_complaint)

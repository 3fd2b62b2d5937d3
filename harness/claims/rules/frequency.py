"""How often something happens: a Clopper-Pearson interval against a band."""

from __future__ import annotations

from dataclasses import replace

from harness.claims import estimate as est
from harness.claims.rules.base import Evidence, in_range
from harness.claims.undecided import Undecided
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
    estimate = replace(est.of_rate(side.values, side.over, "frequency"), notes=side.notes)
    low, high = claim.expect.frequency_low, claim.expect.frequency_high
    return in_range(estimate, 0.0 if low is None else low, 1.0 if high is None else high)

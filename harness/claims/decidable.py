"""Can a claim be settled at all by the runs that are planned? By arithmetic, before any run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from harness.claims.check import rule_of
from harness.claims.rules.rule import ALPHA
from harness.claims.select import Track, tracks
from harness.config.claim import Claim
from harness.config.kinds import Kind, loosest
from harness.types import Case
from harness.words import plural

BY_SIGNS = math.ceil(-math.log2(ALPHA))
"""Runs that a sign test, or the order statistics of a median, need to show anything."""


def undecidable(claim: Claim, cases: Sequence[Case], planned: Mapping[str, int]) -> str | None:
    """Return why the planned runs can never settle a claim, with the number needed, or None.

    Parameters
    ----------
    claim : Claim
        Already passed by `harness.claims.check.check_claim`.
    cases : sequence of Case
        Those of the suite that claims are about.
    planned : mapping of str to int
        Runs of the full profile by case id.
    """
    if claim.over == "examples":
        return None
    if (bound := _unreachable(claim, cases)) is not None:
        return (
            f"a mean of shares can never be shown to be {bound:g}: test a share of runs with "
            "frequency_low or frequency_high, or a bound inside 0 and 1"
        )
    short = [found for track in tracks(claim, cases) if (found := _short(claim, track, planned))]
    if not short:
        return None
    runs, needed = min(short)
    return (
        f"{plural(runs, 'seed')} can never settle this claim, {needed} are needed at least: "
        "raise seeds, or count in [seeds]"
    )


def _unreachable(claim: Claim, cases: Sequence[Case]) -> float | None:
    """Return the bound at the very end of what a mean of shares can be, if a claim has one."""
    if rule_of(claim).name != "range":
        return None
    mine = [case for track in tracks(claim, cases) for case in track.cases]
    if not any(case.kind(claim.metric) == "share" for case in mine):
        return None
    low, high = claim.expect.at_least, claim.expect.at_most
    low, high = low or claim.expect.low, high if high is not None else claim.expect.high
    if low is not None and low >= 1.0:
        return low
    return high if high is not None and high <= 0.0 else None


def _short(claim: Claim, track: Track, planned: Mapping[str, int]) -> tuple[int, int] | None:
    """Return how many runs there will be and how many are needed, where that is more."""
    runs = min((planned.get(case.id, 0) for case in track.cases), default=0)
    kind = loosest(*(case.kind(claim.metric) for case in track.cases))
    needed = least(claim, kind)
    return (runs, needed) if 0 < runs < needed else None


def least(claim: Claim, kind: Kind) -> int:
    """Return the fewest runs with which a claim about a kind of number can be shown to hold."""
    rule = rule_of(claim).name
    if rule == "frequency":  # of 0/1 values, whatever else the metric is
        return _least_rate(claim)
    if kind == "fixed":
        return 2
    if rule in ("better", "best", "exact") or kind in ("count", "positive"):
        return BY_SIGNS
    if rule == "trend":
        return 1
    if kind == "binary":
        return _least_rate(claim)
    return 2


def _least_rate(claim: Claim) -> int:
    """Return the runs with which a rate can be shown to be as high, or as low, as is claimed."""
    expect = claim.expect
    low = expect.frequency_low if expect.frequency_low is not None else expect.at_least
    high = expect.frequency_high if expect.frequency_high is not None else expect.at_most
    # The clearest outcome is that it always, or never, happens.
    logs = [math.log(low)] if low is not None and 0.0 < low < 1.0 else []
    logs += [math.log1p(-high)] if high is not None and 0.0 < high < 1.0 else []
    return max([2, *(math.ceil(math.log(ALPHA) / log) for log in logs)])

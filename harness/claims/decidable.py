"""Can a claim be settled at all by the runs that are planned? By arithmetic, before any run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from harness.claims.check import rule_of
from harness.claims.estimate import FEWEST
from harness.claims.rules.rule import ALPHA
from harness.claims.rules.sizes import bounds_of
from harness.claims.select import Track, tracks
from harness.config.claim import Claim
from harness.config.experiments import RECORDED
from harness.config.kinds import Kind, loosest
from harness.statistics import BoundedMean, outside
from harness.types import Case
from harness.words import plural

_SEEDS = ("seed", "raise seeds, or count in [seeds]")
_RUNS = ("row", "add rows to the file of [records]")


def undecidable(
    claim: Claim, cases: Sequence[Case], planned: Mapping[str, int], alpha: float = ALPHA
) -> str | None:
    """Return why the planned runs can never settle a claim, with the number needed, or None.

    Parameters
    ----------
    claim : Claim
        Already passed by `harness.claims.check.check_claim`.
    cases : sequence of Case
        Those of the suite that claims are about.
    planned : mapping of str to int
        Runs of the full profile by case id, at the last look if there are several.
    alpha : float
        The level of that look.
    """
    if claim.over == "examples":
        return None
    if (bound := _unreachable(claim, cases)) is not None:
        return (
            f"a mean of shares can never be shown to be {bound:g}: test a share of runs with "
            "frequency_low or frequency_high, or a bound inside 0 and 1"
        )
    mine = tracks(claim, cases)
    short = [found for track in mine if (found := _short(claim, track, planned, alpha))]
    if not short:
        return None
    runs, needed = min(short)
    what, advice = _RUNS if any(case.experiment == RECORDED for case in cases) else _SEEDS
    return (
        f"{plural(runs, what)} can never settle this claim, {needed} are needed at least: {advice}"
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


def _short(
    claim: Claim, track: Track, planned: Mapping[str, int], alpha: float
) -> tuple[int, int] | None:
    """Return how many runs there will be and how many are needed, where that is more."""
    runs = min((planned.get(case.id, 0) for case in track.cases), default=0)
    kind = loosest(*(case.kind(claim.metric) for case in track.cases))
    needed = least(claim, kind, alpha)
    return (runs, needed) if 0 < runs < needed else None


def least(claim: Claim, kind: Kind, alpha: float = ALPHA) -> int:
    """Return the fewest runs with which a claim about a kind of number can be shown to hold."""
    rule = rule_of(claim).name
    if rule == "frequency":  # of 0/1 values, whatever else the metric is
        return _least_rate(claim, alpha)
    if kind == "fixed":
        return 2
    if rule == "exact":
        return FEWEST
    if rule in ("better", "best") or kind in ("count", "positive"):
        return by_signs(alpha)
    if rule == "trend":
        return 1
    if kind == "binary" and rule in ("value", "range"):
        return _least_rate(claim, alpha)
    return _least_share(claim, alpha) if kind == "share" else 2


def by_signs(alpha: float) -> int:
    """Return the runs that a sign test, or order statistics of a median, need for anything."""
    return math.ceil(-math.log2(alpha))


def _least_rate(claim: Claim, alpha: float) -> int:
    """Return the runs with which a rate can be shown to be as high, or as low, as is claimed."""
    expect = claim.expect
    low = expect.frequency_low if expect.frequency_low is not None else expect.at_least
    high = expect.frequency_high if expect.frequency_high is not None else expect.at_most
    # The clearest outcome is that it always, or never, happens.
    logs = [math.log(low)] if low is not None and 0.0 < low < 1.0 else []
    logs += [math.log1p(-high)] if high is not None and 0.0 < high < 1.0 else []
    return max([2, *(math.ceil(math.log(alpha) / log) for log in logs)])


MOST = 1 << 14
"""More runs than these are not counted out."""


def _least_share(claim: Claim, alpha: float) -> int:
    """Return the runs with which bets can show a mean of shares to lie where it is claimed."""
    low, high = _band(claim)
    clearest = 0.5 * (low + high) if math.isfinite(high - low) else float(low > -math.inf)

    def shown(n: int) -> bool:
        return outside(BoundedMean((min(1.0, max(0.0, clearest)),) * n), low, high) <= alpha

    short, enough = 1, 2
    while enough < MOST and not shown(enough):
        short, enough = enough, 2 * enough
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if shown(middle) else (middle, enough)
    return enough


def _band(claim: Claim) -> tuple[float, float]:
    """Return where a claim about one number has it; without ends where it is about two."""
    expect = claim.expect
    if expect.value is not None:
        half = expect.tolerance or 0.0
        return expect.value - half, expect.value + half
    low, high = bounds_of(expect) if claim.compare is None else (None, None)
    return -math.inf if low is None else low, math.inf if high is None else high

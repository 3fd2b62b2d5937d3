"""Pairs to decisions: the sequential test of one quantity of one case."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness import statistics
from harness.gate.couples import SHARE, disturbed, slope, without_waiting
from harness.gate.units import change
from harness.gate.values import (
    LEAST_MEMORY,
    Decision,
    GateVerdict,
    Pair,
    Quantity,
    Thresholds,
    at_least,
)
from harness.numerals import number
from harness.types import Interval

LOOKS = (10, 20, 40)
"""Pairs after which a case is looked at."""
ALPHAS = (0.002, 0.003, 0.005)
"""Chance of a false alarm at each look, over all cases together; 1 % in all."""
BETAS = (0.01, 0.015, 0.025)
"""Chance, at each look, that "ok" is said of a case as slow as its tolerance; 5 % in all."""
TOO_SMALL = f"too small to tell: less than {LEAST_MEMORY / 2**20:.0f} MiB on both sides"


@dataclass(frozen=True)
class Look:
    """One look at the pairs so far.

    Attributes
    ----------
    number : int
        0, 1, 2.
    tests : int
        Quantities of cases over which the chance of a false alarm is divided.
    final : bool
        True when no more pairs will come: a case still open is then inconclusive.
    """

    number: int
    tests: int
    final: bool = False

    @property
    def alpha(self) -> float:
        """The level of this look's test of one quantity of one case."""
        return ALPHAS[min(self.number, len(ALPHAS) - 1)] / self.tests

    @property
    def beta(self) -> float:
        """The level of this look's bound for "ok"."""
        return BETAS[min(self.number, len(BETAS) - 1)]


def decide(
    case: str,
    quantity: Quantity,
    pairs: Sequence[Pair],
    thresholds: Thresholds,
    look: Look,
    instead: str = "",
) -> Decision | None:
    """Return the decision that a look allows, None while the case stays open.

    ``regressed`` when the exact signed-rank test of the log-ratios rejects "slower by the margin
    at most", ``improved`` when that of the reversed ratios does, ``ok`` when the upper bound of
    the ratio lies under the tolerance and the pairs do not point to a change that only more of
    them could show. When most pairs were disturbed by other work, the same must come out with the
    waiting taken out of the times, or the case stays open.

    Parameters
    ----------
    case, quantity
        What is judged.
    pairs : sequence of Pair
        All of the case so far.
    thresholds : Thresholds
        Its margin and tolerance.
    look : Look
        Which look this is.
    instead : str
        A reason to give no verdict at all, whatever the numbers say.
    """
    follows = slope(pairs) if quantity == "time" else 0.0
    logs = np.array([pair.log_ratio(quantity, follows) for pair in pairs], dtype=np.float64)
    margin, tolerance = limits(pairs, quantity, thresholds)
    troubled = sum(map(disturbed, pairs)) if quantity == "time" else 0
    verdict = None if instead else _verdict(logs, margin, tolerance, look)
    reason = instead
    if not instead and troubled > SHARE * len(pairs):
        calm = np.array([without_waiting(pair, follows) for pair in pairs])
        if _verdict(calm, margin, tolerance, look) != verdict or verdict is None:
            verdict, reason = None, _contended(verdict)
    if verdict is None and not look.final:
        return None
    interval = _ratio(statistics.centre_interval(logs))
    base, head = (_median(pairs, quantity, side) for side in (0, 1))
    if verdict == "ok" and quantity == "memory" and max(base, head) < LEAST_MEMORY:
        reason = TOO_SMALL
    return Decision(
        case=case,
        quantity=quantity,
        verdict=verdict or "inconclusive",
        reason=reason or ("" if verdict else _open(interval, margin, tolerance, len(pairs))),
        ratio=math.exp(statistics.centre(logs)),
        interval=interval,
        pairs=len(pairs),
        detectable=math.exp(statistics.detectable(logs, margin, look.alpha)),
        base=base,
        head=head,
        disturbed=troubled,
        thresholds=thresholds,
    )


def undecided(beside: Sequence[Decision], pairs: Sequence[Pair], most: int) -> bool:
    """Whether more pairs of a case by itself may take back a slow-down; half must show less."""
    if 2 * len(pairs) < most:
        return all(math.isfinite(pair.log_ratio("time")) for pair in pairs)
    return len(pairs) < most and any(
        np.median([pair.log_ratio(one.quantity) for pair in pairs]) < math.log(one.interval.low)
        for one in beside
        if one.interval is not None
    )


def taken_back(beside: Decision, pairs: Sequence[Pair]) -> Decision | None:
    """Return what is decided instead of a slow-down beside other cases; None where it stays.

    It stays, unless by itself the case is not slower, nor as far changed, as the intervals show.

    Parameters
    ----------
    beside : Decision
        ``regressed``, in a process with other cases.
    pairs : sequence of Pair
        Of the case by itself.
    """
    logs = [pair.log_ratio(beside.quantity) for pair in pairs]
    if not logs or not np.isfinite(logs).all() or beside.interval is None:
        return None
    alone = decide(beside.case, beside.quantity, pairs, beside.thresholds, Look(0, 1, final=True))
    if alone is None or alone.interval is None or alone.verdict not in ("ok", "improved"):
        return None
    told = f"measured by itself; {change(beside.ratio)} after other benchmarks in its process"
    return replace(alone, reason=told) if alone.interval.high < beside.interval.low else None


def limits(
    pairs: Sequence[Pair], quantity: Quantity, thresholds: Thresholds
) -> tuple[float, float]:
    """Return margin and tolerance as log-ratios, the absolute one taken into account."""
    base = _median(pairs, quantity, 0)
    floor = thresholds.absolute / (at_least(base) if quantity == "memory" else base)
    margin = max(thresholds.margin, floor)
    return math.log1p(margin), math.log1p(max(thresholds.tolerance, margin))


def _verdict(
    logs: np.ndarray[tuple[int], np.dtype[np.float64]],
    margin: float,
    tolerance: float,
    look: Look,
) -> GateVerdict | None:
    if statistics.signed_rank_p(logs, margin) <= look.alpha:
        return "regressed"
    if statistics.signed_rank_p(-logs, margin) <= look.alpha:
        return "improved"
    if statistics.centre_bound(logs, 1.0 - look.beta) < tolerance and not _unshown(
        logs, margin, look
    ):
        return "ok"
    return None


def _unshown(logs: np.ndarray[tuple[int], np.dtype[np.float64]], margin: float, look: Look) -> bool:
    """Return whether these pairs point to a change that so few cannot show, and more may.

    The smallest p-value of n pairs is ``2 ** -n``: over many cases the first look's ten reach no
    level, however large the change. "ok" then would settle the case before it could be found.
    """
    interval = statistics.centre_interval(logs)
    changed = interval.low > margin or interval.high < -margin
    return changed and not look.final and 0.5 ** len(logs) > look.alpha


def _ratio(interval: Interval) -> Interval:
    high = math.exp(interval.high) if interval.high < math.inf else math.inf
    return Interval(math.exp(interval.low), high, interval.level)


def _median(pairs: Sequence[Pair], quantity: Quantity, side: int) -> float:
    return float(np.median([pair.values(quantity)[side] for pair in pairs]))


def _contended(verdict: GateVerdict | None) -> str:
    return "contended" + (f": {verdict} only with the time that other work took" if verdict else "")


def _open(interval: Interval, margin: float, tolerance: float, pairs: int) -> str:
    if not math.isfinite(interval.high):
        return f"too few pairs: {pairs}"
    if interval.low > math.exp(margin):
        return f"too few pairs to call it regressed: {pairs}"
    limit = number(math.expm1(tolerance), "fraction", digits=3)
    if interval.high < math.exp(tolerance):
        return f"too few pairs to rule out {limit}"
    return f"too noisy: up to {change(interval.high)}, and {limit} must be ruled out"

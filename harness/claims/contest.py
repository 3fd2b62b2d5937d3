"""One case against another: which is better, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from harness import statistics as hs
from harness.claims import estimate as est
from harness.claims.estimate import Estimate
from harness.claims.values import Floats

ALPHA = 0.05
Goal = Literal["larger", "smaller"]


@dataclass(frozen=True)
class Contest:
    """What came of holding a against b.

    Attributes
    ----------
    estimate : Estimate
        Of a - b, in the metric's own unit and sign.
    p_win : float
        One-sided p-value of "a is no better than b".
    p_lose : float
        Two-sided p-value of "a is no worse than b".
    certain : bool
        Whether both sides are deterministic, so that the p-values are 0 or 1.
    """

    estimate: Estimate
    p_win: float
    p_lose: float
    certain: bool = False

    @property
    def wins(self) -> bool:
        """Whether a is shown better at one-sided 5 %."""
        return self.p_win <= ALPHA

    @property
    def loses(self) -> bool:
        """Whether the 95 % interval of a - b lies on the other side of zero."""
        return self.p_lose < ALPHA


def worst(goal: Goal) -> float:
    """Return what the nan of a diverged run counts as: the worst there is."""
    return -math.inf if goal == "larger" else math.inf


def contest(a: Floats, b: Floats, over: str, goal: Goal) -> Contest:
    """Hold a against b: paired values of shape (n,).

    Raises
    ------
    Undecided
        If there is only one pair.
    """
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return _ranked(a, b, over, goal)
    est.several(a - b, over)
    if over == "seeds" and np.ptp(a) == 0.0 and np.ptp(b) == 0.0:
        return _deterministic(a - b, goal)
    if over == "examples" and est.binary(a) and est.binary(b):
        estimate = binary_difference(a, b)
        first, second = (a, b) if goal == "larger" else (b, a)
        return Contest(estimate, hs.mcnemar(first, second), _p_lose(estimate, goal))
    estimate = est.of_mean(a - b, over, "mean difference")
    return Contest(estimate, *_flips(a - b, estimate, goal))


def binary_difference(a: Floats, b: Floats) -> Estimate:
    """Return the difference of two rates over the same examples (Agresti & Min)."""
    spread = hs.paired_binary(a, b)
    return Estimate("mean difference", float((a - b).mean()), a.size, "examples", spread)


def _p_lose(estimate: Estimate, goal: Goal) -> float:
    ends = (0.0, math.inf) if goal == "larger" else (-math.inf, 0.0)
    return estimate.spread.p_inside(*ends)


def _flips(d: Floats, estimate: Estimate, goal: Goal) -> tuple[float, float]:
    """Return (p_win, p_lose) by sign flips and by the interval.

    Differences that happen to be equal make the interval a point; that is no certainty for a few
    pairs, and losing must then pass the permutation test as well.
    """
    sign = 1.0 if goal == "larger" else -1.0
    p_lose = _p_lose(estimate, goal)
    floor = min(1.0, 2.0 * hs.sign_flip(-sign * d)) if estimate.exact else 0.0
    return hs.sign_flip(sign * d), max(p_lose, floor)


def _deterministic(d: Floats, goal: Goal) -> Contest:
    ahead = float(d[0]) if goal == "larger" else -float(d[0])
    estimate = est.of_mean(d, "seeds", "difference")
    return Contest(estimate, float(ahead <= 0), float(ahead >= 0), certain=True)


def _ranked(a: Floats, b: Floats, over: str, goal: Goal) -> Contest:
    """Compare values of which some are infinite: signed ranks and the median difference."""
    from scipy import stats  # here: it takes a second to load, and most commands never need it

    tie = a == b  # inf against inf is a tie, not nan
    d = np.where(tie, 0.0, np.subtract(a, b, out=np.zeros_like(a), where=~tie))
    sign = 1.0 if goal == "larger" else -1.0
    p_win = hs.sign_flip(sign * np.sign(d) * stats.rankdata(np.abs(d)))
    estimate = est.of_median(d, over, "median difference")
    return Contest(estimate, p_win, _p_lose(estimate, goal))

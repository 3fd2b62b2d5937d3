"""Two cases compared: which is better, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from harness import statistics as hs
from harness.claims import estimate as est
from harness.claims import pairs
from harness.claims.estimate import Estimate
from harness.claims.text import many
from harness.claims.values import Floats
from harness.config.kinds import Kind

Goal = Literal["larger", "smaller"]


@dataclass(frozen=True)
class Comparison:
    """What came of holding a against b.

    Attributes
    ----------
    estimate : Estimate
        Of a - b, in the metric's own unit and sign.
    p_win, p_lose : float
        One-sided p-values of "a is no better than b" and of "a is no worse than b".
    """

    estimate: Estimate
    p_win: float
    p_lose: float

    @property
    def certain(self) -> bool:
        """Whether chance has no part in it, so that the p-values are 0 or 1."""
        return self.estimate.fixed and {self.p_win, self.p_lose} <= {0.0, 1.0}


def worst(goal: Goal) -> float:
    """Return what the nan of a diverged run counts as: the worst there is."""
    return -math.inf if goal == "larger" else math.inf


def compare(a: Floats, b: Floats, kind: Kind, over: str, goal: Goal) -> Comparison:
    """Hold a against b: paired values of shape (n,).

    Real numbers by sign flips of their differences and shares by bets on them, since the mean is
    what is better or worse; all others, and infinite values, by the sign test: in how many pairs
    is a the better one?

    Raises
    ------
    Undecided
        If there is only one pair.
    """
    est.several(a, over)
    if kind == "share":
        return _of_shares(a, b, over, goal)
    ahead = _ahead(a, b) if goal == "larger" else _ahead(b, a)
    if kind == "fixed":
        won = est.of(ahead, "fixed", over).spread
        estimate = est.of(_ahead(a, b), "fixed", over)
        return Comparison(estimate, won.below(0.0), won.above(0.0))
    finite = bool(np.isfinite(a).all() and np.isfinite(b).all())
    if kind == "real" and finite:
        estimate = pairs.of_difference(a, b, kind, over)
        return Comparison(estimate, hs.sign_flip(ahead), hs.sign_flip(-ahead))
    estimate = (
        pairs.of_difference(a, b, kind, over)
        if finite
        else est.of(_ahead(a, b), "positive", over, "difference")
    )
    return _by_signs(estimate, ahead)


def _of_shares(a: Floats, b: Floats, over: str, goal: Goal) -> Comparison:
    """Hold means of shares against each other; the worst share there is, is 0 or 1."""
    estimate = pairs.of_difference(a.clip(0.0, 1.0), b.clip(0.0, 1.0), "share", over)
    no_more, no_less = estimate.spread.below(0.0), estimate.spread.above(0.0)
    ends = (no_more, no_less) if goal == "larger" else (no_less, no_more)
    return Comparison(estimate, *ends)


def _by_signs(estimate: Estimate, ahead: Floats) -> Comparison:
    won, lost = int((ahead > 0.0).sum()), int((ahead < 0.0).sum())
    of = many(ahead.size, estimate.over)
    note = f"the first is better in {won} of {of}, the second in {lost}"
    estimate = replace(estimate, notes=(*estimate.notes, note))
    return Comparison(estimate, hs.sign_test(won, lost), hs.sign_test(lost, won))


def _ahead(a: Floats, b: Floats) -> Floats:
    """Return a - b; inf against inf is a tie, not nan, and so is what differs by rounding."""
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(a - b) <= est.ROUNDING * np.maximum(np.abs(a), np.abs(b))
    tie = (a == b) | (near & np.isfinite(a) & np.isfinite(b))
    with np.errstate(over="ignore"):
        difference: Floats = np.subtract(a, b, out=np.zeros_like(a), where=~tie)
    return difference

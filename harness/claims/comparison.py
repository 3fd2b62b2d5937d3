"""Two cases together, in pairs: their difference, their ratio, and which is better."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from harness import statistics as hs
from harness.claims import estimate as est
from harness.claims.estimate import Estimate, each, exp, of, several, shuffled, unrounded
from harness.claims.text import Undecided, many
from harness.claims.values import Floats
from harness.config.kinds import Kind
from harness.statistics.bounded import BoundedRatio

Goal = Literal["larger", "smaller"]


def of_difference(a: Floats, b: Floats, kind: Kind, over: str) -> Estimate:
    """Return the estimate of ``a - b`` over pairs, values of shape (n,)."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        _no_infinite(a, b, over)
    if kind in ("binary", "share"):
        return of(a - b, "share", over, "difference", (-1.0, 1.0))
    found = unrounded(_ahead(a, b), max(float(np.abs(a).max()), float(np.abs(b).max())))
    estimate = of(found, kind, over, "difference")
    if kind != "real" or over == "examples" or not isinstance(estimate.spread, hs.Location):
        return estimate
    return replace(estimate, run=estimate.spread.predicted())


def of_ratio(a: Floats, b: Floats, kind: Kind, over: str) -> Estimate:
    """Return the estimate of ``a / b`` over pairs, values of shape (n,)."""
    _no_infinite(a, b, over)
    several(a, over)
    if kind in ("binary", "share"):
        if min(a.mean(), b.mean()) <= 0.0:
            raise Undecided("a ratio needs positive values, got some that are not", n=a.size)
        spread = BoundedRatio(*(tuple(shuffled(side, over).tolist()) for side in (a, b)))
        with np.errstate(over="ignore"):  # infinite where it is too large for a number
            size = float(a.mean() / b.mean())
        return Estimate("ratio of the means", size, a.size, over, spread)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        ratios = a / b  # infinite where it is too large for a number
    if kind == "fixed" and (b != 0.0).all():
        return of(ratios, "fixed", over)
    if min(a.min(), b.min()) <= 0.0:
        raise Undecided("a ratio needs positive values, got some that are not", n=a.size, over=over)
    if kind != "real":
        return of(ratios, kind, over, "ratio")
    logs = unrounded(hs.log_ratio(a, b), 1.0)
    estimate = of(logs, "real", over)
    if not isinstance(estimate.spread, hs.Location):
        return of(ratios, "positive", over, "ratio")
    run = None if over == "examples" else estimate.spread.predicted()
    size = exp(estimate.measured)
    estimate = replace(estimate, measured=size, run=run, log=True, values=each(ratios, over))
    return replace(estimate, what="geometric mean ratio")


def _no_infinite(a: Floats, b: Floats, over: str) -> None:
    bad = int((~np.isfinite(a)).sum() + (~np.isfinite(b)).sum())
    if bad:
        raise Undecided(f"{bad} of {a.size + b.size} values are inf", n=a.size, over=over)


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
        estimate = of_difference(a, b, kind, over)
        return Comparison(estimate, hs.sign_flip(ahead), hs.sign_flip(-ahead))
    estimate = (
        of_difference(a, b, kind, over)
        if finite
        else est.of(_ahead(a, b), "positive", over, "difference")
    )
    return _by_signs(estimate, ahead)


def _of_shares(a: Floats, b: Floats, over: str, goal: Goal) -> Comparison:
    """Hold means of shares against each other; the worst share there is, is 0 or 1."""
    estimate = of_difference(a.clip(0.0, 1.0), b.clip(0.0, 1.0), "share", over)
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

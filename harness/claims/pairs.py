"""Estimates of two cases together: their difference and their ratio, in pairs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness import statistics as hs
from harness.claims.estimate import Estimate, each, exp, of, several, shuffled, unrounded
from harness.claims.undecided import Undecided
from harness.claims.values import Floats
from harness.config.kinds import Kind
from harness.statistics.bounded import BoundedRatio
from harness.statistics.intervals import predicted


def of_difference(a: Floats, b: Floats, kind: Kind, over: str) -> Estimate:
    """Return the estimate of ``a - b`` over pairs, values of shape (n,)."""
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        _no_infinite(a, b, over)
    if kind in ("binary", "share"):
        return of(a - b, "share", over, "difference", (-1.0, 1.0))
    with np.errstate(over="ignore"):
        differences = a - b
    found = unrounded(differences, max(float(np.abs(a).max()), float(np.abs(b).max())))
    estimate = of(found, kind, over, "difference")
    runs = kind == "real" and over != "examples" and isinstance(estimate.spread, hs.Location)
    return replace(estimate, run=predicted(found)) if runs else estimate


def of_ratio(a: Floats, b: Floats, kind: Kind, over: str) -> Estimate:
    """Return the estimate of ``a / b`` over pairs, values of shape (n,)."""
    _no_infinite(a, b, over)
    several(a, over)
    if kind in ("binary", "share"):
        if min(a.mean(), b.mean()) <= 0.0:
            raise Undecided("a ratio needs positive values, got some that are not", n=a.size)
        spread = BoundedRatio(*(tuple(shuffled(side, over).tolist()) for side in (a, b)))
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
    run = None if over == "examples" else predicted(logs)
    size = exp(estimate.measured)
    estimate = replace(estimate, measured=size, run=run, log=True, values=each(ratios, over))
    return replace(estimate, what="geometric mean ratio")


def _no_infinite(a: Floats, b: Floats, over: str) -> None:
    bad = int((~np.isfinite(a)).sum() + (~np.isfinite(b)).sum())
    if bad:
        raise Undecided(f"{bad} of {a.size + b.size} values are inf", n=a.size, over=over)

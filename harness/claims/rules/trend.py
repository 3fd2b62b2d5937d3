"""Saturation, growth, floor: the slope of a metric along an axis."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from harness import statistics as hs
from harness.claims import estimate as est
from harness.claims.estimate import Estimate
from harness.claims.rules.decide import judge_range
from harness.claims.rules.rule import Evidence, Rule, disordered, kind_of_all
from harness.claims.select import ambiguity
from harness.claims.text import Undecided
from harness.claims.values import Floats, paired
from harness.config.claim import Claim
from harness.config.kinds import Kind
from harness.types import Case, Finding


def trend(evidence: Evidence) -> Finding:
    """Judge a slope between ``slope_low`` and ``slope_high``.

    A slope is fitted within every seed (or example), and their middle is judged as the kind of
    the metric asks. One run of a real metric gets its interval from the line's own residuals, and
    so do rows of a file that are scattered: half of them or more would be in no set.
    """
    claim, grid = evidence.claim, evidence.track.sides[0]
    problem = ambiguity(claim, grid)
    if problem:
        raise Undecided(problem)
    positions = {case.id: _position(claim, case) for case in grid}
    cases = sorted(grid, key=lambda case: positions[case.id])
    read = [evidence.values(case) for case in cases]
    x = np.array([positions[case.id] for case in cases])
    kind = _kind(claim, kind_of_all(read, claim.metric))
    sizes = [side.keys.size for side in read]
    notes: tuple[str, ...] = ()
    if kind == "real" and read[0].over != "seeds" and 2 * min(sizes) <= max(sizes):
        x, columns = np.repeat(x, sizes), [y for side in read for y in side.values[:, None]]
    else:
        columns, notes = paired(read)
    estimate = _slope(_scaled(claim, x), _rows(claim, columns), kind, read[0].over)
    low, high = claim.expect.slope_low, claim.expect.slope_high
    return judge_range(
        replace(estimate, notes=notes, unit=claim.unit),
        -math.inf if low is None else low,
        math.inf if high is None else high,
        evidence.alpha,
    )


def _position(claim: Claim, case: Case) -> float:
    value = case.known_by.get(claim.along or "")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Undecided(f"a slope needs an axis of numbers, got {claim.along} = {value!r}")
    return float(value)


def _scaled(claim: Claim, x: Floats) -> Floats:
    if claim.scale == "linear":
        return x
    if x.min() <= 0.0:
        raise Undecided(f"the logarithm of {claim.along} needs positive values, got {x.min():g}")
    logs: Floats = np.log(x)
    return logs


def _rows(claim: Claim, columns: list[Floats]) -> Floats:
    """Return the values, shape (units, positions), as logarithms for ``loglog``."""
    rows = np.stack(columns, axis=1)
    bad = int((~np.isfinite(rows)).sum())
    if bad:
        raise Undecided(f"{bad} of {rows.size} values are inf", n=len(rows))
    if claim.scale != "loglog":
        return rows
    if rows.min() <= 0.0:
        raise Undecided(f"the logarithm of {claim.metric} needs positive values", n=len(rows))
    logs: Floats = np.log(rows)
    return logs


def _kind(claim: Claim, kind: Kind) -> Kind:
    """Return the kind of the slopes: logarithms of shares have no bound that a bet could use."""
    return "positive" if claim.scale == "loglog" and kind in ("binary", "share") else kind


def _slope(x: Floats, rows: Floats, kind: Kind, over: str) -> Estimate:
    if x.size < 2:
        raise Undecided(f"a slope needs two positions at least, got {x.size}", n=len(rows))
    if len(rows) > 1:
        steepest = _steepest(x)
        with np.errstate(over="ignore", invalid="ignore"):
            found = hs.slopes(x, rows)
        if not np.isfinite(found).all():
            raise Undecided("the values are too large for their slope to be a number", n=len(rows))
        scale = 2.0 * steepest[1] * float(np.abs(rows).max())
        found = np.where(np.abs(found) > est.ROUNDING * scale, est.unrounded(found, scale), 0.0)
        if kind in ("binary", "share"):
            return est.of(found, "share", over, "slope", steepest)
        return est.of(found, kind, over, "slope")
    if x.size < 3 or kind != "real":
        raise Undecided(
            "one run only: its slope has no interval",
            measured=float(hs.slopes(x, rows)[0]),
            n=1,
        )
    scattered = np.unique(x).size < x.size
    spread = hs.slope_location(x, rows[0], alike=not scattered)
    if spread.se <= est.ROUNDING * _steepest(x)[1] * float(np.abs(rows).max()):
        raise Undecided(
            "one run only, whose points lie on a straight line: its slope has no interval",
            measured=spread.centre,
            n=1,
        )
    return Estimate("slope", spread.centre, x.size, over if scattered else "positions", spread)


def _steepest(x: Floats) -> tuple[float, float]:
    """Return the least and the largest slope of values between 0 and 1."""
    centred = x - x.mean()
    most = float(centred[centred > 0].sum() / (centred @ centred))
    return -most, most


def _complaint(claim: Claim) -> str | None:
    low, high = claim.expect.slope_low, claim.expect.slope_high
    return disordered(low, high, ("slope_low", "slope_high"))


TREND = Rule("trend", ("slope_low", "slope_high"), trend, along=True, complaint=_complaint)

"""Ratios and differences of paired values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.config.kinds import Kind
from harness.statistics.checks import Values, pair
from harness.statistics.location import Location

ROUNDING = 1e-12
"""By how much of their size numbers may differ that have been computed from equal ones."""


@dataclass(frozen=True)
class Differences:
    """What sets the two sides of pairs apart, and as what kind of number it is judged and drawn.

    Attributes
    ----------
    values : ndarray of float64, shape (n,)
        One difference per pair, in the unit of the metric.
    kind : str
        Of `harness.config.kinds.KINDS`.
    bounds : tuple of float
        Between which they lie, where their kind is ``share``.
    """

    values: NDArray[np.float64]
    kind: Kind
    bounds: tuple[float, float] = (0.0, 1.0)


def differences(a: Values, b: Values, kind: Kind) -> Differences:
    """Return ``a - b`` over pairs of a metric of a kind, values of shape (n,).

    Shares, and 0 or 1, differ by something between -1 and 1; other differences keep the kind, and
    are taken for equal where rounding may be all that sets them apart.
    """
    first, second = (np.asarray(side, dtype=np.float64) for side in (a, b))
    with np.errstate(over="ignore", invalid="ignore"):
        found = first - second
    if kind in ("binary", "share"):
        return Differences(found, "share", (-1.0, 1.0))
    return Differences(
        unrounded(found, max(float(np.abs(first).max()), float(np.abs(second).max()))), kind
    )


def unrounded(values: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    """Return the values, all alike where rounding at a scale may be all by which they differ.

    0.91 - 0.90 and 0.85 - 0.84 differ by 1e-16, which is no noise to make an interval of. Values
    that are not finite are left as they are.
    """
    finite = bool(np.isfinite(values).all())
    if not finite or float(values.max()) - float(values.min()) > ROUNDING * scale:
        return values
    return np.full_like(values, np.median(values))


def log_ratio(a: Values, b: Values) -> NDArray[np.float64]:
    """Return ``log(a / b)`` per pair, shape (n,).

    Raises
    ------
    ValueError
        If a value is not positive.
    """
    first, second = pair(a, b)
    bad = int(np.count_nonzero((first <= 0) | (second <= 0)))
    if bad:
        raise ValueError(f"a log ratio needs positive values, got {bad} pairs with one that is not")
    logs: NDArray[np.float64] = np.log(first) - np.log(second)
    return logs


def paired_binary(a: Values, b: Values) -> Location:
    """Return mean(a) - mean(b) of paired 0/1 values, adjusted after Agresti & Min.

    Half an example is added to each cell of the 2 x 2 table, so the interval does not shrink to
    a point when no pair disagrees. Where only a handful of pairs disagree, all the same way, a
    nominal 95 % covers about 93 %.

    References
    ----------
    Agresti & Min (2005), Simple improved confidence intervals for comparing matched
    proportions, Statistics in Medicine 24, 729-740.
    """
    gained, lost, n = _discordant(a, b)
    total = n + 2
    up, down = (gained + 0.5) / total, (lost + 0.5) / total
    return Location(up - down, math.sqrt((up + down - (up - down) ** 2) / total), math.inf)


def _discordant(a: Values, b: Values) -> tuple[int, int, int]:
    """Return (pairs with a > b, pairs with a < b, all pairs)."""
    first, second = pair(a, b)
    if not (np.isin(first, (0.0, 1.0)).all() and np.isin(second, (0.0, 1.0)).all()):
        raise ValueError("paired binary values must be 0 or 1")
    return int((first > second).sum()), int((first < second).sum()), first.size

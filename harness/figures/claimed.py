"""The claims that a figure can show: those about what it draws, on its scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.claims import rule_of
from harness.config.claim import Claim, Compare, Figure, Where, same
from harness.figures.drawing import Request

if TYPE_CHECKING:  # the page asks what figures show without drawing any
    from matplotlib.axis import Axis

ABSOLUTE = frozenset({"value", "exact", "range", "frequency"})
"""Rules that hold the metric itself against a number."""
STRETCH = 3.0
"""How many times as long an axis may become for a number that a sentence gives."""


def shows(figure: Figure, claim: Claim) -> bool:
    """Whether a figure draws what a claim of its suite is about, on the scale it speaks in."""
    if claim.metric != figure.y or any(
        name in figure.where and not same(figure.where[name], value)
        for name, value in claim.where.items()
    ):
        return False
    rule = rule_of(claim).name
    if figure.kind == "paired":
        return rule == "difference" and _same_sides(figure.compare, claim.compare)
    return claim.compare is None and rule in ABSOLUTE


def make_room(axis: Axis, request: Request) -> None:
    """Let the axis of the metric hold the numbers that sentences give, where they are near."""
    claims = [claim for claim in request.suite.claims if shows(request.figure, claim)]
    sizes = [size for claim in claims for size in _sizes(claim)]
    low, high = sorted(axis.get_view_interval())
    log = axis.get_scale() == "log"
    for size in sizes:
        if not math.isfinite(size) or (log and size <= 0.0):
            continue
        new_low, new_high = min(low, size), max(high, size)
        if _length(new_low, new_high, log=log) <= STRETCH * _length(low, high, log=log):
            low, high = _margin(new_low, new_high, (low, high), log=log)
    (axis.axes.set_xlim if axis is axis.axes.xaxis else axis.axes.set_ylim)(low, high)


def _length(low: float, high: float, *, log: bool) -> float:
    return math.log(high) - math.log(low) if log else high - low  # the ratio may overflow


def _margin(low: float, high: float, before: Sequence[float], *, log: bool) -> tuple[float, float]:
    """Return ends with room beyond those that moved."""
    room = 0.06 * _length(low, high, log=log)
    if log:
        factor = math.exp(room)
        return (low if low == before[0] else low / factor), (
            high if high == before[1] else high * factor
        )
    return (low if low == before[0] else low - room), (high if high == before[1] else high + room)


def _sizes(claim: Claim) -> list[float]:
    expect = claim.expect
    return [n for n in (expect.value, expect.exactly, expect.difference) if n is not None]


def _same_sides(one: Compare | None, other: Compare | None) -> bool:
    if one is None or other is None:
        return False
    return _equal(one.better, other.better) and _equal(one.than, other.than)


def _equal(one: Where, other: Where) -> bool:
    shared = one.keys() & other.keys()
    return bool(shared) and all(same(one[name], other[name]) for name in shared)

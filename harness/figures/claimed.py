"""The claims that a figure can show, and what their ratios and differences are counted from.

A figure shows those about what it draws, on its scale. A sentence such as "ten times faster" names
no height of its own. Where a figure draws the slow side and the fast one, the quoted ratio and the
measured mean of one side give the height at which the other would stand.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.claims import rule_of
from harness.claims.select import sides
from harness.config.claim import Claim, Compare, Figure, Where, same
from harness.figures.drawing import Request
from harness.figures.estimate import has
from harness.figures.frame import set_ends
from harness.figures.labels import setting
from harness.figures.points import middle_of
from harness.figures.select import (
    BACKEND,
    DEVICE,
    Group,
    groups,
    machine,
    matches,
    settings,
)
from harness.numerals import number
from harness.types import Finding, Record, Scalar

DRAWN = frozenset({"bars", "line"})
"""Kinds that draw one mark for each setting; a curve has no one height to count from."""
RULES = frozenset({"ratio", "difference"})


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
    set_ends(axis, (low, high))


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


@dataclass(frozen=True)
class Reference:
    """The mark of a figure that a claim counts from.

    Attributes
    ----------
    value : float
        Its height: what was measured of the second side of the claim.
    ratio : bool
        Whether sizes are multiples of it; else they are added to it.
    first, second : Scalar
        Where on the other axis the sides of the claim stand.
    words : str
        ``"no loop, 12.3 ms"``.
    """

    value: float
    ratio: bool
    first: Scalar
    second: Scalar
    words: str

    def height(self, size: float) -> float:
        """Return the height that a quoted ratio or difference gives the first side."""
        return self.value * size if self.ratio else self.value + size


@dataclass(frozen=True)
class _Mark:
    """One mark of a figure: a group at a value of the other axis."""

    group: Group
    x: Scalar
    records: tuple[Record, ...]


def reference(request: Request, claim: Claim, findings: Sequence[Finding]) -> Reference | None:
    """Return what a claim counts from in a figure; None where the figure does not show it alone.

    Parameters
    ----------
    request : Request
        What the figure is drawn from.
    claim : Claim
        Of the same suite.
    findings : sequence of Finding
        Of the claim; the first whose track and machine the figure draws is taken.
    """
    figure, rule = request.figure, rule_of(claim).name
    if figure.kind not in DRAWN or claim.metric != figure.y or rule not in RULES:
        return None
    if claim.compare is None or claim.at is not None:
        return None
    named = frozenset(name for side in sides(claim) for name in side)
    first, second = (_marks(request, side) for side in sides(claim))
    for finding in findings:
        pairs = [
            (one, other)
            for one in first
            for other in second
            if _judged(request, (*one.records, *other.records), finding, named)
        ]
        if len(pairs) == 1:
            return _counted(request, claim, *pairs[0], ratio=rule == "ratio")
    return None


def _counted(
    request: Request, claim: Claim, one: _Mark, other: _Mark, *, ratio: bool
) -> Reference | None:
    value = _height(request, other.records)
    if not math.isfinite(value) or (ratio and value <= 0.0) or claim.compare is None:
        return None
    named = [setting(k, v, request.words) for k, v in claim.compare.than.items()]
    words = ", ".join([*named, number(value, request.unit)])
    return Reference(value, ratio, one.x, other.x, words)


def _height(request: Request, records: Sequence[Record]) -> float:
    name = request.figure.y
    bar = request.figure.kind == "bars"
    return (middle_of(request, records, name) if bar else request.estimate(records, name)).value


def _marks(request: Request, side: Where) -> list[_Mark]:
    """Return the marks of the cases that one side of a claim selects."""
    x, y = request.figure.x, request.figure.y
    timed = request.figure.kind == "bars"
    holding = [
        r for r in request.records if x in r.axes and (has(r, y) or (timed and y in r.samples))
    ]
    found = []
    for group in groups(holding, request.archive, request.figure.hue, x, request.words):
        for value in dict.fromkeys(record.axes[x] for record in group.records):
            here = tuple(r for r in group.records if same(r.axes[x], value))
            if matches(here[0], side):
                found.append(_Mark(group, value, here))
    return found


def _judged(
    request: Request, records: Sequence[Record], finding: Finding, named: frozenset[str]
) -> bool:
    """Whether a finding may be about these records: its track, on its machine.

    Only a claim that names backends, or devices, itself may compare several of them.
    """
    environment = request.archive.environments.get(finding.environment)
    place = environment.hardware if environment else finding.environment
    if any(machine(record, request.archive) != place for record in records):
        return False
    rows = [settings(record, request.archive) for record in records]
    values = {axis: {str(row.get(axis, "")) for row in rows} for axis in (BACKEND, DEVICE)}
    if any(len(found) > 1 and axis not in named for axis, found in values.items()):
        return False
    shared = {name for found in values.values() if len(found) == 1 for name in found if name}
    return shared <= set(finding.track.split("/"))

"""What a figure draws: groups, equal ones once and machines in panels, and the points of each.

Points are estimates along an axis, with their errors and what they rest on. Groups whose numbers
are equal in every digit shown become one: ``"NumPy = PyTorch"``.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from harness.config.claim import same
from harness.figures.drawing import Request
from harness.figures.estimate import Estimate, over_samples
from harness.figures.select import BACKEND, DEVICE, MACHINE, Group, as_number
from harness.numerals import axis_value
from harness.types import Record, Scalar

LONGEST = 44
"""Letters of a name that fit beside a mark of a legend."""
Drawn = TypeVar("Drawn")
CROWD = 4
"""Lines that can be told apart in one panel, whatever machines they are of."""
FAR = 25.0
"""Times the middle size from which on a point is off a linear axis."""


@dataclass(frozen=True)
class Merged:
    """What is drawn once: a group, named after all that equal it, and its place in the list."""

    group: Group
    index: int


def merged(groups: Sequence[Group], numbers: Sequence[Hashable]) -> tuple[Merged, ...]:
    """Return the groups to draw, in order.

    Parameters
    ----------
    groups : sequence of Group
        As `harness.figures.select.groups` returns them.
    numbers : sequence of hashable
        All that would be drawn of each, as it is written.
    """
    found: dict[Hashable, list[int]] = {}
    for index, key in enumerate(numbers):
        found.setdefault(key, []).append(index)
    return tuple(
        Merged(_joined([groups[i] for i in indices], groups), indices[0])
        for indices in found.values()
    )


def _joined(equal: Sequence[Group], every: Sequence[Group]) -> Group:
    first = equal[0]
    if len(equal) == 1:
        return first
    shared = _shared(equal)
    if _told_by_backend(equal, every, shared):
        text = " = ".join(dict.fromkeys(group.parts[BACKEND] for group in equal))
        every_part = {**shared, BACKEND: text}
        parts = {name: every_part[name] for name in first.parts if name in every_part}
        return replace(first, label=", ".join(parts.values()), parts=parts)
    text = " = ".join(group.short for group in equal)
    if len(text) > LONGEST:
        text = f"{first.short} and {len(equal) - 1} equal"
    return replace(first, label=" = ".join(group.label for group in equal), parts={"": text})


def _shared(equal: Sequence[Group]) -> Mapping[str, str]:
    """Return what all of them say beside their implementations."""
    first, *rest = (group.parts for group in equal)
    return {
        name: words
        for name, words in first.items()
        if name != BACKEND and all(other.get(name) == words for other in rest)
    }


def _told_by_backend(
    equal: Sequence[Group], every: Sequence[Group], shared: Mapping[str, str]
) -> bool:
    """Whether implementations beside what is shared say which groups are meant, and no other."""
    names = {group.parts.get(BACKEND) for group in equal}
    meant = [
        group
        for group in every
        if group.parts.get(BACKEND) in names
        and all(group.parts.get(name) == words for name, words in shared.items())
    ]
    return None not in names and len(meant) == len(equal)


def by_machine(
    lines: Sequence[Drawn], group: Callable[[Drawn], Group]
) -> list[tuple[str, list[Drawn]]]:
    """Return machine to its lines, beside each other; all under ``""`` where they are few.

    Parameters
    ----------
    lines : sequence
        What is drawn.
    group : callable
        The group of one.
    """
    machines = dict.fromkeys(group(one).parts.get(MACHINE, "") for one in lines)
    if len(lines) <= CROWD or len(machines) != 2 or "" in machines:
        return [("", list(lines))]
    return [
        (name, [one for one in lines if group(one).parts[MACHINE] == name]) for name in machines
    ]


def without_machine(group: Group) -> Group:
    """Return a group whose name leaves out the machine, which stands over its panel."""
    parts = {name: text for name, text in group.parts.items() if name not in (MACHINE, DEVICE)}
    return replace(group, parts=parts)


@dataclass(frozen=True)
class Point:
    """An estimate at one value of the x axis; `position` is where it is drawn.

    `runs` are the times of single runs, none of other metrics.
    """

    x: Scalar
    position: float
    estimate: Estimate
    runs: tuple[float, ...] = ()


def middle_of(request: Request, records: Sequence[Record], name: str) -> Estimate:
    """Return the estimate of one mark: over seeds when there are several, else over samples."""
    if len(records) == 1 and name in records[0].samples:
        return over_samples(tuple(float(value) for value in records[0].samples[name]))
    return request.estimate(records, name)


def points_of(
    records: Sequence[Record], x: str, y: str, xs: Sequence[Scalar], request: Request
) -> tuple[Point, ...]:
    """Return the estimate at every x that the records of one group hold."""
    found = []
    for index, value in enumerate(xs):
        here = [record for record in records if same(record.axes[x], value)]
        if here:
            estimate = request.estimate(here, y)
            found.append(Point(value, positions(xs)[index], estimate, _runs(here, y, request)))
    return tuple(found)


def _runs(records: Sequence[Record], y: str, request: Request) -> tuple[float, ...]:
    timed = request.unit_of(y) == "seconds" and len(records) > 1
    return tuple(float(r.metrics[y]) for r in records if y in r.metrics) if timed else ()


def positions(xs: Sequence[Scalar]) -> tuple[float, ...]:
    """Return where axis values are drawn: numbers at themselves, names side by side."""
    numbers = [as_number(value) for value in xs]
    if all(value is not None for value in numbers):
        return tuple(value for value in numbers if value is not None)
    return tuple(float(index) for index in range(len(xs)))


def basis(estimates: Sequence[Estimate]) -> str:
    """Say in one sentence what the intervals of a figure are."""
    kinds = {(e.over, e.middle, e.interval is not None) for e in estimates if not e.lost}
    counts = {over: sorted({e.n for e in estimates if e.over == over}) for over, _, _ in kinds}
    names = {"examples": "test examples", "samples": "timing samples"}
    notes = [
        f"{middle} and 95 % interval over {_counts(counts[over])} {names.get(over, over)}"
        if interval
        else f"single runs ({over})"
        for over, middle, interval in sorted(kinds)
    ]
    if any(e.lost for e in estimates):
        notes.append("a cross at the top marks settings at which runs diverged")
    text = "; ".join(dict.fromkeys(notes))
    return text[:1].upper() + text[1:] + "." if text else ""


def _counts(values: Sequence[int]) -> str:
    texts = [axis_value(value) for value in values]
    return texts[0] if len(texts) == 1 else f"{texts[0]} to {texts[-1]}"


def far_off(points: Sequence[Point], *, log: bool) -> tuple[Point, ...]:
    """Return the points a linear axis has no room for: 25 times the middle size, or more.

    One run on its way to infinity would press all others into a straight line.
    """
    sizes = [abs(p.estimate.value) for p in points if math.isfinite(p.estimate.value)]
    middle = statistics.median(sizes) if sizes else 0.0
    if log or middle == 0.0:
        return ()
    return tuple(
        p
        for p in points
        if math.isfinite(p.estimate.value) and abs(p.estimate.value) > FAR * middle
    )


def errors(estimates: Sequence[Estimate]) -> tuple[list[float], list[float]]:
    """Return lengths below and above the estimates, for error bars; 0 without an interval."""
    below = [max(e.value - e.interval.low, 0.0) if e.interval else 0.0 for e in estimates]
    above = [max(e.interval.high - e.value, 0.0) if e.interval else 0.0 for e in estimates]
    return below, above

"""The points of a figure: estimates along an axis, their errors, and what they rest on."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from harness.config.claim import same
from harness.figures.drawing import Request
from harness.figures.estimate import Estimate, over_samples
from harness.figures.select import as_number
from harness.numerals import axis_value
from harness.types import Record, Scalar

FAR = 25.0
"""Times the middle size from which on a point is off a linear axis."""


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

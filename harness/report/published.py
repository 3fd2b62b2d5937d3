"""The published number in a figure of its suite: where it lies on the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.config.claim import Claim, Figure, same
from harness.figures.claimed import Reference, shows
from harness.figures.frame import Frame, Scale
from harness.report.pictures import PageFigure
from harness.types import Grounds, Scalar, Verdict


@dataclass(frozen=True)
class Mark:
    """What a sentence says, on a picture, in units of the picture.

    Attributes
    ----------
    along : str
        The axis that the metric lies along: ``"x"`` or ``"y"``.
    size : float or None
        Where the quoted number lies; at the end of the axis when it lies beyond.
    band : tuple of float
        The ends of what is allowed, within the axis.
    beyond : int
        Whether the number lies beyond the low (-1) or the high end (1) of the axis.
    other : float or None
        Where on the other axis, if the sentence speaks of one place on it.
    span : tuple of float
        The ends of the other axis.
    start : tuple of float or None
        Of a ratio or a difference, the mark that it is counted from: where on the axis of the
        metric, and where on the other.
    words : str
        What that is: ``"no loop, 12.3 ms"``.
    """

    along: str
    size: float | None
    band: tuple[float, float]
    beyond: int
    other: float | None
    span: tuple[float, float]
    start: tuple[float, float] | None = None
    words: str = ""

    def as_values(self) -> list[Any]:
        """Return it as the page's script reads it."""
        ends = [round(end, 1) for end in (*self.band, *self.span)]
        size, other = (None if n is None else round(n, 1) for n in (self.size, self.other))
        start = [round(at, 1) for at in self.start or ()]
        return [self.along, size, *ends[:2], self.beyond, other, *ends[2:], *start]


def best(
    verdict: Verdict, claim: Claim | None, plates: Sequence[PageFigure]
) -> tuple[str, Mark | None]:
    """Return the figure that shows a claim best, and the mark in it.

    That is the first that has a place for the number, else the first that draws the metric, else
    the first of the suite; ``""`` where none is drawn.
    """
    drawn = [plate for plate in plates if plate.svg]
    marked = (
        []
        if claim is None
        else [
            (plate, _mark(verdict, claim, plate, plate.figure)) for plate in drawn if plate.figure
        ]
    )
    placed = [(plate, found) for plate, found in marked if found is not None]
    placed.sort(key=lambda pair: pair[1].other is None)
    if placed:
        plate, found = placed[0]
        return plate.anchor, found
    near = [plate for plate in drawn if plate.metric == verdict.metric] or drawn
    return (near[0].anchor if near else ""), None


def _mark(verdict: Verdict, claim: Claim, plate: PageFigure, figure: Figure) -> Mark | None:
    reference = plate.references.get(claim.id)
    if reference is not None:
        return counted(verdict, reference, plate.frame)
    return mark(verdict, claim, figure, plate.frame)


def mark(verdict: Verdict, claim: Claim, figure: Figure, frame: Frame | None) -> Mark | None:
    """Return where a claim's number lies in a figure; None where it has no place in it.

    Parameters
    ----------
    verdict : Verdict
        Of the claim.
    claim, figure : Claim, Figure
        Tables of one suite.
    frame : Frame or None
        Of the picture of the figure.
    """
    on = _grounds(verdict)
    if frame is None or on is None or not shows(figure, claim):
        return None
    scale, beside = (frame.y, frame.x) if frame.metric == "y" else (frame.x, frame.y)
    return _on(scale, beside, on, frame, _place(beside, figure, claim))


def _on(scale: Scale, beside: Scale, on: Grounds, frame: Frame, other: float | None) -> Mark | None:
    band = _band(scale, on)
    said = None if on.size is None else scale.at(on.size)
    if band is None or (said is None and on.size is not None):
        return None
    size = None if said is None else _within(scale, said)
    low, high = (on.low, on.high) if on.size is None else (on.size, on.size)
    beyond = _beyond(scale, low, high)
    return Mark(frame.metric, size, band, beyond, other, (beside.start, beside.end))


def counted(verdict: Verdict, reference: Reference, frame: Frame | None) -> Mark | None:
    """Return where a ratio or a difference lies in a figure that draws both of its sides.

    Parameters
    ----------
    verdict : Verdict
        Of the claim.
    reference : Reference
        What it is counted from.
    frame : Frame or None
        Of the picture of the figure.
    """
    on = _grounds(verdict)
    if frame is None or on is None:
        return None
    scale, beside = (frame.y, frame.x) if frame.metric == "y" else (frame.x, frame.y)
    start, first = scale.at(reference.value), _at(beside, reference.first)
    second = _at(beside, reference.second)
    if start is None or first is None or second is None:
        return None
    low, high = (end if math.isinf(end) else reference.height(end) for end in (on.low, on.high))
    size = None if on.size is None else reference.height(on.size)
    found = _on(scale, beside, replace(on, low=low, high=high, size=size), frame, first)
    counted_from = (_within(scale, start), second)
    return None if found is None else replace(found, start=counted_from, words=reference.words)


def _grounds(verdict: Verdict) -> Grounds | None:
    return next((finding.grounds for finding in verdict.findings if finding.grounds), None)


def _band(scale: Scale, on: Grounds) -> tuple[float, float] | None:
    """Return the ends of the band on the axis; an open end is that of the axis."""
    low = scale.start if math.isinf(on.low) else scale.at(on.low)
    high = scale.end if math.isinf(on.high) else scale.at(on.high)
    low = scale.start if low is None else low  # what a log axis has no place for lies below it
    if high is None:
        return None
    return _within(scale, low), _within(scale, high)


def _within(scale: Scale, at: float) -> float:
    first, last = sorted((scale.start, scale.end))
    return min(max(at, first), last)


def _beyond(scale: Scale, low: float, high: float) -> int:
    """Return beyond which end of the axis all from `low` to `high` lies, 0 where some does not."""
    first, last = sorted((scale.low, scale.high))
    return int(low > last) - int(high < first)


def _place(scale: Scale, figure: Figure, claim: Claim) -> float | None:
    """Return the place on the other axis that a claim speaks of, None where it speaks of all."""
    if figure.kind == "paired":
        return None
    value = claim.at if figure.kind == "curve" else claim.where.get(figure.x)
    return None if value is None else _at(scale, value)


def _at(scale: Scale, value: Scalar) -> float | None:
    """Return the place of an axis value, name or number; None where it has none."""
    if scale.names:
        found = [index for index, name in enumerate(scale.names) if same(name, value)]
        return scale.at(float(found[0])) if found else None
    try:
        return scale.at(float(value))
    except ValueError:
        return None

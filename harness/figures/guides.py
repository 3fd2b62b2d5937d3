"""Lines and marks that are no measurement: what theory says, and what two log axes show.

That is the exponent of a line, and where two lines cross.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from harness import statistics as hs
from harness.config.claim import Theory
from harness.figures.canvas import in_legend
from harness.figures.drawing import Request
from harness.figures.estimate import Estimate, over_seeds, scalar
from harness.figures.select import DEVICE, Group, as_number
from harness.numerals import number

FEWEST = 3
"""Points of a line that has an exponent."""
MOST = 3
"""Lines between which crossings can be told apart."""
EXACT = 1e-3
"""Half widths below it say nothing of an exponent."""
Track = tuple[Group, Mapping[float, float]]
"""A group, and its estimate at every x."""


@dataclass(frozen=True)
class Line:
    """Where a line lies, and what it is: ``"stability limit: 0.0292"``."""

    axis: str
    value: float
    text: str


def theory_lines(request: Request) -> tuple[Line, ...]:
    """Return the lines of a figure; those of metrics without a number are left out."""
    return tuple(line for theory in request.figure.theory for line in _lines_of(theory, request))


def draw_theory(axes: Axes, request: Request, *, flipped: bool = False) -> None:
    """Draw the lines of a figure, on a picture whose metric lies along x if `flipped`."""
    for line in theory_lines(request):
        across = (line.axis == "x") is not flipped
        (axes.axvline if across else axes.axhline)(
            line.value,
            color=request.theme.ink,
            linewidth=1.3,
            linestyle=(0, (1.5, 2.0)),
            label=in_legend(line.text),
            zorder=1.5,
        )


def _lines_of(theory: Theory, request: Request) -> Iterator[Line]:
    for axis, said in (("x", theory.x), ("y", theory.y)):
        if said is None:
            continue
        value = _measured(said, request) if isinstance(said, str) else said
        if value is not None:
            unit = request.unit if axis == "y" else ""
            yield Line(axis, value, f"{theory.label}: {number(value, unit, digits=3)}")


def _measured(name: str, request: Request) -> float | None:
    values = [float(r.metrics[name]) for r in request.records if name in r.metrics]
    median = float(np.median(values)) if values else math.nan
    return median if math.isfinite(median) else None  # which has no place, and no line


@dataclass(frozen=True)
class Crossing:
    """Where two lines have the same value."""

    x: float
    y: float
    names: tuple[str, str]

    @property
    def sentence(self) -> str:
        """Which are equal, and where."""
        text = f"{self.names[0]} and {self.names[1]} are equal at about {number(self.x, digits=2)}."
        return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Trends:
    """What was found, and the same in sentences."""

    crossings: tuple[Crossing, ...] = ()
    sentences: tuple[str, ...] = ()

    def draw(self, axes: Axes, request: Request) -> None:
        """Mark every crossing."""
        for cross in self.crossings:
            axes.axvline(
                cross.x, color=request.theme.muted, linewidth=1.0, linestyle=(0, (1.0, 2.0))
            )
            axes.plot(
                [cross.x],
                [cross.y],
                marker="o",
                markersize=11,
                markerfacecolor="none",
                markeredgecolor=request.theme.ink,
                linestyle="none",
                label=f"equal at {number(cross.x, digits=2)}",
            )


NO_TRENDS = Trends()


def trends(request: Request, tracks: Sequence[Track]) -> Trends:
    """Return what the lines of a figure show; nothing unless both its axes are logarithmic."""
    figure = request.figure
    if set(figure.log) != {"x", "y"}:
        return NO_TRENDS
    crossings = tuple(_crossings(tracks)) if len(tracks) <= MOST else ()
    fitted = [(group, exponent(request, group)) for group, _ in tracks]
    said = [f"{group.short} {_said(found)}".strip() for group, found in fitted if found is not None]
    sentences = (
        [f"Fitted exponent of {request.title(figure.x)}: {'; '.join(said)}."] if said else []
    )
    sentences += [cross.sentence for cross in crossings]
    return Trends(crossings, tuple(sentences))


def exponent(request: Request, group: Group) -> Estimate | None:
    """Return the slope of a line on two log axes, over the seeds that were measured everywhere.

    None where it has fewer than `FEWEST` points, or a number that has no logarithm.
    """
    figure = request.figure
    table: dict[int, dict[float, float]] = {}
    for record in group.records:
        x = as_number(record.axes[figure.x])
        if x is not None and x > 0.0:
            table.setdefault(record.seed, {})[x] = scalar(record, figure.y, request.archive)
    xs = sorted({x for row in table.values() for x in row})
    whole = np.array([[row[x] for x in xs] for row in table.values() if len(row) == len(xs)])
    if len(xs) < FEWEST or whole.size == 0 or not (np.isfinite(whole) & (whole > 0.0)).all():
        return None
    return over_seeds(hs.slopes(np.log(xs), np.log(whole)).tolist())


def _crossings(tracks: Sequence[Track]) -> Iterator[Crossing]:
    for (one, first), (other, second) in itertools.combinations(tracks, 2):
        found = crossing(first, second) if _one_apart(one, other) else None
        if found is not None:
            yield Crossing(*found, (one.short, other.short))


def _one_apart(one: Group, other: Group) -> bool:
    """Whether two groups differ in one thing, as a device, a machine or an implementation."""
    names = one.parts.keys() | other.parts.keys()
    differ = {name for name in names if one.parts.get(name) != other.parts.get(name)}
    return len(differ - {DEVICE}) <= 1


def _said(exponent: Estimate) -> str:
    return exponent.text("") if exponent.half > EXACT else number(exponent.value, digits=3)


def crossing(
    first: Mapping[float, float], second: Mapping[float, float]
) -> tuple[float, float] | None:
    """Return where two lines on log axes first cross between points of both; None if nowhere.

    Parameters
    ----------
    first, second : mapping of float to float
        Values by x.
    """
    shared = sorted(x for x in first.keys() & second.keys() if min(x, first[x], second[x]) > 0.0)
    for left, right in itertools.pairwise(shared):
        before, after = (math.log(first[x] / second[x]) for x in (left, right))
        if before * after < 0.0:
            share = before / (before - after)
            x = left * (right / left) ** share
            return x, first[left] * (first[right] / first[left]) ** share
    return None

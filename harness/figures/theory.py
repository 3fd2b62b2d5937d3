"""Lines at numbers that do not come from runs: what theory says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from harness.config.claim import Theory
from harness.figures.canvas import in_legend
from harness.figures.drawing import Request
from harness.numerals import number


@dataclass(frozen=True)
class Line:
    """Where a line lies, and what it is: ``"stability limit: 0.0292"``."""

    axis: str
    value: float
    text: str


def lines(request: Request) -> tuple[Line, ...]:
    """Return the lines of a figure; those of metrics without a number are left out."""
    return tuple(line for theory in request.figure.theory for line in _of(theory, request))


def draw(axes: Axes, request: Request, *, flipped: bool = False) -> None:
    """Draw the lines of a figure, on a picture whose metric lies along x if `flipped`."""
    for line in lines(request):
        across = (line.axis == "x") is not flipped
        (axes.axvline if across else axes.axhline)(
            line.value,
            color=request.theme.ink,
            linewidth=1.3,
            linestyle=(0, (1.5, 2.0)),
            label=in_legend(line.text),
            zorder=1.5,
        )


def _of(theory: Theory, request: Request) -> Iterator[Line]:
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

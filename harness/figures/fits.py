"""``fits``: training points and the lines fitted to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from harness.errors import NothingMeasured
from harness.figures.canvas import legend, look, one_axes
from harness.figures.drawing import Drawing, Numbers, Request
from harness.figures.estimate import Estimate, has
from harness.figures.pictures import first_case
from harness.figures.select import Group, groups
from harness.types import Array

WEIGHT, BIAS = "weight_0", "bias_0"
ROOM = 0.25


@dataclass(frozen=True)
class Fit:
    """Weight and bias of one group, means over seeds."""

    group: Group
    weight: Estimate
    bias: Estimate

    @property
    def name(self) -> str:
        """The group in words."""
        return self.group.label or "fit"

    @property
    def lost(self) -> bool:
        """Whether runs diverged, so that there is no line to draw."""
        return bool(self.weight.lost or self.bias.lost)


def fits(request: Request) -> Drawing:
    """Draw the points of the first seed and one mean line per group."""
    first = first_case(request, "fit_x", "fit_y").records[0]
    x = np.asarray(request.array(first, "fit_x"), dtype=np.float64).ravel()
    y = np.asarray(request.array(first, "fit_y"), dtype=np.float64).ravel()
    found = fits_of(request)
    drawn, axes = one_axes()
    axes.plot(
        x,
        y,
        linestyle="none",
        marker="o",
        markersize=3.4,
        color=request.theme.muted,
        alpha=0.7,
        label="training points",
    )
    _lines(axes, request, found, x)
    room = ROOM * float(np.ptp(y))
    axes.set_ylim(float(y.min()) - room, float(y.max()) + room)
    axes.set_xlabel("x")
    axes.set_ylabel("y")
    legend(drawn, axes)
    note = f"Points of seed {first.seed}; lines from the mean weight and bias over seeds."
    return Drawing(drawn, _alt(found, x), _numbers(found), note)


def fits_of(request: Request) -> tuple[Fit, ...]:
    """Return the mean fit of every group.

    Raises
    ------
    NothingMeasured
        If no record holds a weight and a bias.
    """
    holding = [r for r in request.records if has(r, WEIGHT) and has(r, BIAS)]
    if not holding:
        raise NothingMeasured(f"no matching record holds the metrics {WEIGHT!r} and {BIAS!r}")
    return tuple(
        Fit(
            group,
            request.estimate(group.records, WEIGHT),
            request.estimate(group.records, BIAS),
        )
        for group in groups(holding, request.archive, request.figure.hue, words=request.words)
    )


def _lines(axes: Axes, request: Request, found: Sequence[Fit], x: Array) -> None:
    several = len({fit.group.rest_index for fit in found})
    ends = np.array([x.min(), x.max()])
    for fit in found:
        style = look(request.theme, fit.group.hue_index, fit.group.rest_index, several)
        if fit.lost:
            axes.plot(
                [],
                [],
                marker="x",
                markersize=8,
                markeredgewidth=2.2,
                linestyle="none",
                color=str(style["color"]),
                label=f"{fit.name}: {fit.weight.text('')}",
            )
            continue
        text = f"{fit.name}: weight {fit.weight.text('')}, bias {fit.bias.text('')}"
        line = fit.weight.value * ends + fit.bias.value
        axes.plot(ends, line, label=text, **style)  # type: ignore[arg-type]


def _alt(found: Sequence[Fit], x: Array) -> str:
    lines = "; ".join(
        f"{fit.name} {fit.weight.text('')}"
        if fit.lost
        else f"{fit.name} has weight {fit.weight.text('')} and bias {fit.bias.text('')}"
        for fit in found
    )
    return f"{len(x)} training points and fitted lines. {lines}."


def _numbers(found: Sequence[Fit]) -> Numbers:
    rows = tuple(
        (fit.name, fit.weight.text(""), fit.bias.text(""), fit.weight.counted) for fit in found
    )
    return Numbers(("Group", "Weight", "Bias", "n"), rows)

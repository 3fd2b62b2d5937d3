"""The marks of ``bars``: bars from zero, or dots with intervals, upright or on their side."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from harness.figures.canvas import HEIGHT, beside, format_axis, in_legend
from harness.figures.drawing import Request
from harness.figures.estimate import Estimate
from harness.figures.labels import in_words
from harness.figures.select import Group
from harness.figures.theme import MARKERS
from harness.numerals import number
from harness.types import Scalar

HATCHES = ("", "//", "\\\\", "--", "xx", "||", "++", "/")
ROOM = 0.8
NAMED = 5
"""Marks that leave room for their numbers."""
UPRIGHT = 6
"""Categories whose names stand under the axis; more lie on their side."""
NAME = 20
"""Letters of a line of a category's name."""


@dataclass(frozen=True)
class Bar:
    """One mark: the x value it stands over, its estimate, and the raw samples behind it."""

    x: Scalar
    estimate: Estimate
    samples: tuple[float, ...]


@dataclass(frozen=True)
class Line:
    """A group and its marks."""

    group: Group
    row: tuple[Bar, ...]


@dataclass(frozen=True)
class Layout:
    """How a figure is laid out.

    Attributes
    ----------
    xs : tuple of Scalar
        The categories.
    groups : int
        Marks of a category.
    flat : bool
        Whether categories stand above each other and the metric lies along x.
    dots : bool
        Whether marks are dots: on a log axis the length of a bar says nothing, and a lone bar
        compares with nothing.
    height : float
        Of the sheet, inches.
    """

    xs: tuple[Scalar, ...]
    groups: int
    flat: bool
    dots: bool
    height: float

    def at(self, bar: Bar, index: int) -> float:
        """Return where a mark of a group stands along the categories."""
        width = ROOM / self.groups
        return self.xs.index(bar.x) - ROOM / 2 + width * (index + 0.5)

    @property
    def named(self) -> bool:
        """Whether there is room for a number at every mark."""
        return not self.flat and len(self.xs) * self.groups <= NAMED


def layout_of(request: Request, xs: Sequence[Scalar], found: Sequence[Line]) -> Layout:
    """Return how the groups of a figure are laid out."""
    few = len(xs) * len(found) <= 2 and len(xs) == 1
    flat = len(xs) > UPRIGHT or few
    rows = len(xs) * max(1, min(len(found), 2))
    height = 1.35 + 0.3 * rows if flat else HEIGHT
    dots = flat or "y" in request.figure.log
    return Layout(tuple(xs), len(found), flat, dots, height)


def draw_marks(axes: Axes, request: Request, layout: Layout, one: Line, index: int) -> None:
    """Draw the marks of one group."""
    good = [bar for bar in one.row if math.isfinite(bar.estimate.value)]
    places = [layout.at(bar, index) for bar in good]
    values = [bar.estimate.value for bar in good]
    colour = request.theme.colour(one.group.hue_index)
    label = in_legend(one.group.short)
    _draw_samples(axes, request, layout, places, good)
    if layout.dots:
        marker = MARKERS[index % len(MARKERS)]
        x, y = (values, places) if layout.flat else (places, values)
        look = {"color": colour, "markersize": 9.0, "markeredgecolor": request.theme.page}
        axes.plot(x, y, marker=marker, linestyle="none", label=label, zorder=3, **look)  # type: ignore[arg-type]
    else:
        hatch = HATCHES[index % len(HATCHES)]
        page, width = request.theme.page, 0.92 * ROOM / layout.groups
        axes.bar(
            places,
            values,
            width,
            label=label,
            color=colour,
            edgecolor=page,
            hatch=hatch,
            linewidth=0.0,
        )
    _draw_intervals(axes, layout, places, good, colour if layout.dots else request.theme.ink)
    if layout.named:
        _name(axes, request, places, good)


def _draw_intervals(
    axes: Axes, layout: Layout, places: Sequence[float], row: Sequence[Bar], colour: str
) -> None:
    for place, bar in zip(places, row, strict=True):
        interval = bar.estimate.interval
        if interval is not None:
            draw = axes.hlines if layout.flat else axes.vlines
            draw(place, interval.low, interval.high, color=colour, linewidth=2.2, zorder=2.5)


def _draw_samples(
    axes: Axes, request: Request, layout: Layout, places: Sequence[float], row: Sequence[Bar]
) -> None:
    dots = [(x, v) for x, bar in zip(places, row, strict=True) for v in bar.samples]
    x, y = [place for place, _ in dots], [value for _, value in dots]
    axes.plot(
        *((y, x) if layout.flat else (x, y)),
        linestyle="none",
        marker="o",
        markersize=3.2,
        color=request.theme.muted,
        alpha=0.6,
        markeredgewidth=0,
        zorder=2 if layout.dots else 4,
    )


def _draw_zeros(axes: Axes, request: Request, layout: Layout, found: Sequence[Line]) -> None:
    """Write the zeros, which have no place on a log axis, at its low end."""
    for index, one in enumerate(found):
        for bar in one.row:
            if bar.estimate.value == 0.0:
                place, transform = layout.at(bar, index), axes.get_xaxis_transform()
                at = (place, 0.02)
                if layout.flat:
                    at, transform = (0.02, place), axes.get_yaxis_transform()
                colour = request.theme.colour(one.group.hue_index)
                axes.text(*at, "0", transform=transform, color=colour, va="center", ha="left")


def _name(axes: Axes, request: Request, places: Sequence[float], row: Sequence[Bar]) -> None:
    unit = request.unit
    for place, bar in zip(places, row, strict=True):
        interval = bar.estimate.interval
        ends = (interval.high,) if interval else ()
        axes.annotate(
            number(bar.estimate.value, unit, digits=2),
            (place, max([bar.estimate.value, *bar.samples, *ends])),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
        )


def dress(axes: Axes, request: Request, layout: Layout, found: Sequence[Line]) -> None:
    """Name the categories and the metric."""
    figure, unit = request.figure, request.unit
    names = [in_words(value, figure.x) for value in layout.xs]
    along, across = (axes.yaxis, axes.xaxis) if layout.flat else (axes.xaxis, axes.yaxis)
    values = [bar.estimate.value for one in found for bar in one.row]
    format_axis(across, values, unit=unit, log="y" in figure.log)
    if "y" in figure.log:
        _draw_zeros(axes, request, layout, found)
    wrapped = ["\n".join(textwrap.wrap(name, NAME if layout.flat else 11)) for name in names]
    along.set_ticks(range(len(names)), wrapped)
    across.set_label_text(beside(request.axis_title(figure.y, unit), upright=not layout.flat))
    if layout.flat:
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.locator_params(axis="x", nbins=5) if "y" not in figure.log else None
    else:
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.set_xlabel(request.axis_title(figure.x))
    axes.tick_params(axis="y" if layout.flat else "x", length=0)
    axes.grid(visible=False, axis="y" if layout.flat else "x")
    axes.margins(x=0.12) if layout.flat else axes.margins(y=0.12)

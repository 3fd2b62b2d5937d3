"""The figure kinds by name, and drawing one from records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from harness.config.claim import Figure
from harness.errors import NothingMeasured, StoreError
from harness.figures import select
from harness.figures.drawing import NO_KINDS, Kinds, Painter, Picture, Request
from harness.figures.frame import frame_of
from harness.figures.labels import Words, known, setting
from harness.figures.theme import Theme
from harness.registry import Lazy, Registry, named
from harness.suite.schema import Suite
from harness.types import Archive, Record


@dataclass(frozen=True)
class Kind:
    """A kind of figure: a function of the module of its own name, loaded when first drawn.

    Attributes
    ----------
    name : str
        As suites write it; the function that draws it has the same.
    module : str
        Where that is, unless in a module of its name.
    x_is_axis, hue_is_axis : bool
        Whether what ``x``, and ``hue``, name is an axis of the suite.
    draws_y : bool
        Whether it draws what ``y`` names, which must then be given.
    writes : tuple of str
        Which of x, y and hue it writes beside an axis, so that there must be words for them.
    """

    name: str
    module: str = ""
    x_is_axis: bool = False
    hue_is_axis: bool = False
    draws_y: bool = False
    writes: tuple[str, ...] = ()

    def wordless(self, figure: Figure, words: Words) -> tuple[str, ...]:
        """Return the keys that it would write beside an axis or over a legend for want of words.

        Of a curve without ``x``, which would have nothing beside its axis, that is ``""``.
        """
        roles = [role for role in self.writes if role != "hue" or figure.hue]
        names = dict.fromkeys(getattr(figure, role) for role in roles)
        return tuple(name for name in names if not (known(name) or name in words))

    def painter(self) -> Painter:
        """Return what draws it; imports the plotting library."""
        return cast(Painter, Lazy(f"harness.figures.{self.module or self.name}:{self.name}").load())


KINDS: Registry[Kind] = named(
    "kind of figure",
    (
        Kind("bars", x_is_axis=True, hue_is_axis=True, draws_y=True, writes=("x", "y", "hue")),
        Kind("confusion", "heatmap"),
        Kind("curve", hue_is_axis=True, draws_y=True, writes=("x", "y", "hue")),
        Kind("fits", hue_is_axis=True, writes=("hue",)),
        Kind("heatmap", writes=("x", "y", "hue")),
        Kind("images", "pictures"),
        Kind("line", x_is_axis=True, hue_is_axis=True, draws_y=True, writes=("x", "y", "hue")),
        Kind("neighbors", "pictures"),
        Kind("paired", draws_y=True, writes=("y",)),
    ),
)


def draw(
    figure: Figure,
    suite: Suite,
    records: Sequence[Record],
    archive: Archive,
    theme: Theme,
    kinds: Kinds = NO_KINDS,
) -> Picture:
    """Draw one figure of a suite.

    Parameters
    ----------
    figure : Figure
        What to draw.
    suite : Suite
        Where it stands.
    records : sequence of Record
        The suite's records; those that do not match are left aside.
    archive : Archive
        For arrays and environments.
    theme : Theme
        Light or dark.
    kinds : mapping of str to mapping
        Case to what kind of number each of its metrics is.

    Returns
    -------
    Picture
        With an empty `svg`, and the reason in `alt`, when nothing matches.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    asked = request(figure, suite, records, archive, theme, kinds)
    return painted(asked) if isinstance(asked, Request) else asked


def request(
    figure: Figure,
    suite: Suite,
    records: Sequence[Record],
    archive: Archive,
    theme: Theme,
    kinds: Kinds = NO_KINDS,
) -> Request | Picture:
    """Return what there is to draw, with the parameters of `draw`; why there is nothing, else."""
    KINDS.get(figure.kind)  # refused here, records or not
    matching = [r for r in records if r.suite == suite.id and select.selected(r, figure)]
    measured = select.newest(select.with_result(matching), archive)
    if not measured:
        return Picture("", _why_empty(figure, matching))
    return Request(figure, suite, measured, archive, theme, kinds)


def painted(request: Request) -> Picture:
    """Draw what there is; the picture is empty when it cannot be drawn, and says why."""
    paint = KINDS.get(request.figure.kind).painter()
    try:
        return _paint(paint, request)
    except (NothingMeasured, StoreError) as nothing:  # an array that is lost costs its figure
        return Picture("", f"Not drawn: {nothing}.", stand_in=stand_ins(request.records))


def stand_ins(records: Sequence[Record]) -> tuple[str, ...]:
    """Return the names of the data sets that stood in for others."""
    used = [r.data for r in records if r.data and r.data.used != r.data.requested]
    return tuple(dict.fromkeys(data.used for data in used))


def _paint(paint: Painter, request: Request) -> Picture:
    from harness.figures.canvas import styled  # loads matplotlib: half a second
    from harness.figures.writing import svg

    with styled(request.theme):
        drawing = paint(request)
        written = svg(drawing.sheet)
    at = drawing.place
    frame = frame_of(at.axes, at.metric, at.names) if at else None
    stood_in = stand_ins(request.records)
    return Picture(written, drawing.alt, drawing.numbers, drawing.note, stood_in, frame)


def _why_empty(figure: Figure, matching: Sequence[Record]) -> str:
    if not matching:
        where = ", ".join(setting(name, value) for name, value in figure.where.items())
        return f"No record matches {where or 'this figure'}; nothing was measured to draw."
    reasons = list(dict.fromkeys(f"{r.status}: {r.reason}" for r in matching if r.reason))
    return f"Every matching cell was left without a result ({'; '.join(reasons[:3])})."

"""The figure kinds by name, and drawing one from records."""

from __future__ import annotations

from collections.abc import Sequence

from harness.config.claim import Figure
from harness.errors import NothingMeasured, StoreError
from harness.figures import select
from harness.figures.drawing import Kind, Picture, Request
from harness.figures.labels import setting
from harness.figures.theme import Theme
from harness.registry import Registry, lazily
from harness.suite.schema import Suite
from harness.types import Archive, Record

_NAMES = (
    "bars",
    "confusion",
    "curve",
    "fits",
    "heatmap",
    "images",
    "line",
    "neighbors",
    "paired",
)
"""A kind is a function in the module of its own name; modules are loaded when first drawn."""
KINDS: Registry[Kind] = lazily(
    "kind of figure", ((name, f"harness.figures.{name}:{name}") for name in _NAMES)
)
names = KINDS.names


def draw(
    figure: Figure, suite: Suite, records: Sequence[Record], archive: Archive, theme: Theme
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

    Returns
    -------
    Picture
        With an empty `svg`, and the reason in `alt`, when nothing matches.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    paint = KINDS.get(figure.kind)
    matching = [r for r in records if r.suite == suite.id and select.wanted(r, figure)]
    measured = select.newest(select.measured(matching), archive)
    if not measured:
        return Picture("", _why_empty(figure, matching))
    try:
        return _paint(paint, Request(figure, suite, measured, archive, theme))
    except (NothingMeasured, StoreError) as nothing:  # an array that is lost costs its figure
        return Picture("", f"Not drawn: {nothing}.", stand_in=stand_ins(measured))


def stand_ins(records: Sequence[Record]) -> tuple[str, ...]:
    """Return the names of the data sets that stood in for others."""
    used = [r.data for r in records if r.data and r.data.used != r.data.requested]
    return tuple(dict.fromkeys(data.used for data in used))


def _paint(paint: Kind, request: Request) -> Picture:
    from harness.figures.canvas import styled, svg  # loads matplotlib and seaborn: seconds

    with styled(request.theme):
        drawing = paint(request)
        written = svg(drawing.sheet)
    return Picture(written, drawing.alt, drawing.numbers, drawing.note, stand_ins(request.records))


def _why_empty(figure: Figure, matching: Sequence[Record]) -> str:
    if not matching:
        where = ", ".join(setting(name, value) for name, value in figure.where.items())
        return f"No record matches {where or 'this figure'}; nothing was measured to draw."
    reasons = list(dict.fromkeys(f"{r.status}: {r.reason}" for r in matching if r.reason))
    return f"Every matching cell was left without a result ({'; '.join(reasons[:3])})."

"""Figures of a suite, as elements of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from harness import figures
from harness.config.claim import Figure
from harness.report.ink import Ink
from harness.suite.schema import Suite
from harness.types import Archive, Finding, Profile, Record, Verdict


@dataclass(frozen=True)
class PageFigure:
    """One figure on the page.

    Attributes
    ----------
    anchor, title, caption : str
        From the suite; the fragment of its place on the page.
    svg : Markup
        The drawing; empty when there is nothing to draw, and `alt` says why.
    metric : str
        What it draws, as claims name it.
    alt, note : str
        In words.
    numbers : Numbers
        What was plotted.
    stand_in : tuple of str
        Stand-in data sets.
    figure : Figure or None
        The table of the suite, where it is of one.
    frame : Frame or None
        Where numbers of its metric lie on the drawing.
    references : mapping of str to Reference
        Claim to what its ratio or difference is counted from in the drawing.
    """

    anchor: str
    title: str
    caption: str
    svg: Markup
    metric: str
    alt: str
    note: str
    numbers: figures.Numbers
    stand_in: tuple[str, ...]
    figure: Figure | None = None
    frame: figures.Frame | None = None
    references: Mapping[str, figures.Reference] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A picture, and by claim what ratios and differences are counted from in it."""

    picture: figures.Picture
    references: Mapping[str, figures.Reference]


@dataclass(frozen=True)
class ShownSuite:
    """What the figures of a suite show.

    Attributes
    ----------
    suite : Suite
        Whose figures.
    records : sequence of Record
        Those of its section of the page.
    kinds : mapping of str to mapping
        Case to what kind of number each of its metrics is.
    """

    suite: Suite
    records: Sequence[Record]
    kinds: figures.Kinds


def pictures(
    shown: Sequence[ShownSuite], archive: Archive, profile: Profile, verdicts: Sequence[Verdict]
) -> list[tuple[Drawn, ...]]:
    """Draw every figure that belongs to the profile, all at once; return those of each suite."""
    asked = [
        [
            figures.request(figure, one.suite, one.records, archive, figures.LIGHT, one.kinds)
            for figure in _wanted(one.suite, profile)
        ]
        for one in shown
    ]
    findings = {(v.suite, v.claim): v.findings for v in verdicts}
    drawn = iter(_drawn([one for own in asked for one in own]))
    return [tuple(Drawn(next(drawn), _references(one, findings)) for one in own) for own in asked]


def _references(
    asked: figures.Request | figures.Picture,
    findings: Mapping[tuple[str, str], Sequence[Finding]],
) -> dict[str, figures.Reference]:
    if isinstance(asked, figures.Picture):
        return {}
    found = (
        (claim.id, figures.reference(asked, claim, findings.get((asked.suite.id, claim.id), ())))
        for claim in asked.suite.claims
    )
    return {claim: reference for claim, reference in found if reference is not None}


def plates(
    suite: Suite, drawn: Sequence[Drawn], profile: Profile, ink: Ink
) -> tuple[PageFigure, ...]:
    """Return the figures of a suite that were drawn for a profile, in the page's ink."""
    pairs = zip(_wanted(suite, profile), drawn, strict=True)
    return tuple(_plate(figure, suite, one, ink) for figure, one in pairs)


def _wanted(suite: Suite, profile: Profile) -> list[Figure]:
    return [figure for figure in suite.figures if profile in figure.profiles]


def _drawn(asked: Sequence[figures.Request | figures.Picture]) -> Iterator[figures.Picture]:
    """Yield the picture of each request; where nothing can be drawn there is one without."""
    drawn = iter(figures.draw_all([one for one in asked if isinstance(one, figures.Request)]))
    yield from (next(drawn) if isinstance(one, figures.Request) else one for one in asked)


def _plate(figure: Figure, suite: Suite, drawn: Drawn, ink: Ink) -> PageFigure:
    picture = drawn.picture
    return PageFigure(
        anchor=f"figure-{suite.id}-{figure.id}",
        title=figure.title,
        caption=figure.caption,
        svg=Markup(ink.inline(picture.svg)),  # noqa: S704 its text was escaped when it was written
        metric=figure.y,
        alt=picture.alt,
        note=picture.note,
        numbers=picture.numbers,
        stand_in=picture.stand_in,
        figure=figure,
        frame=picture.frame,
        references=drawn.references,
    )

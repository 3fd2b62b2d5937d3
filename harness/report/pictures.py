"""Figures as elements of the page: their colours are its variables, their styles its classes.

One drawing then serves a light and a dark page, and each style is written once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from harness import figures
from harness.config.claim import Figure
from harness.figures import DARK, LIGHT
from harness.figures.theme import Theme
from harness.suite.schema import Suite
from harness.types import Archive, Finding, Profile, Record, Verdict

_TOKEN = re.compile(r"<[^>]*>|[^<]+")
_VIEW = re.compile(r'viewBox="([^"]*)"')
_NAMED = re.compile(r'(?:href="#|url\(#)([^")]+)')
_ID = re.compile(r' id="([^"]*)"')
_STYLE = re.compile(r' style="([^"]*)"')
_OPENING = re.compile(r"^<svg[^>]*>(?:<defs><style[^>]*>.*?</style></defs>)?", re.DOTALL)


def names(theme: Theme) -> Mapping[str, str]:
    """Return the colours of a theme by the names of the page's variables."""
    plain = {"ink": theme.ink, "muted": theme.muted, "grid": theme.grid, "page": theme.page}
    signs = {"good": theme.good, "bad": theme.bad}
    palette = {str(index): colour for index, colour in enumerate(theme.palette)}
    return {f"--f-{name}": colour for name, colour in {**plain, **signs, **palette}.items()}


def variables(theme: Theme) -> str:
    """Return the declarations of a theme's colours."""
    return "".join(f"{name}:{colour};" for name, colour in names(theme).items())


class Ink:
    """The styles of all drawings of a page, each a class."""

    def __init__(self) -> None:
        self._classes: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._drawings = 0
        self._colours = {colour: f"var({name})" for name, colour in names(LIGHT).items()}

    def inline(self, svg: str) -> str:
        """Return an SVG of `harness.figures` as an element of the page; ``""`` for none."""
        if not svg:
            return ""
        self._drawings += 1
        view = _VIEW.search(svg)
        body = self._renamed(_OPENING.sub("", svg)).replace("xlink:href", "href")
        body = _STYLE.sub(lambda found: f' class="{self._class(found[1])}"', body)
        opening = f'<svg class="drawing" viewBox="{view[1] if view else ""}" aria-hidden="true">'
        return opening + "".join(_bare(body))

    def style(self) -> str:
        """Return the style sheet of the drawings made so far."""
        rules = "".join(f".{name}{{{style}}}" for style, name in self._classes.items())
        dark = f"@media (prefers-color-scheme: dark){{:root{{{variables(DARK)}}}}}"
        return f":root{{{variables(LIGHT)}}}{dark}{rules}"

    def _renamed(self, svg: str) -> str:
        """Return an SVG without the names that nothing refers to, the others its own."""
        used = dict.fromkeys(_NAMED.findall(svg))
        own = {name: f"d{self._drawings}-{index}" for index, name in enumerate(used)}
        svg = _ID.sub(lambda f: f' id="{own[f[1]]}"' if f[1] in own else "", svg)
        return _NAMED.sub(lambda found: found[0].removesuffix(found[1]) + own[found[1]], svg)

    def _class(self, style: str) -> str:
        if style not in self._known:
            tight = re.sub(r"([:;]) ", r"\1", self._coloured(style))
            self._known[style] = self._classes.setdefault(tight, f"s{len(self._classes)}")
        return self._known[style]

    def _coloured(self, style: str) -> str:
        for colour, variable in self._colours.items():
            style = style.replace(colour, variable)
        return style


def _bare(svg: str) -> Iterator[str]:
    """Yield the parts of an SVG without the groups that say nothing."""
    said: list[bool] = []
    for part in _TOKEN.findall(svg):
        if part.startswith("<g") and part.endswith("/>"):
            continue
        if part.startswith("<g"):
            said.append(part != "<g>")
            if not said[-1]:
                continue
        elif part == "</g>" and not said.pop():
            continue
        yield part


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

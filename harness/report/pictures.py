"""Figures of a suite, drawn for a light and a dark page, as data URIs."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness import figures
from harness.config.claim import Figure
from harness.suite.schema import Suite
from harness.types import Archive, Profile, Record

_VIEW = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')


@dataclass(frozen=True)
class Plate:
    """One figure on the page.

    Attributes
    ----------
    anchor, title, caption : str
        From the suite; the fragment of its place on the page.
    light, dark : str
        Data URIs; ``""`` when there is nothing to draw, and `alt` says why.
    width, height : int
        CSS pixels, so that the page does not jump.
    alt, note : str
        In words.
    numbers : Numbers
        What was plotted.
    stand_in : tuple of str
        Stand-in data sets.
    """

    anchor: str
    title: str
    caption: str
    light: str
    dark: str
    width: int
    height: int
    alt: str
    note: str
    numbers: figures.Numbers
    stand_in: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
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


def plates(
    shown: Sequence[Shown], archive: Archive, profile: Profile
) -> tuple[tuple[Plate, ...], ...]:
    """Draw every figure that belongs to the profile, all at once; return those of each suite."""
    wanted = [
        [figure for figure in one.suite.figures if profile in figure.profiles] for one in shown
    ]
    asked = [
        figures.request(figure, one.suite, one.records, archive, theme, one.kinds)
        for one, figured in zip(shown, wanted, strict=True)
        for figure in figured
        for theme in (figures.LIGHT, figures.DARK)
    ]
    pictures = iter(_drawn(asked))
    return tuple(
        tuple(_plate(figure, one.suite, next(pictures), next(pictures)) for figure in figured)
        for one, figured in zip(shown, wanted, strict=True)
    )


def _drawn(asked: Sequence[figures.Request | figures.Picture]) -> Iterator[figures.Picture]:
    """Yield the picture of each request; where nothing can be drawn there is one without."""
    drawn = iter(figures.draw_all([one for one in asked if isinstance(one, figures.Request)]))
    yield from (next(drawn) if isinstance(one, figures.Request) else one for one in asked)


def _plate(figure: Figure, suite: Suite, light: figures.Picture, dark: figures.Picture) -> Plate:
    width, height = size(light.svg)
    return Plate(
        anchor=f"figure-{suite.id}-{figure.id}",
        title=figure.title,
        caption=figure.caption,
        light=data_uri(light.svg),
        dark=data_uri(dark.svg),
        width=width,
        height=height,
        alt=light.alt,
        note=light.note,
        numbers=light.numbers,
        stand_in=light.stand_in,
    )


def data_uri(svg: str) -> str:
    """Return an SVG as a data URI; ``""`` for none.

    Base64, because a ``srcset`` may hold no spaces and escaping them costs more.
    """
    if not svg:
        return ""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def size(svg: str) -> tuple[int, int]:
    """Return width and height of an SVG in CSS pixels (points * 4 / 3); zeros for none."""
    found = _VIEW.search(svg)
    if not found:
        return 0, 0
    return round(float(found[1]) * 4 / 3), round(float(found[2]) * 4 / 3)

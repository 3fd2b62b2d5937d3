"""The sections of a source document: which claims cover each, or why there is nothing to measure.

``sections/<key>.toml`` beside the bibliography lists every numbered section of a document. A
ledger of them can be complete, and a test can keep it so, which a list of claims alone cannot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import Field

from harness.config.table import Table
from harness.errors import Problem
from harness.suite.load import validate
from harness.suite.schema import Suite
from harness.suite.text import Text, read
from harness.words import unknown

FOLDER = "sections"


class Section(Table):
    """One numbered section or question.

    Attributes
    ----------
    number
        As the document numbers it: ``"7"``, ``"4.2.3"``.
    topic
        A few words for the reader, not a quotation.
    nothing
        Why no run can check anything here; empty when claims cover it.
    claims
        ``suite/claim`` of claims that quote another place but cover this one.
    """

    number: str = Field(min_length=1)
    topic: str = Field(min_length=1)
    nothing: str = ""
    claims: tuple[str, ...] = ()


class Outline(Table):
    """A file of sections."""

    schema_version: Literal[1] = Field(alias="schema")
    sections: tuple[Section, ...] = ()


def outlines(folder: Path, keys: Iterable[str]) -> dict[str, tuple[Section, ...]]:
    """Return the sections of every document that has a file of them, by key.

    Raises
    ------
    SuiteError
        If a file is not valid.
    """
    paths = {key: folder / FOLDER / f"{key}.toml" for key in keys}
    return {key: _outline(path)[1].sections for key, path in paths.items() if path.exists()}


def cited(suites: Sequence[Suite]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return, by (source key, section number), the claims that cite it, as ``suite/claim``."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for suite in suites:
        for claim in suite.claims:
            source = claim.source or suite.source
            place = (source.key, source.section)
            found[place] = (*found.get(place, ()), f"{suite.id}/{claim.id}")
    return found


def covering(
    key: str, section: Section, places: Mapping[tuple[str, str], tuple[str, ...]]
) -> tuple[str, ...]:
    """Return the claims that cover a section: those that cite it, then those it lists."""
    return tuple(dict.fromkeys((*places.get((key, section.number), ()), *section.claims)))


def problems(folder: Path, keys: Iterable[str], suites: Sequence[Suite]) -> Iterator[Problem]:
    """Yield what keeps the ledger of sections from being complete and true.

    Parameters
    ----------
    folder : Path
        Of the suites.
    keys : iterable of str
        Of the bibliography.
    suites : sequence of Suite
        All of the folder's; with a part of them the ledger cannot be judged.
    """
    places = cited(suites)
    known = {claim for claims in places.values() for claim in claims}
    for key in keys:
        path = folder / FOLDER / f"{key}.toml"
        if path.exists():
            yield from _of_document(key, path, places, known)


def _of_document(
    key: str,
    path: Path,
    places: Mapping[tuple[str, str], tuple[str, ...]],
    known: set[str],
) -> Iterator[Problem]:
    text, outline = _outline(path)
    numbers = [section.number for section in outline.sections]
    for index, section in enumerate(outline.sections):
        for field, message in _of_section(key, section, places, known):
            yield text.problem(("sections", index, field), message)
        if section.number in numbers[:index]:
            message = f"must be unique, got {section.number!r} twice"
            yield text.problem(("sections", index, "number"), message)
    for source, number in places:
        if source == key and number not in numbers:
            claims = ", ".join(places[source, number])
            yield text.problem(("sections",), f"must list section {number!r}, cited by {claims}")


def _of_section(
    key: str,
    section: Section,
    places: Mapping[tuple[str, str], tuple[str, ...]],
    known: set[str],
) -> Iterator[tuple[str, str]]:
    claims = covering(key, section, places)
    if section.nothing and claims:
        yield "nothing", f"must be left out, got a reason although {', '.join(claims)} cover it"
    if not section.nothing and not claims:
        yield "number", "must be covered by a claim, or say in `nothing` why none can be made"
    for name in section.claims:
        if name not in known:
            yield "claims", unknown("claim", name, known)


def _outline(path: Path) -> tuple[Text, Outline]:
    text = read(path)
    return text, validate(Outline, text)

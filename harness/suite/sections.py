"""The sections of a document: which claims cover each, or why nothing does; the order of suites.

A document lists every numbered section it has. A ledger of them can be complete, and a test can
keep it so, which a list of claims alone cannot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from harness.errors import Problem
from harness.suite.documents import Document, Library, Section
from harness.suite.schema import Suite
from harness.words import unknown

Tier = Literal["headline", "experiments", "facts"]
TIERS: tuple[Tier, ...] = ("headline", "experiments", "facts")
Places = Mapping[tuple[str, str], tuple[str, ...]]


def tier(suite: Suite, library: Library) -> Tier:
    """Return where a suite is shown.

    The headline is what the documents name; facts are what probes alone can tell, which takes
    neither training nor a clock.
    """
    if suite.id in library.headline:
        return "headline"
    return "facts" if suite.tells_facts else "experiments"


def rank(suite: Suite, library: Library) -> tuple[int, ...]:
    """Return the sort key of a suite among all of its tree: by tier, then by document."""
    own = tier(suite, library)
    if own == "headline":
        return TIERS.index(own), library.headline.index(suite.id)
    keys: Sequence[str] = [*library.documents]
    key = suite.source.key if suite.source else ""
    return TIERS.index(own), keys.index(key) if key in keys else len(keys)


def cited(suites: Sequence[Suite]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return, by (source key, section number), the claims that cite it, as ``suite/claim``."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for suite in suites:
        for claim in suite.claims:
            if claim.source is not None:
                place = (claim.source.key, claim.source.section)
                found[place] = (*found.get(place, ()), f"{suite.id}/{claim.id}")
    return found


def covering(key: str, section: Section, places: Places) -> tuple[str, ...]:
    """Return the claims that cover a section: those that cite it, then those it lists."""
    return tuple(dict.fromkeys((*places.get((key, section.number), ()), *section.claims)))


def problems(documents: Mapping[str, Document], suites: Sequence[Suite]) -> Iterator[Problem]:
    """Yield what keeps the ledger of sections from being complete and true.

    Parameters
    ----------
    documents : mapping of str to Document
        All of the tree, by key.
    suites : sequence of Suite
        All of the tree's; with a part of them the ledger cannot be judged.
    """
    places, known = cited(suites), {suite.id for suite in suites}
    claims = {f"{suite.id}/{claim.id}" for suite in suites for claim in suite.claims}
    for document in documents.values():
        for index, name in enumerate(document.headline):
            if name not in known:
                yield document.text.problem(("headline", index), unknown("suite", name, known))
        if document.sections is not None:
            yield from _nowhere(document, suites)
            yield from _of_document(document, document.sections, places, claims)


def _nowhere(document: Document, suites: Sequence[Suite]) -> Iterator[Problem]:
    """Yield the claims that quote a document and do not say where."""
    for suite in suites:
        for claim in suite.claims:
            if claim.source and claim.source.key == document.key and not claim.source.section:
                message = f"must be given: where in {document.key} the sentence stands"
                yield suite.text.problem((*claim.place, "section"), message)


def _of_document(
    document: Document, sections: Sequence[Section], places: Places, known: set[str]
) -> Iterator[Problem]:
    numbers = [section.number for section in sections]
    for index, section in enumerate(sections):
        for field, message in _of_section(document.key, section, places, known):
            yield document.text.problem(("sections", index, field), message)
        if section.number in numbers[:index]:
            message = f"must be unique, got {section.number!r} twice"
            yield document.text.problem(("sections", index, "number"), message)
    for source, number in places:
        if source == document.key and number and number not in numbers:
            claims = ", ".join(places[source, number])
            message = f"must list section {number!r}, cited by {claims}"
            yield document.text.problem(("sections",), message)


def _of_section(
    key: str, section: Section, places: Places, known: set[str]
) -> Iterator[tuple[str, str]]:
    claims = covering(key, section, places)
    if section.nothing and claims:
        yield "nothing", f"must be left out, got a reason although {', '.join(claims)} cover it"
    if not section.nothing and not claims:
        yield "number", "must be covered by a claim, or say in `nothing` why none can be made"
    for name in section.claims:
        if name not in known:
            yield "claims", unknown("claim", name, known)

"""The ledger of sections in Markdown: what covers every numbered section of every document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.claims import sentence_counts
from harness.report.marks import SIGNS, WORDS, counted
from harness.report.summary import plain
from harness.suite.documents import Document, Section
from harness.suite.schema import Suite
from harness.suite.sections import cited, covering
from harness.types import Verdict
from harness.words import plural

_OF_SECTIONS = (
    "Every numbered section and question of the documents, with the claims that cover it and",
    "their verdicts, or why there is nothing to measure. Generated; do not edit.",
)
_OF_CLAIMS = ("Every claim on the documents, with its verdict. Generated; do not edit.",)


def coverage(
    documents: Mapping[str, Document],
    suites: Sequence[Suite],
    verdicts: Sequence[Verdict],
) -> str:
    """Return the ledger of sections.

    Parameters
    ----------
    documents : mapping of str to Document
        By key; one whose sections nobody has listed is shown if a claim quotes it.
    suites : sequence of Suite
        Those whose claims cover them.
    verdicts : sequence of Verdict
        Of those claims, as far as they were judged.
    """
    by_name = {f"{verdict.suite}/{verdict.claim}": verdict for verdict in verdicts}
    places = cited(suites)
    in_order = sorted(documents.values(), key=lambda document: document.number)
    listed = any(document.sections is not None for document in in_order)
    lines = [
        "# Claims by section" if listed else "# Claims",
        "",
        *_opening(verdicts, suites, listed),
    ]
    for document in in_order:
        if document.sections is not None:
            lines += ["", *_document(document, document.sections, places, by_name)]
        elif own := {
            place[1]: names for place, names in places.items() if place[0] == document.key
        }:
            lines += ["", *_unlisted(document, own, by_name)]
    return "\n".join(lines) + "\n"


def _opening(verdicts: Sequence[Verdict], suites: Sequence[Suite], listed: bool) -> list[str]:
    claims = sum(len(suite.claims) for suite in suites)
    counts = counted(verdicts)
    return [
        *(_OF_SECTIONS if listed else _OF_CLAIMS),
        "",
        *([f"{said}.", ""] if (said := sentence_counts(verdicts)) else []),
        f"{plural(len(suites), 'suite')}, {plural(claims, 'claim')}"
        + (f": {counts}." if counts else "."),
    ]


def _unlisted(
    document: Document, places: Mapping[str, Sequence[str]], verdicts: Mapping[str, Verdict]
) -> list[str]:
    """Return the claims on a document that is quoted as a whole, or by sections nobody listed."""
    heading = " ".join(dict.fromkeys((document.number, plain(document.title))))
    rows = [
        f"- {_claim(name, verdicts.get(name))}"
        + (f" (section {plain(section)})" if section else "")
        for section, names in places.items()
        for name in names
    ]
    return [f"## {heading}", "", *rows]


def _document(
    document: Document,
    sections: Sequence[Section],
    places: Mapping[tuple[str, str], tuple[str, ...]],
    verdicts: Mapping[str, Verdict],
) -> list[str]:
    covered = [covering(document.key, section, places) for section in sections]
    measured = sum(bool(claims) for claims in covered)
    return [
        f"## {document.number} {plain(document.title)}",
        "",
        f"{plural(len(sections), 'section')}, {measured} with claims.",
        "",
        "| Section | Topic | Covered by |",
        "| --- | --- | --- |",
        *(
            _row(section, claims, verdicts)
            for section, claims in zip(sections, covered, strict=True)
        ),
    ]


def _row(section: Section, claims: Sequence[str], verdicts: Mapping[str, Verdict]) -> str:
    entries = "<br>".join(_claim(name, verdicts.get(name)) for name in claims)
    if not claims:
        entries = f"nothing to measure: {plain(section.nothing)}"
    return f"| {section.number} | {plain(section.topic)} | {entries} |"


def _claim(name: str, verdict: Verdict | None) -> str:
    if verdict is None:
        return plain(name)
    because = f": {plain(verdict.because)}" if verdict.verdict == "contradicted" else ""
    return f"{SIGNS[verdict.verdict]} {plain(name)} {WORDS[verdict.verdict]}{because}"

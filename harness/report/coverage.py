"""The ledger of sections in Markdown: what covers every numbered section of every document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.claims import told as in_sentences
from harness.report.marks import SIGNS, WORDS, counted
from harness.report.summary import plain
from harness.suite.documents import Document, Section
from harness.suite.schema import Suite
from harness.suite.sections import cited, covering
from harness.types import Verdict
from harness.words import plural


def coverage(
    documents: Mapping[str, Document],
    suites: Sequence[Suite],
    verdicts: Sequence[Verdict],
) -> str:
    """Return the ledger of sections.

    Parameters
    ----------
    documents : mapping of str to Document
        By key; those whose sections nobody has listed are left out.
    suites : sequence of Suite
        Those whose claims cover them.
    verdicts : sequence of Verdict
        Of those claims, as far as they were judged.
    """
    by_name = {f"{verdict.suite}/{verdict.claim}": verdict for verdict in verdicts}
    places = cited(suites)
    lines = ["# Claims by section", "", *_opening(verdicts, suites)]
    for document in sorted(documents.values(), key=lambda document: document.number):
        if document.sections is not None:
            lines += ["", *_document(document, document.sections, places, by_name)]
    return "\n".join(lines) + "\n"


def _opening(verdicts: Sequence[Verdict], suites: Sequence[Suite]) -> list[str]:
    claims = sum(len(suite.claims) for suite in suites)
    counts = counted(verdicts)
    return [
        "Every numbered section and question of the documents, with the claims that cover it and",
        "their verdicts, or why there is nothing to measure. Generated; do not edit.",
        "",
        *([f"{said}.", ""] if (said := in_sentences(verdicts)) else []),
        f"{plural(len(suites), 'suite')}, {plural(claims, 'claim')}"
        + (f": {counts}." if counts else "."),
    ]


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

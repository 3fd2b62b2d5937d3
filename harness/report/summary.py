"""Verdicts in Markdown: for a file in the repository, a CI run, and by section of the documents."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from harness import words
from harness.claims import chance_text, headline, sentence_counts
from harness.numerals import measured
from harness.outlets.outcome import unit_of
from harness.report import quotes
from harness.report.ledger import counted, found, published, quoted
from harness.report.marks import SIGNS, WORDS
from harness.report.marks import counted as tally
from harness.suite.documents import Document, Section
from harness.suite.schema import Suite
from harness.suite.sections import cited, covering
from harness.types import Verdict

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~&])")


HEAD = ("| | Claim | Published | Measured | Source |", "| --- | --- | --- | --- | --- |")


def summary(verdicts: Sequence[Verdict], facts: Collection[str] = ()) -> str:
    """Return what was found, what did not hold, and folded away all other claims, in Markdown.

    Parameters
    ----------
    verdicts : sequence of Verdict
        In the order shown.
    facts : collection of str
        Ids of the suites that are folded away by themselves, at the end.
    """
    if not verdicts:
        return "# Claims\n\nNo claims were judged.\n"
    against = [verdict for verdict in verdicts if verdict.verdict == "contradicted"]
    rest = [verdict for verdict in verdicts if verdict.verdict != "contradicted"]
    others = [verdict for verdict in rest if verdict.suite not in facts]
    folded = [verdict for verdict in rest if verdict.suite in facts]
    lines = [f"# {headline(verdicts)}", "", f"{sentence_counts(verdicts)}.", "", _counts(verdicts)]
    lines += [*_chance(verdicts), *_moved(verdicts), *_highlights(verdicts)]
    lines += ["", "## Contradicted", "", *_table(against)] if against else []
    lines += ["", *_folded("The others", others)] if others else []
    lines += ["", *_folded("Facts", folded)] if folded else []
    return "\n".join(lines) + "\n"


def _highlights(verdicts: Sequence[Verdict]) -> list[str]:
    """Return what the suites name to be read first: each sentence, both numbers, and why."""
    marked = [verdict for verdict in verdicts if verdict.highlight]
    lines = [
        f"- **{plain(quotes.words(verdict.quote))}** "
        f"{'Published' if quoted(verdict) else 'Read as'} {plain(published(verdict))}, "
        f"measured {plain(found(verdict.findings[0], unit_of(verdict)))}. {plain(verdict.because)}"
        for verdict in marked
        if verdict.findings
    ]
    return ["", "## What was found", "", *lines] if lines else []


def _table(verdicts: Sequence[Verdict]) -> list[str]:
    return [*HEAD, *map(_line, verdicts)]


def _folded(name: str, verdicts: Sequence[Verdict]) -> list[str]:
    title = f"<summary>{name}: {_counts(verdicts)}</summary>"
    return ["<details>", title, "", *_table(verdicts), "", "</details>"]


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, inside a table cell."""
    return _SPECIAL.sub(r"\\\1", " ".join(words.plain(text).split()))


def _counts(verdicts: Sequence[Verdict]) -> str:
    return f"{words.plural(len(verdicts), 'claim')}: {tally(verdicts)}."


def _chance(verdicts: Sequence[Verdict]) -> list[str]:
    chance = chance_text(verdicts)
    return ["", f"{chance[:1].upper()}{chance[1:]}."] if chance else []


def _moved(verdicts: Sequence[Verdict]) -> list[str]:
    moved = [verdict for verdict in verdicts if verdict.moved]
    if not moved:
        return []
    names = ", ".join(f"{plain(v.suite)}/{plain(v.claim)}" for v in moved)
    return [
        "",
        f"**{words.plural(len(moved), 'verdict')} moved** from what the suites record: {names}.",
    ]


def _line(verdict: Verdict) -> str:
    number = ""
    if verdict.findings:
        first = verdict.findings[0]
        shown = measured(first.measured, first.interval, unit_of(verdict))
        number = ", ".join(filter(None, (plain(shown), counted(first))))
    stand_ins = dict.fromkeys(finding.data for finding in verdict.findings if finding.data)
    marks = [f"on {plain(name)}" for name in stand_ins]
    marks += [f"moved, expected {plain(verdict.expected)}"] if verdict.moved else []
    sign = f"{SIGNS[verdict.verdict]} {WORDS[verdict.verdict]}"
    name = f"{plain(verdict.suite)}/{plain(verdict.claim)}"
    claim = f"“{plain(quotes.words(verdict.quote))}”<br>{name}: {plain(verdict.reason)}"
    read = "as quoted" if any(map(str.isdigit, verdict.quote)) else "no number"
    cells = (
        f"{sign} ({'; '.join(marks)})" if marks else sign,
        claim,
        plain(verdict.published or read),
        number,
        plain(verdict.source),
    )
    return f"| {' | '.join(cells)} |"


MARKER = "<!-- harness-claims -->"
"""The first line of a comment, by which a bot finds its own."""
LIMIT = 60_000
"""Characters; GitHub refuses a comment of more than 65,536."""
_CALLING = re.compile(r"@(?=\w)")


def comment(verdicts: Sequence[Verdict], facts: Collection[str] = ()) -> str:
    """Return verdicts as the comment of a pull request: what fails first, the rest folded.

    Parameters
    ----------
    verdicts : sequence of Verdict
        In the order shown.
    facts : collection of str
        Ids of the suites that come last.
    """
    failing = [verdict for verdict in verdicts if verdict.fails]
    rest = [verdict for verdict in verdicts if not verdict.fails]
    rest.sort(key=lambda verdict: verdict.suite in facts)
    said = f"{len(failing)} of {words.plural(len(verdicts), 'claim')} fail" if failing else ""
    top = [MARKER, f"### Claims: {said or 'nothing fails'}", ""]
    top += (
        [f"{sentence_counts(verdicts)}.", "", _counts(verdicts), *_moved(verdicts), ""]
        if verdicts
        else []
    )
    room = LIMIT - sum(len(line) + 1 for line in top)
    shown = _within(failing, room)
    folded = _within(rest, room - sum(len(line) + 1 for line in shown) - 100)
    fold = ["<details><summary>The others</summary>", "", *folded, "", "</details>"]
    lines = [*top, *shown, *([""] if shown else []), *(fold if folded else [])]
    return "\n".join(lines).strip() + "\n"


def _within(verdicts: Sequence[Verdict], room: int) -> list[str]:
    """Return the table of as many verdicts as there is room for, and how many are left out."""
    if not verdicts:
        return []
    # nobody named in a sentence is called
    lines = [_CALLING.sub("@&#8203;", line) for line in _table(verdicts)]
    kept, room = 0, room - 200
    while kept < len(lines) and (room := room - len(lines[kept]) - 10) >= 0:
        kept += 1
    if kept == len(lines):
        return lines
    left = len(lines) - max(kept, len(HEAD))
    return [
        *(lines[:kept] if kept > len(HEAD) else []),
        "",
        f"{left} more left out for want of room.",
    ]


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
    counts = tally(verdicts)
    return [
        *(_OF_SECTIONS if listed else _OF_CLAIMS),
        "",
        *([f"{said}.", ""] if (said := sentence_counts(verdicts)) else []),
        f"{words.plural(len(suites), 'suite')}, {words.plural(claims, 'claim')}"
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
        f"{words.plural(len(sections), 'section')}, {measured} with claims.",
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
    why = (
        f": {plain(verdict.because or verdict.reason)}" if verdict.verdict == "contradicted" else ""
    )
    return f"{SIGNS[verdict.verdict]} {plain(name)} {WORDS[verdict.verdict]}{why}"

"""What a suite found, in a few plain sentences: how many sentences held, and what stands out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from harness import claims
from harness.claims.verdicts import Answer
from harness.outlets.outcome import unit_of
from harness.report import quotes
from harness.report.ledger import Entry, anchor, found, published, quoted
from harness.report.strip import distance
from harness.types import Verdict
from harness.words import spelled

DID: Mapping[Answer, tuple[str, str]] = {
    "holds": ("held", "held"),
    "does not hold": ("did not hold", "did not hold"),
    "holds in part": ("held in part", "held in part"),
    "open": ("is open", "are open"),
    "tested in extensions only": (
        "was tested by extensions only",
        "were tested by extensions only",
    ),
    "not run": ("was not run", "were not run"),
}
"""What became of one sentence, and of several, in the order in which a reply tells it."""
NEITHER: Mapping[Answer, str] = {"does not hold": "held", "not run": "was run"}
"""What became of none of several sentences."""
TELLING: tuple[Answer, ...] = ("does not hold", "holds in part")
"""Answers that stand out where a suite marks no finding, the first of them first."""


@dataclass(frozen=True)
class Telling:
    """The finding of a suite that stands out.

    Attributes
    ----------
    anchor : str
        Fragment of its card.
    quote, name : Markup, str
        The sentence; what it is called aloud, where it is all formula.
    verdict : str
        That of the claim.
    published_is : str
        What `published` is: the number of the document, or the bound it was read as.
    published, measured : str
        Both in one notation.
    because : str
        Why, in a sentence.
    """

    anchor: str
    quote: Markup
    name: str
    verdict: str
    published_is: str
    published: str
    measured: str
    because: str


@dataclass(frozen=True)
class Reply:
    """What a suite found.

    Attributes
    ----------
    counts : str
        A sentence: ``"Four of six sentences held, one did not hold and one is open."``
    telling : Telling or None
        The finding that the suite marks, else the one that is farthest off among those that do
        not hold.
    """

    counts: str
    telling: Telling | None


def by_suite(entries: Sequence[Entry]) -> Mapping[str, Sequence[Entry]]:
    """Return the sentences that each suite has a reading of, in their order."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for suite in dict.fromkeys(verdict.suite for verdict in entry.sentence.readings):
            found.setdefault(suite, []).append(entry)
    return found


def reply(suite: str, own: Sequence[Entry]) -> Reply | None:
    """Return what a suite found; None where it says nothing of any sentence.

    Parameters
    ----------
    suite : str
        Its id.
    own : sequence of Entry
        The sentences that it has a reading of.
    """
    return Reply(_counts(own), _telling(suite, own)) if own else None


def _counts(own: Sequence[Entry]) -> str:
    each = claims.answers([entry.sentence for entry in own])
    told = [(answer, n) for answer in DID if (n := each[answer])]
    if len(told) == 1:
        ((answer, n),) = told
        if n > 1 and answer in NEITHER:  # "all did not hold" may mean that some did
            return f"{'Neither sentence' if n == 2 else 'None of the sentences'} {NEITHER[answer]}."
        whole = {1: "The one sentence", 2: "Both sentences"}
        who = whole.get(n, f"All {spelled(n)} sentences")
        return f"{who} {DID[answer][n > 1]}."
    (first, n), *rest = told
    parts = [f"{spelled(n)} of {spelled(len(own))} sentences {DID[first][n > 1]}"]
    parts += [f"{spelled(many)} {DID[answer][many > 1]}" for answer, many in rest]
    line = f"{', '.join(parts[:-1])} and {parts[-1]}."
    return line[0].upper() + line[1:]


def _telling(suite: str, own: Sequence[Entry]) -> Telling | None:
    readings = [v for entry in own for v in entry.sentence.readings if v.suite == suite]
    marked = [verdict for verdict in readings if verdict.highlight and verdict.findings]
    if marked:
        return tell(marked[0])
    for answer in TELLING:
        against = [
            verdict
            for entry in own
            if entry.sentence.answer == answer
            for verdict in entry.sentence.literal
            if verdict.suite == suite and verdict.verdict == "contradicted" and verdict.findings
        ]
        if against:
            return tell(max(against, key=_off))
    return None


def _off(verdict: Verdict) -> float:
    far = distance(verdict.findings[0])
    return -1.0 if far is None else far


def tell(verdict: Verdict) -> Telling:
    """Return a verdict as a finding that stands out."""
    return Telling(
        anchor=anchor(verdict),
        quote=quotes.html(verdict.quote),
        name=quotes.aloud(verdict.quote),
        verdict=verdict.verdict,
        published_is="published" if quoted(verdict) else "as read",
        published=published(verdict),
        measured=found(verdict.findings[0], unit_of(verdict)) if verdict.findings else "",
        # what the suite says of the verdict it recorded does not explain another
        because="" if verdict.moved else verdict.because,
    )

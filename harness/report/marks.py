"""Signs and words of verdicts, and of answers whether sentences hold; never colour alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness import claims
from harness.claims.verdicts import Answer, Sentence
from harness.types import VERDICTS, Verdict, VerdictName

SIGNS: Mapping[VerdictName, str] = {
    "reproduced": "✓",
    "contradicted": "✗",
    "inconclusive": "?",
    "not-comparable": "≠",
    "not-run": "○",
}
WORDS: Mapping[VerdictName, str] = {
    "reproduced": "reproduced",
    "contradicted": "contradicted",
    "inconclusive": "inconclusive",
    "not-comparable": "not comparable",
    "not-run": "not run",
}
MEANINGS: Mapping[VerdictName, str] = {
    "reproduced": "The interval lies within the declared tolerance of the claim.",
    "contradicted": "The interval rules the claim out.",
    "inconclusive": "The measurement does not decide; the reason says why.",
    "not-comparable": "The published number belongs to other hardware.",
    "not-run": "Nothing that answers the claim was measured here.",
}


@dataclass(frozen=True)
class Tally:
    """How many claims got a verdict."""

    name: VerdictName
    sign: str
    word: str
    meaning: str
    count: int


def tallies(verdicts: Sequence[Verdict]) -> tuple[Tally, ...]:
    """Return the count of every verdict, in the order of `VERDICTS`, zeros included."""
    found = Counter(verdict.verdict for verdict in verdicts)
    return tuple(
        Tally(name, SIGNS[name], WORDS[name], MEANINGS[name], found[name]) for name in VERDICTS
    )


def counted(verdicts: Sequence[Verdict]) -> str:
    """Return ``"✓ 511 reproduced, ✗ 36 contradicted"``, zeros left out."""
    return ", ".join(f"{t.sign} {t.count} {t.word}" for t in tallies(verdicts) if t.count)


@dataclass(frozen=True)
class Label:
    """An answer as a page shows it.

    Attributes
    ----------
    slug : str
        In addresses, and as the class of its colour.
    sign, word : str
        Beside each other.
    meaning : str
        In a sentence.
    """

    slug: str
    sign: str
    word: str
    meaning: str


LABELS: Mapping[Answer, Label] = {
    "does not hold": Label(
        "fails", "✗", "did not hold", "Every literal reading of the sentence is contradicted."
    ),
    "holds in part": Label(
        "part", "◐", "held in part", "Some readings are reproduced, others contradicted."
    ),
    "open": Label("open", "?", "open", "The measurements do not decide; the reason says why."),
    "holds": Label("holds", "✓", "held", "Every literal reading of the sentence is reproduced."),
    "tested in extensions only": Label(
        "extension", "+", "extensions only", "The sentence is tested by numbers of ours alone."
    ),
    "not run": Label("notrun", "○", "not run", "Nothing that answers the sentence was measured."),
}


@dataclass(frozen=True)
class Count:
    """How many sentences got an answer."""

    answer: Label
    count: int


def counts(found: Sequence[Sentence]) -> tuple[Count, ...]:
    """Return the count of every answer, in the order in which they are shown, zeros included."""
    each = claims.answers(found)
    return tuple(Count(shown, each[answer]) for answer, shown in LABELS.items())

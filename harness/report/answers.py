"""Whether sentences hold: the signs and words of answers, never colour alone, and their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness import claims
from harness.claims.sentences import Answer, Sentence


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

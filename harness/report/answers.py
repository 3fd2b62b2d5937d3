"""Whether sentences hold: the signs and words of answers, never colour alone, and their counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness import claims
from harness.claims.sentences import Answer, Sentence


@dataclass(frozen=True)
class Said:
    """How a page says an answer.

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


SAID: Mapping[Answer, Said] = {
    "does not hold": Said(
        "fails", "✗", "did not hold", "Every literal reading of the sentence is contradicted."
    ),
    "holds in part": Said(
        "part", "◐", "held in part", "Some readings are reproduced, others contradicted."
    ),
    "open": Said("open", "?", "open", "The measurements do not decide; the reason says why."),
    "holds": Said("holds", "✓", "held", "Every literal reading of the sentence is reproduced."),
    "tested in extensions only": Said(
        "extension", "+", "extensions only", "The sentence is tested by numbers of ours alone."
    ),
    "not run": Said("notrun", "○", "not run", "Nothing that answers the sentence was measured."),
}


@dataclass(frozen=True)
class Count:
    """How many sentences got an answer."""

    said: Said
    count: int


def counts(found: Sequence[Sentence]) -> tuple[Count, ...]:
    """Return the count of every answer, in the order in which they are shown, zeros included."""
    each = claims.answers(found)
    return tuple(Count(said, each[answer]) for answer, said in SAID.items())

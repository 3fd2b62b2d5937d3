"""Sentences: what a document says once, judged from the literal readings of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from harness.numerals import count
from harness.types import Verdict
from harness.words import plural

Answer = Literal[
    "holds", "does not hold", "holds in part", "open", "not run", "tested in extensions only"
]
ANSWERS: tuple[Answer, ...] = get_args(Answer)


@dataclass(frozen=True)
class Sentence:
    """A verbatim sentence of a document.

    Attributes
    ----------
    quote, source : str
        As the claims have them.
    readings : tuple of Verdict
        Of all its claims, wherever they are made, extensions included.
    """

    quote: str
    source: str
    readings: tuple[Verdict, ...]

    @property
    def literal(self) -> tuple[Verdict, ...]:
        """The readings that say what the sentence says."""
        return tuple(v for v in self.readings if v.reading == "literal")

    @property
    def answer(self) -> Answer:
        """What its literal readings say together; what was not measured has no say."""
        if not self.literal:
            return "tested in extensions only"
        found = {v.verdict for v in self.literal if v.verdict not in ("not-run", "not-comparable")}
        if not found:
            return "not run"
        if found == {"reproduced"}:
            return "holds"
        if found == {"contradicted"}:
            return "does not hold"
        return "holds in part" if {"reproduced", "contradicted"} <= found else "open"


def sentences(verdicts: Sequence[Verdict]) -> tuple[Sentence, ...]:
    """Return the sentences that verdicts are about, in the order of their first claims."""
    found: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in verdicts:
        found.setdefault((verdict.source, verdict.quote), []).append(verdict)
    return tuple(
        Sentence(quote, source, tuple(readings)) for (source, quote), readings in found.items()
    )


def answers(found: Sequence[Sentence]) -> Mapping[Answer, int]:
    """Return how many sentences got each answer, all answers present."""
    counted = Counter(sentence.answer for sentence in found)
    return {answer: counted[answer] for answer in ANSWERS}


SEVERAL: Mapping[Answer, str] = {
    "holds": "hold",
    "does not hold": "do not hold",
    "holds in part": "hold in part",
}


def sentence_counts(verdicts: Sequence[Verdict]) -> str:
    """Return ``"755 sentences: 511 hold, 36 do not hold, ..."``; ``""`` where there is none."""
    found = answers(sentences(verdicts))
    parts = [
        f"{count(n)} {answer if n == 1 else SEVERAL.get(answer, answer)}"
        for answer, n in found.items()
        if n
    ]
    total = sum(found.values())
    return f"{plural(total, 'sentence')}: {', '.join(parts)}" if total else ""


def headline(verdicts: Sequence[Verdict]) -> str:
    """Return what to know first: ``"36 of 765 sentences did not hold"``, or how many did."""
    found = answers(sentences(verdicts))
    total, holding, failing = sum(found.values()), found["holds"], found["does not hold"]
    of = f"of {plural(total, 'sentence')}"
    if failing:
        return f"{count(failing)} {of} did not hold"
    return f"{count(holding)} {of} held"

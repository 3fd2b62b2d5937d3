"""What verdicts come to: answers of sentences, counts, JSON, contradictions that chance would give.

The last is a column beside the verdicts, never a verdict.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from harness.numerals import chance, count, number
from harness.numerals.plain import LEAST_CHANCE
from harness.statistics import q_values
from harness.types import VERDICTS, Finding, Verdict
from harness.words import plural

Answer = Literal[
    "holds", "does not hold", "holds in part", "open", "not run", "tested in extensions only"
]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
SEVERAL: Mapping[Answer, str] = {
    "holds": "hold",
    "does not hold": "do not hold",
    "holds in part": "hold in part",
}
TESTED = ("reproduced", "contradicted", "inconclusive")


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


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return how many verdicts there are of each name, all names present."""
    return {name: sum(verdict.verdict == name for verdict in verdicts) for name in VERDICTS}


def to_json(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return the verdicts as JSON values: the fields of `harness.types.Verdict`, moved, fails.

    JSON has no inf or nan: they are written as the strings ``"inf"``, ``"-inf"`` and ``"nan"``.
    """
    return [
        _plain({**asdict(verdict), "moved": verdict.moved, "fails": verdict.fails})
        for verdict in verdicts
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def with_q_values(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Return the verdicts, those that were tested with their q-value.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Of all suites of a folder: over the contradicted alone, all below 5 %, or over those that
        happen to be named, a q-value would say nothing.
    """
    p_values = [p_value(verdict) for verdict in verdicts]
    found = iter(q_values([p for p in p_values if p is not None]).tolist())
    return tuple(
        verdict if p is None else replace(verdict, q=next(found))
        for verdict, p in zip(verdicts, p_values, strict=True)
    )


def by_chance(verdicts: Sequence[Verdict]) -> float:
    """Return how many of the contradicted ones are false, on average and at most.

    The largest q-value among them bounds the false-discovery rate of them all. Facts have no
    p-value and are no matter of chance.
    """
    found = _tested(verdicts)
    return max(found, default=0.0) * len(found)


def chance_text(verdicts: Sequence[Verdict]) -> str:
    """Return how many of the contradictions chance may have given; ``""`` where it cannot have.

    ``"34 of the 120 contradicted rest on a test (the others are facts), with q of at most 0.0095:
    on average at most 0.32 of the 34 are contradicted by chance"``.
    """
    found = _tested(verdicts)
    if not found:
        return ""
    tested, against = count(len(found)), sum(v.verdict == "contradicted" for v in verdicts)
    rest = f"of the {count(against)} contradicted {tested} rest on a test (the others are facts)"
    if against == len(found):
        rest = f"all {tested} contradicted rest on a test"
    if against == 1:
        rest = "the 1 contradicted rests on a test"
    bound = max(*found, LEAST_CHANCE)  # a test shows no less
    largest, most = (number(value, digits=2) for value in (bound, bound * len(found)))
    given = f"on average chance gave at most {most} of the {tested}"
    return f"{rest}, with q of at most {largest}: {given}"


def _tested(verdicts: Sequence[Verdict]) -> list[float]:
    """Return the q-values of the contradictions that rest on a test."""
    return [v.q for v in verdicts if v.verdict == "contradicted" and v.q is not None]


def q_value_text(verdict: Verdict) -> str:
    """Return ``"q = 0.012"`` of a contradiction that was tested, else nothing."""
    if verdict.verdict != "contradicted" or verdict.q is None:
        return ""
    return chance("q", verdict.q)


def p_value(verdict: Verdict) -> float | None:
    """Return the p-value behind "contradicted"; None if the claim was not tested or is exact.

    The largest over the tracks, since all of them must contradict (an intersection-union test);
    findings of other environments or stand-ins do not count.
    """
    if verdict.verdict not in TESTED:
        return None
    found = [f.p_contradict for f in verdict.findings if _counted(f, verdict.findings[0])]
    return max((p for p in found if p is not None), default=None)


def _counted(finding: Finding, first: Finding) -> bool:
    return (finding.environment, finding.data) == (first.environment, first.data)

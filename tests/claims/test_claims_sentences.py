"""Sentences: one answer from the literal readings."""

from __future__ import annotations

import pytest

from harness.claims import answers, headline, sentence_counts, sentences
from harness.types import Verdict


def reading(name: str, kind: str = "literal", quote: str = "q", source: str = "002 1") -> Verdict:
    return Verdict("s", name, quote, source, "", "m", "value", name, "r", reading=kind)  # type: ignore[arg-type]


R, C, OPEN, N = "reproduced", "contradicted", "inconclusive", "not-run"


@pytest.mark.parametrize(
    ("literal", "answer"),
    [
        ((R,), "holds"),
        ((R, R, N), "holds"),
        ((C, C), "does not hold"),
        ((R, C), "holds in part"),
        ((R, C, OPEN), "holds in part"),
        ((R, OPEN), "open"),
        ((OPEN,), "open"),
        ((C, OPEN), "open"),
        ((N,), "not run"),
        (("not-comparable",), "not run"),
        ((), "tested in extensions only"),
    ],
)
def test_the_answer_is_that_of_the_literal_readings(literal, answer) -> None:
    readings = [reading(name) for name in literal]
    (found,) = sentences([*readings, reading(C, "extension"), reading(R, "extension")])
    assert found.answer == answer


def test_a_sentence_is_its_words_and_its_place() -> None:
    found = sentences(
        [reading(R), reading(C, quote="other"), reading(C, source="002 2"), reading(R)]
    )
    assert [(s.quote, s.source, len(s.readings)) for s in found] == [
        ("q", "002 1", 2),
        ("other", "002 1", 1),
        ("q", "002 2", 1),
    ]
    assert answers(found)["does not hold"] == 2
    assert sum(answers(found).values()) == 3
    assert answers([]) == dict.fromkeys(answers([]), 0)


def test_sentences_in_words() -> None:
    assert sentence_counts([]) == ""
    assert sentence_counts([reading(R)]) == "1 sentence: 1 holds"
    two = [reading(R), reading(R, quote="b"), reading(C, quote="c")]
    assert sentence_counts(two) == "3 sentences: 2 hold, 1 does not hold"


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ((), "0 of 0 sentences held"),
        ((R,), "1 of 1 sentence held"),
        ((R, R, OPEN), "2 of 3 sentences held"),
        ((R, C, N), "1 of 3 sentences did not hold"),
        ((C, C, R), "2 of 3 sentences did not hold"),
    ],
)
def test_the_headline_is_of_sentences(verdicts, words) -> None:
    assert headline([reading(v, quote=f"q{i}") for i, v in enumerate(verdicts)]) == words

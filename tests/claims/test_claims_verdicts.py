"""q-values beside the verdicts, and the ledger."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from claims_builders import case, claim, runs, spread, verdict
from scipy import stats

from harness.claims import (
    answers,
    by_chance,
    chance_text,
    counts,
    headline,
    sentence_counts,
    sentences,
    to_json,
    with_q_values,
)
from harness.claims.verdicts import p_value
from harness.types import VERDICTS, Finding, Interval, Verdict, VerdictName


def made(name: str, verdict_: VerdictName, *p: float | None, **fields: str) -> Verdict:
    findings = tuple(Finding(verdict_, "r", p_contradict=x, environment="e") for x in p)
    return Verdict("s", name, "q", "002", "", "m", "value", verdict_, "why", findings, **fields)


TESTED = [
    *(made(f"r{i}", "reproduced", 0.9) for i in range(16)),
    made("open", "inconclusive", 0.2),
    made("weak", "contradicted", 0.04),
    made("both", "contradicted", 0.001, 0.003),
    made("strong", "contradicted", 1e-5),
]


def test_q_values_are_scipys_over_everything_that_was_tested() -> None:
    p_values = [p_value(one) for one in TESTED]
    expected = stats.false_discovery_control(p_values, method="bh")
    assert [one.q for one in with_q_values(TESTED)] == pytest.approx(expected.tolist())


def test_q_values_change_no_verdict_and_no_order() -> None:
    found = with_q_values(TESTED)
    assert [replace(one, q=None) for one in found] == TESTED
    weak = next(one for one in found if one.claim == "weak")
    assert weak.q is not None
    assert weak.q > 0.05  # and it is contradicted all the same


def test_what_was_not_tested_has_no_q_value_and_does_not_count() -> None:
    others = [
        made("fact", "contradicted", None),
        made("absent", "not-run", 0.001),
        made("elsewhere", "not-comparable"),
    ]
    found = with_q_values([*others, *TESTED])
    assert [one.q for one in found[:3]] == [None] * 3
    assert found[3:] == with_q_values(TESTED)
    assert with_q_values(others) == tuple(others)
    assert with_q_values([]) == ()


def test_more_true_claims_make_a_contradiction_less_sure() -> None:
    alone = with_q_values(TESTED[-1:])[0].q
    among = with_q_values(TESTED)[-1].q
    assert alone is not None
    assert among is not None
    assert alone == pytest.approx(1e-5)
    assert among == pytest.approx(len(TESTED) * 1e-5)


def test_a_verdict_of_several_tracks_has_the_largest_p() -> None:
    assert p_value(made("a", "contradicted", 0.001, 0.03)) == 0.03
    assert p_value(made("a", "contradicted", None, 0.03)) == 0.03
    assert p_value(made("a", "contradicted", None)) is None
    assert p_value(made("a", "not-run", 0.01)) is None
    assert p_value(made("a", "not-comparable")) is None


def test_other_environments_and_stand_ins_do_not_count() -> None:
    two = made("a", "contradicted", 0.001)
    for place in ({"environment": "other"}, {"environment": "e", "data": "digits"}):
        elsewhere = Finding("reproduced", "", p_contradict=0.9, **place)
        assert p_value(replace(two, findings=(*two.findings, elsewhere))) == 0.001


# -- how many are chance -------------------------------------------------------------------------


def test_the_largest_q_value_says_how_many_are_false() -> None:
    found = with_q_values(TESTED)
    weak = next(one.q for one in found if one.claim == "weak")
    assert weak is not None
    assert by_chance(found) == pytest.approx(3 * weak)


def test_facts_are_no_matter_of_chance() -> None:
    facts = [made(f"f{i}", "contradicted", None) for i in range(5)]
    assert by_chance(with_q_values(facts)) == 0.0
    assert by_chance(with_q_values([*facts, *TESTED])) == by_chance(with_q_values(TESTED))


def test_the_line_says_what_is_counted_and_at_which_level() -> None:
    found = with_q_values(TESTED)
    largest = max(v.q for v in found if v.verdict == "contradicted")
    least = f"at most {3 * largest:.2g} of the 3"
    assert chance_text(found) == (
        f"all 3 contradicted rest on a test, with q of at most {largest:.2g}: on average "
        f"chance gave {least}"
    )
    sure = with_q_values([made("sure", "contradicted", 1e-9)])
    assert chance_text(sure) == (
        "the 1 contradicted rests on a test, with q of at most 0.0001: on average chance gave at "
        "most 0.0001 of the 1"
    )
    facts = [made(f"f{i}", "contradicted", None) for i in range(5)]
    told = chance_text([*found, *facts])
    assert told.startswith("of the 8 contradicted 3 rest on a test (the others are facts), with q")
    assert told.endswith(least)
    assert chance_text(facts) == chance_text([]) == ""


def test_nothing_contradicted_is_nothing_by_chance() -> None:
    assert by_chance(with_q_values(TESTED[:17])) == 0.0
    assert by_chance([]) == 0.0


def test_about_so_many_are_false_by_chance() -> None:
    # 60 true claims at their edge and 20 that are false: how many of the 60 are contradicted
    rng = np.random.default_rng(3)
    told, false = [], []
    for _ in range(200):
        p_values = [*rng.random(60), *(1e-3 * rng.random(20))]
        judged = [made(str(i), "contradicted" if p <= 0.05 else "reproduced", p)
                  for i, p in enumerate(p_values)]  # fmt: skip
        told.append(by_chance(with_q_values(judged)))
        false.append(sum(p <= 0.05 for p in p_values[:60]))
    assert 0.75 * np.mean(false) <= np.mean(told) <= 1.5 * np.mean(false)


# -- judged claims -------------------------------------------------------------------------------


def test_a_judged_claim_has_the_p_value_of_its_own_records() -> None:
    a = case("a")
    found = verdict(claim(expect={"at_least": 1.0}), [a], runs(a, spread(0.9, 0.02, 10)))
    assert (found.verdict, found.q) == ("contradicted", None)
    (alone,) = with_q_values([found])
    assert alone.q == found.findings[0].p_contradict
    among = with_q_values([found, *TESTED])[0]
    assert (among.verdict, among.reason) == (found.verdict, found.reason)


# -- the ledger ----------------------------------------------------------------------------------


def test_counts_have_every_name() -> None:
    found = counts([made("a", "contradicted"), made("b", "contradicted"), made("c", "not-run")])
    assert found == dict.fromkeys(VERDICTS, 0) | {"contradicted": 2, "not-run": 1}


def test_ledger_is_strict_json() -> None:
    finding = Finding(
        "inconclusive", "r", measured=math.inf, interval=Interval(-math.inf, math.nan, 0.95)
    )
    base = made("a", "inconclusive", expected="reproduced")
    (entry,) = to_json([replace(base, findings=(finding,), q=0.25)])
    again = json.loads(json.dumps(entry, allow_nan=False))
    assert again == {**entry, "findings": list(entry["findings"])}
    assert again["findings"][0]["measured"] == "inf"
    assert again["findings"][0]["interval"] == {"low": "-inf", "high": "nan", "level": 0.95}
    assert (again["claim"], again["moved"], again["q"]) == ("a", True, 0.25)


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

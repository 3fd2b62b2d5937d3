"""Keys of a claim: the rule they choose, and combinations that are refused."""

from __future__ import annotations

import pytest
from claims_builders import case, claim

from harness.claims import check_claim, check_selection, rule_of
from harness.claims.rules import RULES
from harness.config.claim import Expect
from harness.errors import UsageError

PAIR = {"better": {"opt": "x"}, "than": {"opt": "y"}}


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ({"expect": {"value": 1.0, "tolerance": 0.1}}, "value"),
        ({"expect": {"exactly": 1.0}}, "exact"),
        ({"expect": {"exactly": 0.23, "tolerance": 5e-5}}, "exact"),
        ({"expect": {"low": 1.0}}, "range"),
        ({"expect": {"at_least": 1.0, "high": 2.0}}, "range"),
        ({"expect": {"difference": 0.1, "tolerance": 0.1}, "compare": PAIR}, "difference"),
        ({"expect": {"at_most": 0.1, "of": "difference"}, "compare": PAIR}, "difference"),
        ({"expect": {"ratio": 2.0, "tolerance": 0.1}, "compare": PAIR}, "ratio"),
        ({"expect": {"low": 2.0, "high": 5.0, "of": "ratio"}, "compare": PAIR}, "ratio"),
        ({"compare": PAIR}, "better"),
        ({"expect": {"frequency_low": 0.9}}, "frequency"),
        ({"expect": {"slope_high": 0.1}, "along": "n_train"}, "trend"),
        ({"expect": {"best": {"opt": "x"}}}, "best"),
    ],
)
def test_keys_choose_the_rule(keys: dict, rule: str) -> None:
    about = claim(**keys)
    assert rule_of(about).name == rule
    assert check_claim(about) is None
    assert rule in RULES


def test_a_key_chooses_one_rule_and_every_key_is_one_of_an_expectation() -> None:
    keys = [key for _, rule in RULES.items() for key in rule.keys]
    assert len(keys) == len(set(keys))
    assert set(Expect.model_fields) == {*keys, "tolerance", "of"}
    assert [name for name, rule in RULES.items() if not rule.keys] == ["better"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "expect must say what is expected"),
        ({"expect": {"value": 1.0}}, "expect.value must have expect.tolerance"),
        ({"expect": {"value": 1.0, "tolerance": 0.1, "low": 0.0}}, "one rule, got value and low"),
        ({"expect": {"low": 2.0, "high": 1.0}}, "must not exceed the upper end, got 2.0 and 1.0"),
        ({"expect": {"low": 2.0, "at_least": 1.0}}, "low or at_least, got both"),
        ({"expect": {"high": 2.0, "at_most": 1.0}}, "high or at_most, got both"),
        ({"expect": {"low": 2.0, "tolerance": 0.1}}, "tolerance has no meaning"),
        ({"expect": {"difference": 0.1, "tolerance": 0.1}}, "about a difference must have compare"),
        ({"expect": {"at_least": 0.1, "of": "ratio"}}, "about a ratio must have compare"),
        ({"expect": {"ratio": 2.0}, "compare": PAIR}, "expect.ratio must have expect.tolerance"),
        (
            {"expect": {"ratio": -2.0, "tolerance": 0.1}, "compare": PAIR},
            "ratio must be positive, got -2.0",
        ),
        ({"expect": {"of": "ratio"}, "compare": PAIR}, "needs at_least"),
        (
            {"expect": {"value": 1.0, "tolerance": 0.1}, "compare": PAIR},
            "compare must not stand beside",
        ),
        ({"compare": {"better": {"a": 1}, "than": {"a": 1}}}, "different cells"),
        ({"expect": {"slope_low": 0.1}}, "must have along"),
        ({"expect": {"low": 0.1}, "along": "n"}, "along and scale belong to slope claims"),
        ({"expect": {"low": 0.1}, "scale": "log"}, "along and scale belong to slope claims"),
        ({"expect": {"frequency_low": 90.0}}, "frequency_low must lie between 0 and 1, got 90.0"),
        ({"expect": {"frequency_low": 0.9, "frequency_high": 0.1}}, "must not exceed"),
        ({"expect": {"frequency_low": 0.0}}, "must leave something out, got every rate"),
        ({"expect": {"frequency_low": 0.0, "frequency_high": 1.0}}, "must leave something out"),
        ({"expect": {"best": {}}}, "must name the winner"),
        ({"expect": {"low": 0.1}, "at": 3.0, "over": "examples"}, "at reads a series"),
        ({"expect": {"exactly": 0.1}, "over": "examples"}, "compares whole runs"),
        ({"expect": {"low": 0.1}, "over": "examples", "metric": "diverged"}, "over seeds"),
    ],
)
def test_contradictory_keys_are_refused(keys: dict, message: str) -> None:
    found = check_claim(claim(**keys))
    assert found is not None
    assert message in found


def test_rule_of_raises_what_check_claim_says() -> None:
    about = claim(expect={"value": 1.0, "exactly": 1.0})
    with pytest.raises(UsageError, match="value and exactly"):
        rule_of(about)
    assert check_claim(about) is not None


def test_check_selection() -> None:
    cases = [case(f"{o}{n}", opt=o, n=n) for o in ("x", "y") for n in (1, 2)]
    fine = claim(where={"n": 1}, compare=PAIR)
    assert check_selection(fine, cases) is None
    assert "got none for" in str(check_selection(claim(where={"n": 3}, compare=PAIR), cases))
    assert "differ in n" in str(check_selection(claim(compare=PAIR), cases))
    trend = claim(where={"opt": "x"}, along="n", expect={"slope_low": 0})
    assert check_selection(trend, cases) is None
    apart = [case("x", opt="x"), case("y", backend="torch", opt="y")]
    assert "backend and device" in str(check_selection(claim(compare=PAIR), apart))
    best = claim(where={"n": 1}, expect={"best": {"opt": "x"}})
    assert check_selection(best, cases) is None
    assert "got 2 of 4" in str(check_selection(claim(expect={"best": {"opt": "x"}}), cases))

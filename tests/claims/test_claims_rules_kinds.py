"""Every kind of number by every rule: thirty runs that are clearly high, and clearly low ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from claims_builders import case, claim, finding_at, record, runs, spread, verdict

from harness.config.kinds import KINDS
from harness.types import Case, Record

HIGH_AND_LOW = {
    "fixed": (np.full(30, 8.0), np.full(30, 2.0)),
    "binary": (np.ones(30), np.arange(30) % 10 == 0),
    "share": (np.tile([0.90, 0.92], 15), np.tile([0.10, 0.12], 15)),
    "count": (np.tile([8.0, 9.0], 15), np.tile([2.0, 3.0], 15)),
    "real": (spread(8.0, 0.5, 30), spread(2.0, 0.3, 30)[::-1]),
    "positive": (np.exp(spread(2.0, 0.3, 30)), np.exp(spread(0.0, 0.3, 30))),
}
PAIR = {"better": {"opt": "x"}, "than": {"opt": "y"}}
ON_X = {"opt": "x"}


def middle(values: np.ndarray, kind: str) -> float:
    return float(np.median(values) if kind in ("count", "positive") else np.mean(values))


def claims_of(kind: str) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Rule -> the keys of a claim that is true and of one that is false."""
    high, low = (middle(np.asarray(values, float), kind) for values in HIGH_AND_LOW[kind])
    gap, between = high - low, (high + low) / 2.0
    near = 0.6 * gap
    on_x = {"where": ON_X}
    return {
        "value": (
            {**on_x, "expect": {"value": high, "tolerance": near}},
            {**on_x, "expect": {"value": low, "tolerance": 0.4 * gap}},
        ),
        "range": (
            {**on_x, "expect": {"at_least": between}},
            {**on_x, "expect": {"at_most": between}},
        ),
        "difference": (
            {"compare": PAIR, "expect": {"difference": gap, "tolerance": near}},
            {"compare": PAIR, "expect": {"difference": -gap, "tolerance": near}},
        ),
        "ratio": (
            {"compare": PAIR, "expect": {"of": "ratio", "at_least": 1.5}},
            {"compare": PAIR, "expect": {"of": "ratio", "at_most": 1.5}},
        ),
        "better": ({"compare": PAIR}, {"compare": PAIR, "goal": "smaller"}),
        "best": (
            {"expect": {"best": {"opt": "x"}}},
            {"expect": {"best": {"opt": "x"}}, "goal": "smaller"},
        ),
        "trend": (
            {"along": "n", "expect": {"slope_low": 0.3 * gap}},
            {"along": "n", "expect": {"slope_high": 0.3 * gap}},
        ),
    }


def cases_of(kind: str) -> list[Case]:
    return [case(opt, opt=opt, n=n, kinds={"acc": kind}) for opt, n in (("x", 1), ("y", 0))]


def records_of(kind: str) -> list[Record]:
    of_x, of_y = cases_of(kind)
    high, low = HIGH_AND_LOW[kind]
    return [*runs(of_x, high), *runs(of_y, low)]


RULES = list(claims_of("real"))


def test_every_kind_is_here() -> None:
    assert set(HIGH_AND_LOW) == set(KINDS)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_clear_claim_is_settled(kind: str, rule: str) -> None:
    true, false = (claim(**keys) for keys in claims_of(kind)[rule])
    cases, records = cases_of(kind), records_of(kind)
    holds, fails = verdict(true, cases, records), verdict(false, cases, records)
    assert (holds.rule, holds.verdict) == (rule, "reproduced"), holds.reason
    assert (fails.rule, fails.verdict) == (rule, "contradicted"), fails.reason
    facts = [found.findings[0].p_contradict is None for found in (holds, fails)]
    assert facts == [kind == "fixed"] * 2


# two real numbers have a t interval, and may be near enough to each other
OPEN = [(k, r) for k in KINDS for r in RULES if k != "real" or r in ("better", "best")]


@pytest.mark.parametrize(("kind", "rule"), OPEN)
def test_two_runs_settle_nothing_but_a_fact(kind: str, rule: str) -> None:
    true, _ = (claim(**keys) for keys in claims_of(kind)[rule])
    records = [r for r in records_of(kind) if r.seed < 2]
    found = verdict(true, cases_of(kind), records)
    assert found.verdict == ("reproduced" if kind == "fixed" else "inconclusive")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", KINDS)
def test_one_run_says_nothing_of_its_spread(kind: str, rule: str) -> None:
    true, _ = (claim(**keys) for keys in claims_of(kind)[rule])
    found = verdict(true, cases_of(kind), [r for r in records_of(kind) if r.seed == 0])
    assert found.verdict == "inconclusive"
    assert "one run only" in found.reason


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("kind", ["binary", "share", "count", "positive", "real"])
def test_a_smaller_level_asks_for_more(kind: str, rule: str) -> None:
    # what is settled at 5 % is open at a level that so many runs cannot reach
    true, false = (claim(**keys) for keys in claims_of(kind)[rule])
    enough = 6 if kind == "real" else 30
    cases, records = cases_of(kind), [r for r in records_of(kind) if r.seed < enough]
    for about, name in ((true, "reproduced"), (false, "contradicted")):
        assert finding_at(0.05, about, cases, records).verdict == name
        assert finding_at(1e-12, about, cases, records).verdict == "inconclusive"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rule", [*RULES, "exact", "frequency"])
def test_nan_is_said_and_never_dropped(kind: str, rule: str) -> None:
    more = {
        "exact": {"where": ON_X, "expect": {"exactly": 1.0}},
        "frequency": {"where": ON_X, "expect": {"frequency_low": 0.5}},
    }
    keys = more[rule] if rule in more else claims_of(kind)[rule][0]
    cases, records = cases_of(kind), records_of(kind)
    lost = record(cases[0], 30, metrics={"acc": float("nan")})
    also = record(cases[1], 30, metrics={"acc": 0.0})
    found = verdict(claim(**keys), cases, [*records, lost, also])
    assert "1 of 31 values are nan" in found.reason
    if rule not in ("better", "best"):  # there it counts as the worst
        assert found.verdict == "inconclusive"


# -- a kind that the values are not of -----------------------------------------------------------


@pytest.mark.parametrize("rule", [*RULES, "exact"])
@pytest.mark.parametrize(
    ("kind", "wrong", "words"),
    [
        ("binary", 0.5, "'acc' is declared as 0 or 1, got 0.5; correct its kind in [kinds]"),
        ("binary", 2.0, "'acc' is declared as 0 or 1, got 2"),
        ("share", 97.0, "'acc' is declared as a share, between 0 and 1, got 97"),
        ("share", -0.1, "'acc' is declared as a share, between 0 and 1, got \N{MINUS SIGN}0.1"),
    ],
)
def test_a_wrong_kind_decides_nothing(kind: str, wrong: float, words: str, rule: str) -> None:
    exact = {"where": ON_X, "expect": {"exactly": 1.0}}
    keys = exact if rule == "exact" else claims_of(kind)[rule][0]
    cases, records = cases_of(kind), records_of(kind)
    more = [record(of, 30, metrics={"acc": wrong}) for of in cases]
    found = verdict(claim(**keys), cases, [*records, *more])
    assert found.verdict == "inconclusive"
    assert words in found.reason


def test_two_kinds_at_once_are_judged_by_the_one_that_assumes_less() -> None:
    of_x, of_y = (
        case("x", opt="x", kinds={"acc": "real"}),
        case("y", opt="y", kinds={"acc": "count"}),
    )
    records = [*runs(of_x, spread(8.0, 0.5, 10)), *runs(of_y, [2.0, 3.0] * 5)]
    about = claim(compare=PAIR, expect={"of": "difference", "at_least": 1.0})
    found = verdict(about, [of_x, of_y], records)
    assert found.verdict == "reproduced"
    assert found.reason.startswith("median difference")


@pytest.mark.parametrize("rule", ["difference", "ratio", "better", "best", "trend"])
def test_a_share_beside_per_cents_decides_nothing(rule: str) -> None:
    of_x, of_y = (case(o, opt=o, n=n, kinds={"acc": kind})
                  for o, n, kind in (("x", 1, "share"), ("y", 0, "real")))  # fmt: skip
    records = [*runs(of_x, [0.9] * 10), *runs(of_y, spread(97.0, 0.5, 10))]
    found = verdict(claim(**claims_of("share")[rule][0]), [of_x, of_y], records)
    assert found.verdict == "inconclusive"
    assert "'acc' is declared as a share, between 0 and 1, got 9" in found.reason


@pytest.mark.parametrize("n", [2, 3, 4])
def test_rounding_of_one_number_is_no_noise(n: int) -> None:
    of = case("x", opt="x", kinds={"acc": "real"})
    values = [0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2][:n]
    assert len(set(values)) == 2
    found = verdict(claim(where=ON_X, expect={"at_least": 0.2}), [of], runs(of, values))
    assert found.verdict == "inconclusive"
    assert f"{n} seeds can show nothing of a median, 5 are needed" in found.reason


@pytest.mark.parametrize("kind", ["fixed", "positive", "real"])
@pytest.mark.parametrize("expect", [{"at_most": 0.3}, {"low": 0.2, "high": 0.3}])
def test_rounding_does_not_leave_a_range(kind: str, expect: dict[str, float]) -> None:
    of = case("x", opt="x", kinds={"acc": kind})
    assert 0.1 + 0.2 > 0.3
    assert verdict(claim(where=ON_X, expect=expect), [of], runs(of, [0.1 + 0.2] * 6)).verdict == (
        "reproduced"
    )
    above = runs(of, [0.3 + 1e-9] * 6)
    assert verdict(claim(where=ON_X, expect=expect), [of], above).verdict == "contradicted"

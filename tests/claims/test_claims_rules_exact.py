"""Equality, and how often something happens, on records made by hand."""

from __future__ import annotations

import math

import pytest
from claims_builders import case, claim, finding_at, record, runs, verdict
from scipy import stats

from harness.types import Record

A = case("adam")
FACT = case("adam", kinds={"acc": "fixed"})


def exactly(*values: float, of=FACT, **expect: float) -> tuple[str, str]:
    found = verdict(claim(expect={"exactly": 25450.0, **expect}), [of], runs(of, values))
    assert found.rule == "exact"
    assert found.findings[0].p_contradict is None
    return found.verdict, found.reason


def test_two_runs_of_a_fact_decide() -> None:
    assert exactly(25450, 25450) == (
        "reproduced",
        "25,450 in 2 runs, bit for bit the same and equal to 25,450",
    )
    assert exactly(25451, 25451) == ("contradicted", "25,451 in 2 runs, not 25,450")
    assert exactly(25450.00001, 25450.00001)[1] == "25,450.00001 in 2 runs, not 25,450"


def test_one_run_of_a_fact_does_not() -> None:
    assert exactly(25450) == (
        "inconclusive",
        "25,450 in 1 run, equal to 25,450; two runs must agree",
    )
    assert exactly(25451) == ("inconclusive", "25,451 in 1 run, not 25,450; two runs must agree")


def test_runs_that_differ_decide_nothing_where_one_is_right() -> None:
    assert exactly(25450, 25451) == (
        "inconclusive",
        "the runs differ: 25,450 to 25,451, and 1 of 2 runs give 25,450",
    )
    drawn = case("adam", kinds={"acc": "count"})
    assert exactly(*[25451] * 9, 25452, of=drawn)[0] == "inconclusive"


def test_a_fact_that_no_run_shows_is_contradicted() -> None:
    assert exactly(25451, 25452) == ("contradicted", "25,451 to 25,452 in 2 runs, not 25,450")


@pytest.mark.parametrize("kind", ["binary", "share", "count", "real", "positive"])
def test_a_number_that_is_drawn_needs_five_equal_runs(kind: str) -> None:
    of = case("adam", kinds={"acc": kind})
    about = claim(expect={"exactly": 1.0})
    for n, at_one, at_zero in (
        (4, "inconclusive", "inconclusive"),
        (5, "reproduced", "contradicted"),
    ):
        assert verdict(about, [of], runs(of, [1.0] * n)).verdict == at_one
        found = verdict(about, [of], runs(of, [0.0] * n))
        assert found.verdict == at_zero
        assert ("5 runs of a number that is drawn must agree" in found.reason) is (n < 5)
    assert verdict(about, [of], runs(of, [1.0] * 9 + [0.0])).verdict == "inconclusive"


def test_exact_to_the_quoted_digits_still_wants_equal_bits() -> None:
    assert exactly(25450.2, 25450.2, tolerance=0.5)[0] == "reproduced"
    assert exactly(25450.6, 25450.6, tolerance=0.5)[0] == "contradicted"
    verdict_, reason = exactly(25450.2, 25450.2 + 1e-9, tolerance=0.5)
    assert verdict_ == "inconclusive"
    assert reason.startswith("the runs differ")


def test_infinity_is_no_number() -> None:
    assert exactly(math.inf, math.inf) == ("contradicted", "infinite in 2 runs, not 25,450")


# -- frequency -----------------------------------------------------------------------------------


def diverged(k: int, n: int) -> list[Record]:
    return [record(A, i, status="diverged" if i < k else "ok", reason="inf") for i in range(n)]


def test_frequency_of_divergence() -> None:
    about = claim(metric="diverged", expect={"frequency_low": 0.88})
    found = verdict(about, [A], diverged(40, 40))
    assert (found.verdict, found.rule) == ("reproduced", "frequency")
    expected = stats.binomtest(40, 40).proportion_ci(0.95, "exact")
    assert found.findings[0].interval is not None
    assert found.findings[0].interval.low == pytest.approx(expected.low)
    assert verdict(about, [A], diverged(10, 40)).verdict == "contradicted"
    assert verdict(about, [A], diverged(5, 5)).verdict == "inconclusive"


def test_frequency_p_value_is_a_binomial_tail() -> None:
    tail = stats.binomtest(10, 40, 0.12, alternative="greater").pvalue
    one = verdict(claim(metric="diverged", expect={"frequency_high": 0.12}), [A], diverged(10, 40))
    assert one.findings[0].p_contradict == pytest.approx(tail)
    ends = {"frequency_low": 0.01, "frequency_high": 0.12}
    two = verdict(claim(metric="diverged", expect=ends), [A], diverged(10, 40))
    assert two.findings[0].p_contradict == pytest.approx(2 * tail)


def test_an_end_at_zero_or_one_is_none() -> None:
    always = claim(metric="diverged", expect={"frequency_low": 0.5, "frequency_high": 1.0})
    tail = stats.binomtest(2, 20, 0.5, alternative="less").pvalue
    assert verdict(always, [A], diverged(2, 20)).findings[0].p_contradict == pytest.approx(tail)
    anything = claim(metric="diverged", expect={"frequency_low": 0.0, "frequency_high": 1.0})
    found = verdict(anything, [A], diverged(2, 20))
    assert (found.verdict, found.findings[0].p_contradict) == ("reproduced", 1.0)


def test_always_is_never_shown_and_soon_contradicted() -> None:
    always = claim(metric="diverged", expect={"frequency_low": 1.0})
    assert verdict(always, [A], diverged(500, 500)).verdict == "inconclusive"
    assert verdict(always, [A], diverged(19, 20)).verdict == "contradicted"
    never = claim(metric="diverged", expect={"frequency_high": 0.0})
    assert verdict(never, [A], diverged(0, 500)).verdict == "inconclusive"
    assert verdict(never, [A], diverged(1, 20)).verdict == "contradicted"


def test_the_level_decides_how_many_are_enough() -> None:
    about = claim(metric="diverged", expect={"frequency_low": 0.5})
    assert finding_at(0.05, about, [A], diverged(5, 5)).verdict == "reproduced"  # 1 in 32
    assert finding_at(0.03, about, [A], diverged(5, 5)).verdict == "inconclusive"


def test_frequency_of_a_metric_that_is_not_binary_is_undecided() -> None:
    found = verdict(claim(expect={"frequency_low": 0.5}), [A], runs(A, [0.0, 1.0, 0.5]))
    assert (found.verdict, "0 or 1" in found.reason) == ("inconclusive", True)


def test_mean_of_diverged_is_a_rate_not_a_point() -> None:
    found = verdict(claim(metric="diverged", expect={"at_least": 0.9}), [A], diverged(5, 5))
    assert found.verdict == "inconclusive"

"""Values and ranges, on records made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claims_builders import (
    A,
    claim,
    curve,
    finding_at,
    of_kind,
    over_examples,
    record,
    runs,
    spread,
    verdict,
)
from scipy import stats

from harness.types import Case, Record

VALUE = claim(expect={"value": 0.97, "tolerance": 0.003})


# -- value over seeds ----------------------------------------------------------------------------


def test_value_reproduced_with_the_numbers_in_the_reason() -> None:
    found = verdict(VALUE, [A], runs(A, spread(0.9705, 0.001, 10)))
    assert (found.verdict, found.rule, found.source) == ("reproduced", "value", "002 section 3")
    assert found.reason == (
        "mean 0.9705, 90 % interval 0.9699 to 0.9711, over 10 seeds lies within 0.97 ± 0.003"
    )
    (finding,) = found.findings
    assert finding.interval is not None
    half = stats.t.ppf(0.975, 9) * 0.001 / math.sqrt(10)
    assert finding.interval.high == pytest.approx(0.9705 + half)
    assert (finding.n, finding.over, finding.track) == (10, "seeds", "numpy/cpu")
    assert finding.environment == "env-1"


def test_value_contradicted_needs_mean_and_single_run_outside() -> None:
    values = spread(0.95, 0.001, 10)
    found = verdict(VALUE, [A], runs(A, values))
    assert found.verdict == "contradicted"
    assert "lies outside 0.97 ± 0.003" in found.reason
    edge = 2 * stats.ttest_1samp(values, 0.967, alternative="less").pvalue
    run = 2 * stats.t.sf(0.02 / (0.001 * math.sqrt(1.1)), 9)
    assert found.findings[0].p_contradict == pytest.approx(max(edge, run))


def test_value_a_lucky_draw() -> None:
    # Mean far from 0.97 for 40 seeds, but one run in fifty reaches it.
    found = verdict(VALUE, [A], runs(A, spread(0.962, 0.005, 40)))
    assert found.verdict == "inconclusive"
    assert found.reason.startswith("a lucky draw: ")
    assert "one run alone would fall in" in found.reason


def test_a_lucky_draw_of_a_time_is_one_on_logarithms() -> None:
    of, _ = of_kind("positive")
    seconds = np.exp(spread(0.0, 1.0, 30))
    about = claim(expect={"value": 6.0, "tolerance": 1.0})
    found = verdict(about, [of], runs(of, seconds))
    assert found.reason.startswith("a lucky draw: median")
    # a normal run would reach below 0, a time does not
    assert "one run alone would fall in 0.1" in found.reason
    far = claim(expect={"value": 60.0, "tolerance": 1.0})
    assert verdict(far, [of], runs(of, seconds)).verdict == "contradicted"


def test_value_on_the_edge_too_wide_and_tolerance_too_fine() -> None:
    edge = verdict(VALUE, [A], runs(A, spread(0.973, 0.001, 10)))
    wide = verdict(VALUE, [A], runs(A, spread(0.97, 0.008, 5)))
    fine = verdict(VALUE, [A], runs(A, spread(0.97, 0.05, 10)))
    assert {edge.verdict, wide.verdict, fine.verdict} == {"inconclusive"}
    assert "is on the edge of" in edge.reason
    assert "is too wide for" in wide.reason
    assert "about 77 seeds would settle it" in wide.reason
    assert "finer than the noise of a seed" in fine.reason


@pytest.mark.parametrize("scale", [1.0, 1e200])
@pytest.mark.parametrize("size", [0.0, 0.1])
def test_no_number_of_runs_meets_no_tolerance(size: float, scale: float) -> None:
    about = claim(expect={"value": size, "tolerance": 0.0})
    found = verdict(about, [A], runs(A, scale * spread(0.0, 1.0, 5)))
    assert found.verdict == "inconclusive"
    assert "finer than the noise of a seed" in found.reason
    assert "would settle it" not in found.reason


def test_a_fixed_value_is_a_fact_and_its_band_includes_its_ends() -> None:
    of, _ = of_kind("fixed")
    inside = verdict(VALUE, [of], runs(of, [0.973, 0.973, 0.973]))  # on the edge, up to rounding
    outside = verdict(VALUE, [of], runs(of, [0.98, 0.98]))
    assert inside.reason == "0.973 in 3 of 3 runs lies within 0.97 ± 0.003"
    assert (inside.verdict, outside.verdict) == ("reproduced", "contradicted")
    assert outside.findings[0].p_contradict is None
    parted = verdict(VALUE, [of], runs(of, [0.97, 0.98]))
    assert parted.reason == "0.97 to 0.98 in 2 of 2 runs is not clearly 0.97 ± 0.003"
    assert parted.verdict == "inconclusive"


def test_a_number_that_is_called_fixed_and_varies_is_no_fact() -> None:
    of, _ = of_kind("fixed")
    few = verdict(VALUE, [of], runs(of, [0.970, 0.972]))
    assert few.verdict == "inconclusive"
    assert few.reason == (
        "0.97 to 0.972 in 2 of 2 runs is not clearly 0.97 ± 0.003; the runs of a fixed number "
        "differ by more than a tenth of their distance from the bound, and 5 are needed"
    )
    five = verdict(VALUE, [of], runs(of, [0.970, 0.972, 0.971, 0.971, 0.969]))
    assert five.verdict == "reproduced"
    near = verdict(VALUE, [of], runs(of, [0.9700, 0.9702]))
    assert (near.verdict, near.findings[0].p_contradict) == ("reproduced", None)
    far = verdict(claim(expect={"at_least": 1.0}), [of], runs(of, [0.2, 0.7, 0.5, 0.3, 0.4]))
    assert far.verdict == "contradicted"
    assert far.findings[0].p_contradict == 0.5**5  # five coins, and no fact


@pytest.mark.parametrize(
    ("expect", "tail"),
    [
        ({"value": 4.0, "tolerance": 0.1}, "lies within 4 ± 0.1"),
        ({"value": 10.0, "tolerance": 1.0}, "lies outside 10 ± 1"),
        ({"at_least": 1.0}, "is at least 1"),
        ({"at_least": 7.0}, "is below 7"),
        ({"low": 1.0, "high": 2.0}, "lies outside 1 to 2"),
        ({"at_most": 4.05}, "is on the edge of at most 4.05"),
    ],
)
def test_too_few_runs_are_not_said_to_lie_on_an_edge_that_is_far(
    expect: dict[str, float], tail: str
) -> None:
    of, _ = of_kind("positive")
    last = 4.1 if "edge" in tail else 4.0
    found = verdict(claim(expect=expect), [of], runs(of, [4.0, 4.0, last]))
    assert found.verdict == "inconclusive"
    assert f"over 3 seeds {tail}; 3 seeds can show nothing of a median" in found.reason


def test_values_that_happen_to_tie_are_no_facts() -> None:
    two = verdict(VALUE, [A], runs(A, [0.98, 0.98]))
    assert two.verdict == "inconclusive"
    assert "2 seeds can show nothing of a median, 5 are needed" in two.reason
    assert verdict(VALUE, [A], runs(A, [0.97] * 5)).verdict == "reproduced"
    five = verdict(VALUE, [A], runs(A, [0.98] * 5))
    assert five.verdict == "inconclusive"  # either end could have been missed
    assert "5 seeds cannot show a median beyond one of two ends, 6 are needed" in five.reason
    assert verdict(VALUE, [A], runs(A, [0.98] * 6)).verdict == "contradicted"


def test_infinite_runs_have_a_median_and_no_mean() -> None:
    losses, _ = of_kind("positive")
    values = [math.inf] * 9 + [5.0]
    real = verdict(VALUE, [A], runs(A, values))
    assert real.verdict == "inconclusive"
    assert "9 of 10 values are infinite, and have no mean" in real.reason
    assert verdict(VALUE, [losses], runs(losses, values)).verdict == "contradicted"
    fixed, _ = of_kind("fixed")
    assert verdict(VALUE, [fixed], runs(fixed, [math.inf] * 2)).verdict == "contradicted"


def test_a_rate_without_a_miss_is_not_certain() -> None:
    of, _ = of_kind("binary")
    about = claim(expect={"value": 0.95, "tolerance": 0.02})
    for n in (2, 3, 5, 10, 30):  # a rate of 0.95 gives all ones in 0.95 ^ n of all trials
        assert verdict(about, [of], runs(of, [1.0] * n)).verdict == "inconclusive"
    found = verdict(about, [of], runs(of, [1.0] * 200))
    assert found.verdict == "contradicted"  # 0.97 ^ 200 is 0.2 %
    assert found.findings[0].p_contradict == pytest.approx(2 * 0.97**200)


def test_an_accuracy_on_two_steps_is_not_certain_before_the_other_was_seen() -> None:
    of, _ = of_kind("share")
    about = claim(expect={"value": 0.9475, "tolerance": 0.001})
    for n in (2, 3, 5, 10, 30):
        assert verdict(about, [of], runs(of, [0.95] * n)).verdict == "inconclusive"


# -- value over examples -------------------------------------------------------------------------


def test_value_over_binary_examples_is_clopper_pearson() -> None:
    of, _ = of_kind("binary")
    about = claim(over="examples", expect={"value": 0.3, "tolerance": 0.02})
    hits = np.arange(10_000) < 3_050
    found = verdict(about, [of], over_examples(of, hits.astype(np.uint8)))
    expected = stats.binomtest(3050, 10_000).proportion_ci(0.95, "exact")
    finding = found.findings[0]
    assert finding.interval is not None
    assert finding.interval.low == pytest.approx(expected.low)
    assert (found.verdict, finding.n, finding.over) == ("reproduced", 10_000, "examples")
    few = verdict(about, [of], over_examples(of, hits[2_900:3_200]))
    assert few.verdict == "contradicted"  # 150 of 300
    none = verdict(about, [of], over_examples(of, np.arange(60) < 20))
    assert none.verdict == "inconclusive"


@pytest.mark.parametrize("kind", ["binary", "share", "real"])
def test_examples_of_several_records_are_averaged_first(kind: str) -> None:
    of, _ = of_kind(kind)
    about = claim(over="examples", expect={"at_least": 0.4})
    found = verdict(about, [of], over_examples(of, [1, 0, 1, 1] * 50, [1, 0, 0, 1] * 50))
    assert found.verdict == "reproduced"
    assert found.findings[0].measured == pytest.approx(0.625)
    assert found.findings[0].n == 200
    bad = verdict(about, [of], over_examples(of, [1, 0, 1], [1, 0]))
    assert "same number of examples" in bad.reason


def test_no_example_is_no_measurement() -> None:
    about = claim(over="examples", expect={"at_least": 0.4})
    found = verdict(about, [A], over_examples(A, []))
    assert (found.verdict, "same number of examples" in found.reason) == ("inconclusive", True)


# -- range ---------------------------------------------------------------------------------------


def test_range_outcomes() -> None:
    about = claim(expect={"low": 2.0, "high": 5.0})
    assert verdict(about, [A], runs(A, spread(3.5, 0.5, 8))).verdict == "reproduced"
    assert verdict(about, [A], runs(A, spread(6.0, 0.5, 8))).verdict == "contradicted"
    edge = verdict(about, [A], runs(A, spread(5.0, 0.5, 8)))
    assert (edge.verdict, "on the edge of 2 to 5" in edge.reason) == ("inconclusive", True)
    wide = verdict(about, [A], runs(A, spread(3.5, 9.0, 4)))
    assert (wide.verdict, "too wide for 2 to 5" in wide.reason) == ("inconclusive", True)


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"at_least": 0.97375}, "0.97382 in 3 of 3 runs is at least 0.97375"),
        ({"at_least": 0.97385}, "0.97382 in 3 of 3 runs is below 0.97385"),
        ({"value": 0.97382, "tolerance": 1e-5}, "0.97382 in 3 of 3 runs lies within 0.97382 ± 1 "),
    ],
)
def test_a_claims_own_numbers_have_their_digits_and_facts_those_that_tell(expect, words) -> None:
    of, _ = of_kind("fixed")
    assert words in verdict(claim(expect=expect), [of], runs(of, [0.97382] * 3)).reason


def test_one_sided_ranges() -> None:
    least, most = claim(expect={"at_least": 0.95}), claim(expect={"at_most": 0.95})
    records = runs(A, spread(0.96, 0.002, 5))
    assert verdict(least, [A], records).verdict == "reproduced"
    assert "is at least 0.95" in verdict(least, [A], records).reason
    assert verdict(most, [A], records).verdict == "contradicted"
    assert "is above 0.95" in verdict(most, [A], records).reason
    assert "one run only" in verdict(least, [A], runs(A, [0.96])).reason


def test_one_end_is_tested_at_five_percent_and_two_at_half_of_it() -> None:
    values = spread(1.0, 1.0, 10)
    t = 2.0  # p = 3.8 % one-sided, between the two
    at = 1.0 - t / math.sqrt(10)
    one = finding_at(0.05, claim(expect={"at_most": at}), [A], runs(A, values))
    two = finding_at(0.05, claim(expect={"low": at - 9.0, "high": at}), [A], runs(A, values))
    tail = stats.t.sf(t, 9)
    assert 0.025 < tail < 0.05
    assert (one.verdict, two.verdict) == ("contradicted", "inconclusive")
    assert (one.p_contradict, two.p_contradict) == pytest.approx((tail, 2 * tail))
    stricter = finding_at(0.03, claim(expect={"at_most": at}), [A], runs(A, values))
    assert stricter.verdict == "inconclusive"


def series(of: Case, *ends: float) -> list[Record]:
    return [
        record(of, i, series={"loss": curve(1e8, 1e20, end)}, status="diverged", reason="inf")
        for i, end in enumerate(ends)
    ]


LOSS, _ = of_kind("positive", "loss")
EXPLODES = claim(metric="loss", at=3, expect={"at_least": 1e33})


def test_explosion_is_judged_by_the_median() -> None:
    found = verdict(EXPLODES, [LOSS], series(LOSS, *(10.0**e for e in (33.5, 34, 36, 35, 34, 37))))
    assert found.verdict == "reproduced"
    assert found.reason.startswith("median ")
    below = verdict(EXPLODES, [LOSS], series(LOSS, *[1e10] * 5, math.inf))
    assert below.verdict == "inconclusive"  # one of six: 7 of 64 outcomes are as far off
    below = verdict(EXPLODES, [LOSS], series(LOSS, *[1e10] * 9, math.inf))
    assert below.verdict == "contradicted"


@pytest.mark.parametrize(("n", "verdict_"), [(4, "inconclusive"), (5, "reproduced")])
def test_infinity_is_larger_than_any_bound(n: int, verdict_: str) -> None:
    found = verdict(EXPLODES, [LOSS], series(LOSS, *[math.inf] * n))
    assert found.verdict == verdict_
    assert ("5 are needed" in found.reason) is (n < 5)


def test_a_series_that_stopped_at_infinity_stays_there() -> None:
    about = claim(metric="loss", at=9, expect={"at_least": 1e33})
    assert verdict(about, [LOSS], series(LOSS, *[math.inf] * 6)).verdict == "reproduced"
    short = verdict(about, [LOSS], series(LOSS, 1e8, 1e9))
    assert short.verdict == "not-run"
    assert "no record has a point of 'loss' at 9" in short.reason


def test_between_the_infinities_there_is_no_middle() -> None:
    found = verdict(claim(expect={"at_least": 0.0}), [LOSS], runs(LOSS, [-math.inf, math.inf] * 4))
    assert found.verdict == "inconclusive"

"""Every rule's outcomes on records made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from claims_builders import (
    case,
    claim,
    curve,
    merged,
    over_examples,
    record,
    runs,
    spread,
    verdict,
)
from scipy import stats

from harness.numerals import TIMES

A, B, C = (case(name, optimizer=name) for name in ("adam", "sgd", "rms"))
COMPARE = {"better": {"optimizer": "adam"}, "than": {"optimizer": "sgd"}}


# -- value over seeds ----------------------------------------------------------------------------

VALUE = claim(expect={"value": 0.97, "tolerance": 0.003})


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
    edge = stats.ttest_1samp(values, 0.967).pvalue
    run = 2 * stats.t.sf(0.02 / (0.001 * math.sqrt(1.1)), 9)
    assert found.findings[0].p_contradict == pytest.approx(max(edge, run))


def test_value_a_lucky_draw() -> None:
    # Mean far from 0.97 for 40 seeds, but one run in fifty reaches it.
    found = verdict(VALUE, [A], runs(A, spread(0.962, 0.005, 40)))
    assert found.verdict == "inconclusive"
    assert found.reason.startswith("a lucky draw: ")
    assert "one run alone would fall in" in found.reason


def test_value_on_the_edge_too_wide_and_tolerance_too_fine() -> None:
    edge = verdict(VALUE, [A], runs(A, spread(0.973, 0.001, 10)))
    wide = verdict(VALUE, [A], runs(A, spread(0.97, 0.008, 5)))
    fine = verdict(VALUE, [A], runs(A, spread(0.97, 0.05, 10)))
    assert {edge.verdict, wide.verdict, fine.verdict} == {"inconclusive"}
    assert "is on the edge of" in edge.reason
    assert "is too wide for" in wide.reason
    assert "about 77 seeds would settle it" in wide.reason
    assert "finer than the noise of a seed" in fine.reason


def test_value_one_run_only() -> None:
    found = verdict(VALUE, [A], runs(A, [0.97]))
    assert found.verdict == "inconclusive"
    assert "one run only" in found.reason
    assert found.findings[0].measured == 0.97


def test_value_without_spread_is_a_point() -> None:
    inside = verdict(VALUE, [A], runs(A, [0.973, 0.973, 0.973]))  # on the edge, up to rounding
    outside = verdict(VALUE, [A], runs(A, [0.98, 0.98]))
    assert (inside.verdict, outside.verdict) == ("reproduced", "contradicted")
    assert outside.findings[0].p_contradict is None


def test_value_with_infinite_runs_is_never_reproduced() -> None:
    some = verdict(VALUE, [A], runs(A, [0.97] * 9 + [math.inf]))
    most = verdict(VALUE, [A], runs(A, [math.inf] * 9 + [5.0]))
    assert some.verdict == "inconclusive"
    assert "1 of 10 values are inf" in some.reason
    assert most.verdict == "contradicted"


def test_nan_is_said_and_never_dropped() -> None:
    found = verdict(VALUE, [A], runs(A, [0.97] * 9 + [math.nan]))
    assert found.verdict == "inconclusive"
    assert "1 of 10 values are nan" in found.reason


def test_value_over_binary_examples_is_clopper_pearson() -> None:
    about = claim(over="examples", expect={"value": 0.3, "tolerance": 0.02})
    hits = np.arange(10_000) < 3_050
    found = verdict(about, [A], over_examples(A, hits.astype(np.uint8)))
    expected = stats.binomtest(3050, 10_000).proportion_ci(0.95, "exact")
    finding = found.findings[0]
    assert finding.interval is not None
    assert finding.interval.low == pytest.approx(expected.low)
    assert (found.verdict, finding.n, finding.over) == ("reproduced", 10_000, "examples")
    few = verdict(about, [A], over_examples(A, hits[2_900:3_200]))
    assert few.verdict == "contradicted"  # 150 of 300
    none = verdict(about, [A], over_examples(A, np.arange(60) < 20))
    assert none.verdict == "inconclusive"


def test_examples_of_several_records_are_averaged_first() -> None:
    about = claim(over="examples", expect={"at_least": 0.4})
    found = verdict(about, [A], over_examples(A, [1, 0, 1, 1] * 50, [1, 0, 0, 1] * 50))
    assert found.findings[0].measured == pytest.approx(0.625)
    assert found.findings[0].n == 200
    bad = verdict(about, [A], over_examples(A, [1, 0, 1], [1, 0]))
    assert "same number of examples" in bad.reason


# -- deterministic -------------------------------------------------------------------------------


def exactly(*values: float, **expect: float) -> tuple[str, str]:
    found = verdict(claim(expect={"exactly": 25450.0, **expect}), [A], runs(A, values))
    assert found.rule == "exact"
    assert found.findings[0].p_contradict is None
    return found.verdict, found.reason


def test_exact_outcomes() -> None:
    assert exactly(25450, 25450)[0] == "reproduced"
    assert exactly(25451, 25451) == ("contradicted", "25,451 in 2 runs, not 25,450")
    assert exactly(25451, 25452)[0] == "contradicted"
    assert exactly(25450.00001, 25450.00001)[1] == "25450.00001 in 2 runs, not 25,450"
    assert exactly(25450)[0] == "inconclusive"
    assert "one run only" in exactly(25450)[1]
    assert exactly(25450, 25451)[0] == "inconclusive"
    assert "lucky draw" in exactly(25450, 25451)[1]


def test_exact_to_the_quoted_digits_still_wants_equal_bits() -> None:
    assert exactly(25450.2, 25450.2, tolerance=0.5)[0] == "reproduced"
    verdict_, reason = exactly(25450.2, 25450.2 + 1e-9, tolerance=0.5)
    assert verdict_ == "inconclusive"
    assert "bit for bit" in reason


# -- range ---------------------------------------------------------------------------------------


def test_range_outcomes() -> None:
    about = claim(expect={"low": 2.0, "high": 5.0})
    assert verdict(about, [A], runs(A, spread(3.5, 0.5, 8))).verdict == "reproduced"
    assert verdict(about, [A], runs(A, spread(6.0, 0.5, 8))).verdict == "contradicted"
    edge = verdict(about, [A], runs(A, spread(5.0, 0.5, 8)))
    assert (edge.verdict, "on the edge of 2 to 5" in edge.reason) == ("inconclusive", True)
    wide = verdict(about, [A], runs(A, spread(3.5, 9.0, 4)))
    assert (wide.verdict, "too wide for 2 to 5" in wide.reason) == ("inconclusive", True)


def test_one_sided_ranges() -> None:
    least, most = claim(expect={"at_least": 0.95}), claim(expect={"at_most": 0.95})
    records = runs(A, spread(0.96, 0.002, 5))
    assert verdict(least, [A], records).verdict == "reproduced"
    assert "is at least 0.95" in verdict(least, [A], records).reason
    assert verdict(most, [A], records).verdict == "contradicted"
    assert "is above 0.95" in verdict(most, [A], records).reason
    assert "one run only" in verdict(least, [A], runs(A, [0.96])).reason


def series(*ends: float) -> list:
    return [
        record(A, i, series={"loss": curve(1e8, 1e20, end)}, status="diverged", reason="inf")
        for i, end in enumerate(ends)
    ]


def test_explosion_is_judged_on_the_log_scale() -> None:
    about = claim(metric="loss", at=3, expect={"at_least": 1e33})
    ends = [10.0**e for e in (33.5, 34.1, 36.0, 35.2, 34.4, 37.0)]
    found = verdict(about, [A], series(*ends))
    assert found.verdict == "reproduced"
    assert found.reason.startswith(f"geometric mean 1.1 {TIMES} 10³⁵, 90 % interval ")
    logs = stats.ttest_1samp(np.log(ends), 0).confidence_interval(0.95)
    interval = found.findings[0].interval
    assert interval is not None
    assert math.log(interval.low) == pytest.approx(logs.low)
    # On the linear scale the interval would reach below zero.
    assert stats.ttest_1samp(ends, 0).confidence_interval(0.9).low < 0


def test_infinity_is_larger_than_any_bound() -> None:
    about = claim(metric="loss", at=3, expect={"at_least": 1e33})
    found = verdict(about, [A], series(*[math.inf] * 4, 1e34, 1e35))
    assert found.verdict == "reproduced"
    assert "4 of 6 values are inf, so the median is judged" in found.reason
    below = verdict(about, [A], series(*[1e10] * 9, math.inf))
    assert below.verdict == "contradicted"


def test_a_series_that_stopped_at_infinity_stays_there() -> None:
    about = claim(metric="loss", at=9, expect={"at_least": 1e33})
    assert verdict(about, [A], series(*[math.inf] * 6)).verdict == "reproduced"
    short = verdict(about, [A], series(1e8, 1e9))
    assert short.verdict == "not-run"
    assert "no record has a point of 'loss' at 9" in short.reason


# -- order ---------------------------------------------------------------------------------------


def pair(a: np.ndarray | list, b: np.ndarray | list, **fields: object) -> list:
    return [*runs(A, a, **fields), *runs(B, b, **fields)]


SHARED = np.array([0.3, -0.2, 0.9, 0.0, -0.6, 0.4, 0.1, -0.8, 0.5, -0.1])
BETTER = claim(compare=COMPARE)


def test_better_pairs_by_seed() -> None:
    # The seeds differ by far more than the optimizers: only pairs can tell.
    records = pair(SHARED + spread(0.02, 0.005, 10), SHARED)
    found = verdict(BETTER, [A, B], records)
    assert (found.verdict, found.rule) == ("reproduced", "better")
    assert f"p = {1 / 1024:.2g}" in found.reason
    swapped = verdict(BETTER, [A, B], pair(SHARED - spread(0.02, 0.005, 10), SHARED))
    assert swapped.verdict == "contradicted"
    neither = verdict(BETTER, [A, B], pair(SHARED + spread(0.0, 0.02, 10), SHARED))
    assert neither.verdict == "inconclusive"
    assert "favours neither" in neither.reason


def test_better_smaller_turns_the_order_around() -> None:
    about = claim(compare=COMPARE, goal="smaller")
    assert verdict(about, [A, B], pair(SHARED, SHARED + spread(0.02, 0.005, 10))).verdict == (
        "reproduced"
    )
    found = verdict(about, [A, B], pair(SHARED + spread(0.02, 0.005, 10), SHARED))
    assert found.verdict == "contradicted"
    assert found.findings[0].measured == pytest.approx(0.02)


def test_better_with_too_few_seeds_says_so() -> None:
    found = verdict(BETTER, [A, B], pair(spread(0.9, 0.01, 4), spread(0.2, 0.02, 4)))
    assert found.verdict == "inconclusive"
    assert "smallest p that 4 seeds can give is 0.0625" in found.reason
    assert "one run only" in verdict(BETTER, [A, B], pair([0.9], [0.2])).reason


def test_better_of_deterministic_sides_needs_no_test() -> None:
    found = verdict(BETTER, [A, B], pair([0.9, 0.9], [0.2, 0.2]))
    assert found.verdict == "reproduced"
    assert "both deterministic" in found.reason
    assert verdict(BETTER, [A, B], pair([0.1, 0.1], [0.2, 0.2])).verdict == "contradicted"
    assert verdict(BETTER, [A, B], pair([0.2, 0.2], [0.2, 0.2])).verdict == "inconclusive"


def test_equal_differences_of_a_few_noisy_pairs_contradict_nothing() -> None:
    found = verdict(BETTER, [A, B], pair([0.50, 0.75], [0.75, 1.0]))
    assert found.verdict == "inconclusive"


def test_better_counts_diverged_runs_as_the_worst() -> None:
    about = claim(compare=COMPARE, goal="smaller")
    losses = list(spread(0.1, 0.01, 8))
    found = verdict(about, [A, B], pair(losses, [math.nan] * 4 + [math.inf] * 4))
    assert found.verdict == "reproduced"
    assert "4 of 8 values are nan, counted as the worst" in found.reason
    lost = verdict(about, [A, B], pair([math.inf] * 8, losses))
    assert lost.verdict == "contradicted"
    tied = verdict(about, [A, B], pair([math.inf] * 8, [math.inf] * 8))
    assert tied.verdict == "inconclusive"


def test_better_over_binary_examples_is_mcnemar() -> None:
    about = claim(over="examples", compare=COMPARE)
    rng = np.random.default_rng(0)
    base = rng.random(400)
    a, b = base < 0.40, base < 0.33
    found = verdict(about, [A, B], merged(over_examples(A, a), over_examples(B, b)))
    assert found.verdict == "reproduced"
    lost = verdict(about, [A, B], merged(over_examples(A, b), over_examples(B, a)))
    assert lost.verdict == "contradicted"
    same = verdict(about, [A, B], merged(over_examples(A, a), over_examples(B, a)))
    assert same.verdict == "inconclusive"


def test_unshared_seeds_are_left_out_and_said() -> None:
    records = [*runs(A, SHARED + 0.1), *runs(B, SHARED[:7] + spread(0, 0.001, 7))]
    found = verdict(BETTER, [A, B], records)
    assert found.findings[0].n == 7
    assert "7 of 10 seeds shared" in found.reason


# -- difference and ratio ------------------------------------------------------------------------


def test_difference_outcomes() -> None:
    about = claim(compare=COMPARE, expect={"difference": 0.02, "tolerance": 0.005})

    def of(mean: float, sd: float) -> str:
        return verdict(about, [A, B], pair(SHARED + spread(mean, sd, 10), SHARED)).verdict

    assert of(0.021, 0.002) == "reproduced"
    assert of(0.05, 0.002) == "contradicted"
    assert of(0.025, 0.002) == "inconclusive"
    lucky = pair(SHARED + spread(0.04, 0.012, 10), SHARED)
    assert verdict(about, [A, B], lucky).reason.startswith("a lucky draw")


def test_range_of_a_difference() -> None:
    about = claim(compare=COMPARE, expect={"of": "difference", "at_most": 0.0})
    found = verdict(about, [A, B], pair(SHARED + spread(0.02, 0.002, 10), SHARED))
    assert (found.rule, found.verdict) == ("difference", "contradicted")


def test_difference_over_examples_saturation() -> None:
    about = claim(over="examples", compare=COMPARE, expect={"difference": 0.0, "tolerance": 0.02})
    base = np.arange(500) / 500
    shelf = merged(over_examples(A, base < 0.336), over_examples(B, base < 0.282))
    found = verdict(about, [A, B], shelf)
    assert found.verdict == "contradicted"
    assert found.findings[0].measured == pytest.approx(0.054)
    shelf = merged(over_examples(A, base < 0.300), over_examples(B, base < 0.300))
    assert verdict(about, [A, B], shelf).verdict == "reproduced"


def test_ratio_outcomes() -> None:
    about = claim(compare=COMPARE, expect={"ratio": 2.5, "tolerance": 0.1})

    def of(factor: float, sd: float) -> str:
        a = np.exp(SHARED) * factor * np.exp(spread(0.0, sd, 10))
        return verdict(about, [A, B], pair(a, np.exp(SHARED))).verdict

    assert of(2.5, 0.05) == "reproduced"
    assert of(2.0, 0.05) == "contradicted"
    assert of(2.74, 0.05) == "inconclusive"


def test_ratio_is_the_geometric_mean_with_a_log_interval() -> None:
    about = claim(compare=COMPARE, expect={"of": "ratio", "at_least": 2.0})
    found = verdict(about, [A, B], pair([8.0, 18.0, 32.0], [1.0, 2.0, 4.0]))
    finding = found.findings[0]
    assert finding.measured == pytest.approx((8 * 9 * 8) ** (1 / 3))
    expected = stats.ttest_1samp(np.log([8, 9, 8]), 0).confidence_interval(0.95)
    assert finding.interval is not None
    assert math.log(finding.interval.high) == pytest.approx(expected.high)
    assert found.verdict == "reproduced"


def test_ratio_over_examples_with_zeros_uses_the_ratio_of_means() -> None:
    about = claim(over="examples", compare=COMPARE, expect={"ratio": 1.0, "tolerance": 0.1})
    rng = np.random.default_rng(1)
    near = rng.gamma(9.0, 100.0, 500)
    far = near * rng.normal(1.02, 0.02, 500)
    near[0] = 0.0
    found = verdict(about, [A, B], merged(over_examples(A, near), over_examples(B, far)))
    assert found.verdict == "reproduced"
    assert "ratio of the means" in found.reason
    assert found.findings[0].measured == pytest.approx(near.mean() / far.mean())


def test_ratio_of_values_that_are_not_positive_is_undecided() -> None:
    about = claim(compare=COMPARE, expect={"ratio": 1.0, "tolerance": 0.1})
    found = verdict(about, [A, B], pair([-1.0, -2.0], [1.0, 2.0]))
    assert (found.verdict, "positive values" in found.reason) == ("inconclusive", True)


# -- frequency -----------------------------------------------------------------------------------


def diverged(k: int, n: int) -> list:
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
    about = claim(metric="diverged", expect={"frequency_high": 0.12})
    found = verdict(about, [A], diverged(10, 40))
    tail = stats.binomtest(10, 40, 0.12, alternative="greater").pvalue
    assert found.findings[0].p_contradict == pytest.approx(2 * tail)


def test_frequency_of_a_metric_that_is_not_binary_is_undecided() -> None:
    found = verdict(claim(expect={"frequency_low": 0.5}), [A], runs(A, [0.0, 1.0, 0.5]))
    assert (found.verdict, "0 or 1" in found.reason) == ("inconclusive", True)


def test_mean_of_diverged_is_a_rate_not_a_point() -> None:
    found = verdict(claim(metric="diverged", expect={"at_least": 0.9}), [A], diverged(5, 5))
    assert found.verdict == "inconclusive"


# -- trend ---------------------------------------------------------------------------------------

SIZES = (1000, 2000, 5000, 10000)
GRID = [case(f"n{n}", n_train=n) for n in SIZES]
TREND = claim(along="n_train", scale="log", expect={"slope_low": 0.01, "slope_high": 0.05})


def trend(slope: float, noise: float, seeds: int) -> list:
    rng = np.random.default_rng(7)
    level = rng.normal(0.0, 1.0, seeds)
    return [
        r
        for of, n in zip(GRID, SIZES, strict=True)
        for r in runs(of, level + slope * math.log(n) + rng.normal(0, noise, seeds))
    ]


def test_trend_pairs_within_seed() -> None:
    found = verdict(TREND, GRID, trend(0.03, 0.002, 5))
    assert (found.verdict, found.rule, found.findings[0].n) == ("reproduced", "trend", 5)
    assert verdict(TREND, GRID, trend(0.2, 0.002, 5)).verdict == "contradicted"
    assert verdict(TREND, GRID, trend(0.05, 0.01, 5)).verdict == "inconclusive"


def test_trend_of_one_run_uses_its_residuals() -> None:
    records = trend(0.03, 0.001, 1)
    found = verdict(TREND, GRID, records)
    x = np.log(SIZES)
    y = [r.metrics["acc"] for r in records]
    fit = stats.linregress(x, y)
    half = stats.t.ppf(0.975, 2) * fit.stderr
    interval = found.findings[0].interval
    assert interval is not None
    assert interval.high == pytest.approx(fit.slope + half)
    assert (found.findings[0].n, found.findings[0].over) == (4, "runs")
    two = verdict(TREND, GRID[:2], records)
    assert "one run at two positions" in two.reason


def test_trend_of_identical_runs_is_one_run() -> None:
    once = trend(0.03, 0.002, 1)
    twice = [*once, *(record(GRID[i], 1, metrics=r.metrics) for i, r in enumerate(once))]
    a, b = verdict(TREND, GRID, once), verdict(TREND, GRID, twice)
    assert a.findings[0].interval == b.findings[0].interval


def test_loglog_trend_is_an_exponent() -> None:
    about = claim(along="n_train", scale="loglog", expect={"slope_low": 0.9, "slope_high": 1.1})
    rng = np.random.default_rng(2)
    records = [
        r for c, n in zip(GRID, SIZES, strict=True) for r in runs(c, n * rng.lognormal(0, 0.01, 4))
    ]
    found = verdict(about, GRID, records)
    assert found.verdict == "reproduced"
    assert found.findings[0].measured == pytest.approx(1.0, abs=0.05)


def test_trend_needs_numbers_on_its_axis() -> None:
    about = claim(along="optimizer", expect={"slope_low": 0.0})
    found = verdict(about, [A, B], pair([1.0, 2.0], [2.0, 3.0]))
    assert "an axis of numbers, got optimizer = 'adam'" in found.reason


# -- best of a grid ------------------------------------------------------------------------------

BEST = claim(expect={"best": {"optimizer": "adam"}})


def grid(a: float, b: float, c: float, n: int = 8) -> list:
    rng = np.random.default_rng(4)
    noise = rng.normal(0.0, 0.002, (3, n))
    level = rng.normal(0.0, 0.1, n)
    return [
        r
        for of, mean, e in zip((A, B, C), (a, b, c), noise, strict=True)
        for r in runs(of, level + mean + e)
    ]


def test_best_outcomes() -> None:
    won = verdict(BEST, [A, B, C], grid(0.9, 0.8, 0.85))
    assert (won.verdict, won.rule) == ("reproduced", "best")
    lost = verdict(BEST, [A, B, C], grid(0.8, 0.7, 0.85))
    assert lost.verdict == "contradicted"
    assert "favours optimizer rms" in lost.reason
    even = verdict(BEST, [A, B, C], grid(0.9, 0.8, 0.9))
    assert even.verdict == "inconclusive"
    assert "does not set it apart from optimizer rms" in even.reason


def test_best_is_corrected_for_the_number_of_rivals() -> None:
    found = verdict(BEST, [A, B, C], grid(0.8, 0.7, 0.802))
    alone = verdict(BEST, [A, C], grid(0.8, 0.7, 0.802))
    p, p_alone = found.findings[0].p_contradict, alone.findings[0].p_contradict
    assert p is not None
    assert p_alone is not None
    assert p == pytest.approx(min(1.0, 2 * p_alone))


def test_best_must_name_one_of_several() -> None:
    about = claim(expect={"best": {"backend": "torch"}})
    found = verdict(about, [A, B], pair([0.1, 0.2], [0.1, 0.2]))
    assert "best must single out one of at least two cases" in found.reason


def test_best_backend_spans_tracks() -> None:
    torch = case("adam", backend="torch", optimizer="adam")
    about = claim(expect={"best": {"backend": "torch"}})
    noise = spread(0.0, 0.001, 6)
    found = verdict(about, [A, torch], [*runs(A, SHARED[:6]), *runs(torch, SHARED[:6] + 1 + noise)])
    assert (found.verdict, found.findings[0].track) == ("reproduced", "cpu")

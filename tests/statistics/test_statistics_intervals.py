"""Intervals of a mean, a further run, a rate and a median: against scipy, and their coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statistics_rates import slack

from harness import statistics as hs
from harness.statistics import intervals
from harness.statistics.intervals import Location, of_mean

VALUES = np.array([0.12, 0.31, -0.4, 0.9, 0.22, 0.53])
RUNS = 2_000
LEVELS = pytest.mark.parametrize("level", [0.9, 0.95])


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_mean_interval_is_scipys(level: float) -> None:
    expected = stats.ttest_1samp(VALUES, 0.0).confidence_interval(level)
    interval = intervals.of_mean(VALUES).interval(level)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.level == level


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=9), st.floats(-10, 10))
def test_a_location_is_tested_as_scipy_does(values: list[float], bound: float) -> None:
    assume(np.ptp(values) > 1e-6)
    found = intervals.of_mean(values)
    less = stats.ttest_1samp(values, bound, alternative="less").pvalue
    greater = stats.ttest_1samp(values, bound, alternative="greater").pvalue
    assert found.above(bound) == pytest.approx(less, abs=1e-12)
    assert found.below(bound) == pytest.approx(greater, abs=1e-12)


def test_without_an_error_a_location_is_a_point_and_ends_belong_to_it() -> None:
    point = Location(2.0, 0.0, 3.0)
    assert (point.below(2.0), point.above(2.0)) == (1.0, 1.0)
    assert (point.below(1.9), point.above(2.1)) == (0.0, 0.0)


def test_many_degrees_of_freedom_are_the_normal_distribution() -> None:
    normal = Location(1.0, 0.5, math.inf)
    assert normal.above(2.0) == pytest.approx(stats.norm.cdf(-2.0))
    assert normal.interval(0.95).high == pytest.approx(1.0 + 0.5 * stats.norm.ppf(0.975))


def test_infinity_bounds_nothing_and_everything() -> None:
    found = intervals.of_mean(VALUES)
    assert (found.below(math.inf), found.above(-math.inf)) == (1.0, 1.0)
    assert (found.below(-math.inf), found.above(math.inf)) == (0.0, 0.0)


def test_equal_values_give_a_point() -> None:
    values = np.full(3, 0.1)  # their float mean is not 0.1
    assert values.mean() != 0.1
    interval = intervals.of_mean(values).interval()
    assert interval.low == interval.high == 0.1
    assert of_mean(values).predicted().interval().low == 0.1


def test_exploding_values_do_not_overflow() -> None:
    values = np.array([1e300, 3e300, 2e300])
    small = intervals.of_mean(values * 1e-300).interval()
    assert intervals.of_mean(values).interval().high == pytest.approx(small.high * 1e300)


def test_predicted_is_wider_by_one_run() -> None:
    mean, run = of_mean(VALUES), of_mean(VALUES).predicted()
    assert run.se == pytest.approx(mean.se * math.sqrt(len(VALUES) + 1))


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize(("k", "n"), [(0, 7), (1, 7), (4, 7), (7, 7), (33, 100), (1, 1)])
def test_proportion_interval_is_scipys(k: int, n: int, level: float) -> None:
    expected = stats.binomtest(k, n).proportion_ci(level, method="exact")
    interval = hs.proportion_interval(k, n, level)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_median_interval_ranks() -> None:
    # Conover table: n = 10, 95 % -> 2nd and 9th; 90 % covers with the same ranks.
    values = np.arange(1.0, 11.0)
    interval = hs.median_interval(values, 0.95)
    assert (interval.low, interval.high) == (2.0, 9.0)
    assert hs.median_interval(values[:6], 0.95).low == 1.0
    assert hs.median_interval(values[:5], 0.95).high == math.inf
    assert hs.median_interval(values[:5], 0.9).high == 5.0


def test_median_interval_bears_inf_and_refuses_nan() -> None:
    interval = hs.median_interval([1.0, 2.0, 3.0, 4.0, 5.0, math.inf], 0.95)
    assert (interval.low, interval.high) == (1.0, math.inf)
    with pytest.raises(ValueError, match="without nan"):
        hs.median_interval([1.0, math.nan])


@pytest.mark.parametrize("bad", [[1.0], [1.0, math.inf], [[1.0, 2.0]], [math.nan, 1.0]])
def test_bad_values_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="values must be"):
        intervals.of_mean(bad).interval()


def test_bad_levels_and_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        intervals.of_mean(VALUES).interval(95)
    with pytest.raises(ValueError, match="got 8 of 7"):
        hs.proportion_interval(8, 7)


# -- coverage ------------------------------------------------------------------------------------


@LEVELS
@pytest.mark.parametrize("n", [3, 10])
def test_mean_interval_covers(n: int, level: float) -> None:
    rows = np.random.default_rng(1).normal(2.0, 0.3, (RUNS, n))
    found = [intervals.of_mean(row).interval(level) for row in rows]
    covered = np.mean([it.low <= 2.0 <= it.high for it in found])
    assert covered == pytest.approx(level, abs=slack(level, RUNS))


@LEVELS
def test_prediction_interval_covers_the_next_run(level: float) -> None:
    rows = np.random.default_rng(1).normal(2.0, 0.3, (RUNS, 6))
    found = [of_mean(row[:5]).predicted().interval(level) for row in rows]
    covered = np.mean([it.low <= x <= it.high for it, x in zip(found, rows[:, 5], strict=True)])
    assert covered == pytest.approx(level, abs=slack(level, RUNS))


@LEVELS
@pytest.mark.parametrize(("n", "p"), [(10, 0.5), (30, 0.03), (500, 0.33)])
def test_proportion_interval_covers_at_least(n: int, p: float, level: float) -> None:
    # no simulation: every outcome with its chance
    hits = np.arange(n + 1)
    found = [hs.proportion_interval(int(k), n, level) for k in hits]
    covers = [it.low <= p <= it.high for it in found]
    assert stats.binom.pmf(hits, n, p)[covers].sum() >= level


@LEVELS
@pytest.mark.parametrize("n", [6, 11])
def test_median_interval_covers_at_least(n: int, level: float) -> None:
    rows = np.random.default_rng(1).lognormal(0.0, 2.0, (RUNS, n))
    found = [hs.median_interval(row, level) for row in rows]
    assert np.mean([it.low <= 1.0 <= it.high for it in found]) >= level - slack(level, RUNS)


def test_log_ratio_takes_positive_pairs() -> None:
    assert hs.log_ratio([2.0, 8.0], [1.0, 2.0]) == pytest.approx([math.log(2), math.log(4)])
    assert hs.log_ratio([1e300], [1e-300])[0] == pytest.approx(600 * math.log(10))
    with pytest.raises(ValueError, match="got 1 pairs"):
        hs.log_ratio([0.0, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="equal lengths"):
        hs.log_ratio([0.5, 1.0], [1.0])

"""Closed forms against scipy and against brute force."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from harness import statistics as hs
from harness.statistics import location
from harness.statistics.intervals import predicted

VALUES = np.array([0.12, 0.31, -0.4, 0.9, 0.22, 0.53])
OTHERS = np.array([0.02, 0.35, -0.1, 0.5, 0.32, 0.13])


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_mean_interval_is_scipys(level: float) -> None:
    expected = stats.ttest_1samp(VALUES, 0.0).confidence_interval(level)
    interval = hs.mean_interval(VALUES, level)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert interval.level == level


def test_mean_p_value_is_scipys() -> None:
    expected = stats.ttest_1samp(VALUES, -0.2).pvalue
    assert hs.mean_p_value(VALUES, -0.3, -0.2) == pytest.approx(expected)
    expected = stats.ttest_1samp(VALUES, 0.8).pvalue
    assert hs.mean_p_value(VALUES, 0.8, math.inf) == pytest.approx(expected)
    assert hs.mean_p_value(VALUES, -1.0, 1.0) == 1.0


def test_equal_values_give_a_point() -> None:
    values = np.full(3, 0.1)  # their float mean is not 0.1
    assert values.mean() != 0.1
    interval = hs.mean_interval(values)
    assert interval.low == interval.high == 0.1
    assert hs.prediction_interval(values).low == 0.1


def test_exploding_values_do_not_overflow() -> None:
    values = np.array([1e300, 3e300, 2e300])
    small = hs.mean_interval(values * 1e-300)
    assert hs.mean_interval(values).high == pytest.approx(small.high * 1e300)


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize(("k", "n"), [(0, 7), (1, 7), (4, 7), (7, 7), (33, 100), (1, 1)])
def test_proportion_interval_is_scipys(k: int, n: int, level: float) -> None:
    expected = stats.binomtest(k, n).proportion_ci(level, method="exact")
    interval = hs.proportion_interval(k, n, level)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


@given(st.integers(1, 60), st.data())
def test_proportion_p_value_and_interval_agree(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low = data.draw(st.floats(0.0, 1.0))
    high = data.draw(st.floats(low, 1.0))
    p = hs.proportion_p_value(k, n, low, high)
    outside = hs.proportion_interval(k, n, 0.95).disjoint(low, high)
    assert 0.0 <= p <= 1.0
    if abs(p - 0.05) > 1e-9:
        assert (p < 0.05) == outside


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12), st.floats(-1e3, 1e3))
def test_mean_p_value_and_interval_agree(values: list[float], low: float) -> None:
    p = hs.mean_p_value(values, low, low + 1.0)
    outside = hs.mean_interval(values, 0.95).disjoint(low, low + 1.0)
    if abs(p - 0.05) > 1e-9:
        assert (p < 0.05) == outside


def test_tost_p_value_is_two_one_sided_tests() -> None:
    lower = stats.ttest_1samp(VALUES, -0.5, alternative="greater").pvalue
    upper = stats.ttest_1samp(VALUES, 0.6, alternative="less").pvalue
    assert hs.tost_p_value(VALUES, -0.5, 0.6) == pytest.approx(max(lower, upper))
    assert hs.tost_p_value(VALUES, -math.inf, 0.6) == pytest.approx(upper)


@given(st.lists(st.floats(-10, 10), min_size=3, max_size=9), st.floats(0.01, 10))
def test_tost_forms_agree(values: list[float], margin: float) -> None:
    assume(min(values) < max(values))  # a point on the margin is inside by convention
    p = hs.tost_p_value(values, -margin, margin)
    inside = hs.equivalent(hs.mean_interval(values, 0.9), -margin, margin)
    if abs(p - 0.05) > 1e-9:
        assert (p < 0.05) == inside


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


def brute_force(values: np.ndarray, alternative: str) -> float:
    sums = np.array([values @ s for s in itertools.product((1, -1), repeat=len(values))])
    seen = values.sum()
    if alternative == "two-sided":
        sums, seen = abs(sums), abs(seen)
    if alternative == "less":
        sums, seen = -sums, -seen
    return float((sums >= seen - 1e-9).mean())


@pytest.mark.parametrize("alternative", ["greater", "less", "two-sided"])
def test_sign_flip_is_brute_force_and_scipys(alternative: str) -> None:
    differences = VALUES - OTHERS
    p = hs.sign_flip(differences, alternative)  # type: ignore[arg-type]
    assert p == brute_force(differences, alternative)
    reference = stats.permutation_test(
        (differences,),
        np.sum,
        permutation_type="samples",
        alternative=alternative,
        n_resamples=np.inf,
    )
    if alternative != "two-sided":  # scipy doubles the smaller tail instead
        assert p == pytest.approx(reference.pvalue)


def test_sign_flip_small_n_floor_and_zeros() -> None:
    assert hs.sign_flip([1.0, 2.0, 3.0, 4.0]) == 1 / 16
    assert hs.sign_flip([1.0, 2.0, 0.0, 3.0, 4.0, 0.0]) == 1 / 16
    assert hs.sign_flip([0.0, 0.0]) == 1.0


def test_sign_flip_monte_carlo_is_near_exact_and_seeded() -> None:
    differences = np.random.default_rng(3).normal(0.3, 1.0, 30)
    drawn = hs.sign_flip(differences)
    assert drawn == hs.sign_flip(differences)
    assert drawn != hs.sign_flip(differences, seed=1)
    # The t test is close to the permutation test for normal data.
    assert drawn == pytest.approx(
        stats.ttest_1samp(differences, 0.0, alternative="greater").pvalue, abs=0.01
    )


def test_sign_flip_monte_carlo_is_never_zero() -> None:
    assert hs.sign_flip(np.ones(200), resamples=99) == 1 / 100


def test_mcnemar_is_the_sign_flip_test_of_binary_values() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 2, (2, 24)).astype(float)
    assert np.count_nonzero(a - b) <= 20
    assert hs.mcnemar(a, b) == pytest.approx(hs.sign_flip(a - b))
    gained, lost = int((a > b).sum()), int((a < b).sum())
    reference = stats.binomtest(gained, gained + lost, 0.5, alternative="greater").pvalue
    assert hs.mcnemar(a, b) == pytest.approx(reference)
    assert hs.mcnemar(a, a) == 1.0


def test_paired_binary_follows_agresti_and_min() -> None:
    # Their crossover example: 53 against 16 discordant of 100 agreeing pairs and so on.
    a = np.repeat([1.0, 0.0, 1.0, 0.0], [53, 16, 20, 11])
    b = np.repeat([0.0, 1.0, 1.0, 0.0], [53, 16, 20, 11])
    where = hs.paired_binary(a, b)
    up, down = 53.5 / 102, 16.5 / 102
    assert where.centre == pytest.approx(up - down)
    assert where.se == pytest.approx(math.sqrt((up + down - (up - down) ** 2) / 102))
    agree = hs.paired_binary(np.ones(50), np.ones(50)).interval(0.95)
    assert agree.low < 0.0 < agree.high


def test_ratio_interval_is_t_on_logs() -> None:
    a, b = np.array([2.0, 4.1, 7.9]), np.array([1.0, 2.0, 4.2])
    expected = stats.ttest_1samp(np.log(a / b), 0.0).confidence_interval(0.95)
    interval = hs.ratio_interval(a, b)
    assert interval.low == pytest.approx(math.exp(expected.low))
    assert interval.high == pytest.approx(math.exp(expected.high))


def test_ratio_refuses_zero_and_ratio_of_means_bears_it() -> None:
    with pytest.raises(ValueError, match="got 1 pairs"):
        hs.log_ratio([0.0, 1.0], [1.0, 1.0])
    a, b = np.array([0.0, 3.0, 5.0]), np.array([1.0, 1.0, 2.0])
    where = hs.ratio_of_means(a, b)
    assert math.exp(where.centre) == pytest.approx(2.0)
    u = a / a.mean() - b / b.mean()
    assert where.se == pytest.approx(u.std(ddof=1) / math.sqrt(3))


def test_slope_is_linregress() -> None:
    x = np.log([1000, 2000, 5000, 10000, 20000])
    y = np.array([0.21, 0.24, 0.28, 0.29, 0.33])
    reference = stats.linregress(x, y)
    where = hs.slope_location(x, y)
    assert where.centre == pytest.approx(reference.slope)
    assert where.se == pytest.approx(reference.stderr)
    half = stats.t.ppf(0.975, 3) * reference.stderr
    assert hs.slope_interval(x, y).high == pytest.approx(reference.slope + half)


def test_slope_paired_within_seed_ignores_level_of_each_seed() -> None:
    x = np.arange(4.0)
    rows = np.array([2.0 * x + 10, 2.1 * x - 50, 1.9 * x])
    interval = hs.slope_interval(x, rows)
    expected = stats.ttest_1samp([2.0, 2.1, 1.9], 0).confidence_interval(0.95)
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))


def test_slope_needs_two_positions() -> None:
    with pytest.raises(ValueError, match="two different values"):
        hs.slopes([1.0, 1.0], np.ones((2, 2)))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_benjamini_hochberg_is_scipys(p_values: list[float]) -> None:
    adjusted = stats.false_discovery_control(p_values, method="bh")
    if not np.any(np.isclose(adjusted, 0.05)):
        assert (hs.benjamini_hochberg(p_values, 0.05) == (adjusted <= 0.05)).all()


def test_benjamini_hochberg_of_nothing_and_of_nonsense() -> None:
    assert hs.benjamini_hochberg([]).size == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        hs.benjamini_hochberg([0.2, 1.2])


@pytest.mark.parametrize("bad", [[1.0], [1.0, math.inf], [[1.0, 2.0]], [math.nan, 1.0]])
def test_bad_values_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="values must be"):
        hs.mean_interval(bad)


def test_bad_levels_counts_and_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        hs.mean_interval(VALUES, 95)
    with pytest.raises(ValueError, match="got 8 of 7"):
        hs.proportion_interval(8, 7)
    with pytest.raises(ValueError, match="equal lengths"):
        hs.difference_interval([1.0, 2.0], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="must be 0 or 1"):
        hs.mcnemar([0.5], [1.0])


def test_predicted_is_wider_by_one_run() -> None:
    mean, run = location.of_mean(VALUES), predicted(VALUES)
    assert run.se == pytest.approx(mean.se * math.sqrt(len(VALUES) + 1))

"""Slopes of lines against scipy, their coverage; a trend against all orders of a few values."""

import itertools

import numpy as np
import pytest
from scipy import stats
from statistics_rates import slack

from harness import statistics as hs
from harness.statistics import monotone_trend

X = np.log([1000, 2000, 5000, 10000, 20000])


def test_slope_is_linregress() -> None:
    y = np.array([0.21, 0.24, 0.28, 0.29, 0.33])
    reference = stats.linregress(X, y)
    where = hs.slope_location(X, y)
    assert where.centre == pytest.approx(reference.slope)
    assert where.se == pytest.approx(reference.stderr)
    assert where.df == 3
    assert hs.slopes(X, y[None]).tolist() == pytest.approx([reference.slope])


def test_slopes_ignore_the_level_of_each_row() -> None:
    x = np.arange(4.0)
    rows = np.array([2.0 * x + 10, 2.1 * x - 50, 1.9 * x])
    assert hs.slopes(x, rows) == pytest.approx([2.0, 2.1, 1.9])


def test_a_slope_needs_two_positions_and_a_doubt_three() -> None:
    with pytest.raises(ValueError, match="two different values"):
        hs.slopes([1.0, 1.0], np.ones((2, 2)))
    with pytest.raises(ValueError, match="at least 3 numbers"):
        hs.slope_location([1.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="equal lengths"):
        hs.slope_location([1.0, 2.0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_the_slope_of_one_line_is_covered(level: float) -> None:
    runs, rng = 2_000, np.random.default_rng(1)
    rows = 0.1 * X + rng.normal(0, 0.05, (runs, 5))
    found = [hs.slope_location(X, row).interval(level) for row in rows]
    covered = np.mean([it.low <= 0.1 <= it.high for it in found])
    assert covered == pytest.approx(level, abs=slack(level, runs))


def concordance(values):
    return sum((a < b) - (a > b) for a, b in itertools.combinations(values, 2))


@pytest.mark.parametrize("values", [(1, 3, 2, 4, 6, 5), (6, 5, 4, 3, 2, 1), (3, 1, 4, 2, 6, 5)])
def test_the_p_value_is_the_share_of_all_orders(values):
    orders = itertools.permutations(values)
    reached = [abs(concordance(order)) >= abs(concordance(values)) for order in orders]
    assert monotone_trend(values).p_value == pytest.approx(np.mean(reached))


def test_the_slope_is_the_median_of_all_slopes():
    values = np.random.default_rng(1).normal(size=15)
    slopes = [(values[j] - values[i]) / (j - i) for i, j in itertools.combinations(range(15), 2)]
    trend = monotone_trend(values)
    assert trend.slope == pytest.approx(np.median(slopes))
    assert trend.interval.low <= trend.slope <= trend.interval.high
    assert trend.interval.level == 0.95


def test_the_interval_covers_the_slope_as_often_as_it_says():
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(400):
        found = monotone_trend(0.3 * np.arange(20) + rng.standard_t(3, 20)).interval
        covered += found.low <= 0.3 <= found.high
    assert 365 <= covered <= 395  # 380 expected, +- 3 standard deviations or so


def test_noise_has_no_trend_more_often_than_the_level():
    rng = np.random.default_rng(3)
    alarms = sum(monotone_trend(rng.standard_cauchy(20)).p_value <= 0.05 for _ in range(1000))
    assert alarms <= 72  # 50 expected, + 3 standard deviations


def test_equal_values_have_no_trend():
    trend = monotone_trend([2.0, 2.0, 2.0, 2.0])
    assert (trend.slope, trend.p_value) == (0.0, 1.0)


def test_two_values_are_too_few():
    with pytest.raises(ValueError, match="at least 3 numbers"):
        monotone_trend([1.0, 2.0])


def _scattered(rng, n, error):
    x = np.round(rng.normal(7.0, 1.2, n), 1)
    return x, 40 + 4 * x + error(x)


def test_the_error_of_scattered_rows_is_what_leaving_each_out_changes() -> None:
    rng = np.random.default_rng(0)
    x, y = _scattered(rng, 40, lambda x: rng.normal(0, 1, x.size) * x)
    where = hs.slope_location(x, y, alike=False)
    whole = np.polyfit(x, y, 1)[0]
    left = [np.polyfit(np.delete(x, i), np.delete(y, i), 1)[0] for i in range(x.size)]
    assert where.centre == pytest.approx(whole)
    assert where.se == pytest.approx(np.sqrt(np.sum((whole - np.array(left)) ** 2)))


@pytest.mark.parametrize("n", [12, 60])
@pytest.mark.parametrize("power", [0, 1], ids=["alike", "wider outside"])
def test_the_interval_of_scattered_rows_holds_the_slope(n: int, power: int) -> None:
    rng = np.random.default_rng(n)
    missed = 0
    for _ in range(400):
        x, y = _scattered(rng, n, lambda x: rng.normal(0, 1, x.size) * np.abs(x - 7) ** power)
        it = hs.slope_location(x, y, alike=False).interval(0.9)
        missed += not it.low <= 4 <= it.high
    assert missed <= stats.binom.ppf(0.999, 400, 0.14)


def test_a_slope_that_one_row_decides_has_no_interval() -> None:
    where = hs.slope_location([1.0, 1.0, 1.0, 2.0], [3.0, 4.0, 5.0, 9.0], alike=False)
    assert where.centre == pytest.approx(5.0)
    assert where.interval().high == np.inf
    assert where.above(100.0) == where.below(-100.0) == 0.5

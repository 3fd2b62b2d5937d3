"""Every kind of spread: tests and intervals that agree, and the tests of a range made of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from statistics_rates import most

from harness.statistics import Location, spreads
from harness.statistics.bounded import BoundedMean
from harness.statistics.intervals import of_mean
from harness.statistics.spreads import Fixed, Median, Rate, Spread, inside, outside

VALUES = np.array([0.12, 0.31, -0.4, 0.9, 0.22, 0.53])
numbers = st.floats(-5.0, 5.0)
tied = numbers | st.integers(-3, 3).map(float)
infinite = tied | st.sampled_from([math.inf, -math.inf])


def some(values: st.SearchStrategy[float], least: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.lists(values, min_size=least, max_size=20).map(tuple)


rates = st.integers(1, 60).flatmap(lambda n: st.builds(Rate, st.integers(0, n), st.just(n)))
KINDS: dict[str, st.SearchStrategy[Spread]] = {
    "fixed": st.builds(Fixed, some(infinite, 1)),
    "rate": rates,
    "median": st.builds(Median, some(infinite, 1)),
    "mean": some(tied, 2).filter(lambda x: np.ptp(x) > 1e-6).map(of_mean),
}
every = pytest.mark.parametrize("kind", KINDS)
levels = st.sampled_from([0.9, 0.95, 0.99])


@every
@given(data=st.data(), bound=tied | st.floats(0.0, 1.0), level=levels)
def test_a_bound_is_rejected_where_the_interval_does_not_reach(kind, data, bound, level) -> None:
    found, tail = data.draw(KINDS[kind]), (1.0 - level) / 2.0
    interval = found.interval(level)
    assert interval.level == level
    below, above = found.below(bound), found.above(bound)
    assume(abs(below - tail) > 1e-9)
    assume(abs(above - tail) > 1e-9)
    if kind == "fixed":  # what one run shows, every run shows, or they show less
        assert below >= tail or bound < interval.low
        assert above >= tail or bound > interval.high
        return
    assert (below < tail) == (bound < interval.low)
    assert (above < tail) == (bound > interval.high)


@every
@given(data=st.data(), bound=tied, other=tied)
def test_p_values_are_chances_and_grow_with_the_hypothesis(kind, data, bound, other) -> None:
    found = data.draw(KINDS[kind])
    low, high = min(bound, other), max(bound, other)
    for p in (found.below(low), found.below(high), found.above(low), found.above(high)):
        assert 0.0 <= p <= 1.0
    assert found.below(low) <= found.below(high) + 1e-12
    assert found.above(high) <= found.above(low) + 1e-12


@every
@given(data=st.data(), bound=tied)
def test_without_its_end_a_hypothesis_is_rejected_no_later(kind, data, bound) -> None:
    found = data.draw(KINDS[kind])
    assert found.below(bound, strict=True) <= found.below(bound)
    assert found.above(bound, strict=True) <= found.above(bound)


@every
@given(data=st.data(), low=tied, width=st.floats(0.0, 3.0))
def test_a_range_is_not_shown_to_hold_and_to_fail_at_once(kind, data, low, width) -> None:
    found = data.draw(KINDS[kind])
    for ends in ((low, low + width), (low, math.inf), (-math.inf, low)):
        p_in, p_out = inside(found, *ends), outside(found, *ends)
        assert 0.0 <= p_in <= 1.0
        assert not (p_in <= 0.05 and p_out <= 0.05)


@every
@given(data=st.data())
def test_everything_holds_the_truth(kind, data) -> None:
    found = data.draw(KINDS[kind])
    assert inside(found, -math.inf, math.inf) == 1.0
    assert outside(found, -math.inf, math.inf) == 0.0


# -- ranges --------------------------------------------------------------------------------------


def test_outside_is_the_larger_of_two_one_sided_tests() -> None:
    lower = stats.ttest_1samp(VALUES, -0.5, alternative="greater").pvalue
    upper = stats.ttest_1samp(VALUES, 0.6, alternative="less").pvalue
    found = of_mean(VALUES)
    assert outside(found, -0.5, 0.6) == pytest.approx(max(lower, upper))
    assert outside(found, -math.inf, 0.6) == pytest.approx(upper)
    assert outside(found, -0.5, math.inf) == pytest.approx(lower)


def test_inside_is_twice_the_nearer_end_and_once_where_there_is_one() -> None:
    found = of_mean(VALUES)
    beyond = stats.ttest_1samp(VALUES, 0.8, alternative="less").pvalue
    assert inside(found, 0.8, 9.0) == pytest.approx(2.0 * beyond)
    assert inside(found, 0.8, math.inf) == pytest.approx(beyond)
    assert inside(found, -math.inf, 0.8) == pytest.approx(1.0 - beyond)
    assert inside(found, -1.0, 1.0) == 1.0


# -- fixed ---------------------------------------------------------------------------------------


def test_all_runs_of_a_fixed_number_decide_together() -> None:
    found = Fixed((2.0, 2.001))
    assert (found.below(1.9), found.below(2.0), found.below(2.0005)) == (0.0, 1.0, 1.0)
    assert (found.above(3.1), found.above(2.001), found.above(2.0005)) == (0.0, 1.0, 1.0)
    interval = found.interval()
    assert (interval.low, interval.high) == (2.0, 2.001)
    same = Fixed((2.0, 2.0))
    assert (same.below(2.0), same.below(2.0, strict=True), same.above(2.0, strict=True)) == (
        1,
        0,
        0,
    )


def test_ends_belong_to_a_range() -> None:
    same = Fixed((2.0, 2.0))
    assert (outside(same, 1.0, 2.0), inside(same, 1.0, 2.0)) == (0.0, 1.0)
    assert (outside(same, 2.0, 3.0), inside(same, 2.0, 3.0)) == (0.0, 1.0)
    assert outside(same, 2.1, 4.0) == 1.0
    assert inside(same, 3.5, 4.0) == 0.0


@pytest.mark.parametrize("n", [2, 5, 6])
def test_runs_that_differ_by_more_than_a_tenth_of_the_way_are_coin_flips(n: int) -> None:
    found = Fixed((2.0, *[2.1] * (n - 1)))
    assert (found.below(0.99), found.below(1.1)) == (0.0, 0.5**n)
    assert (found.above(3.11), found.above(3.0)) == (0.0, 0.5**n)


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_a_number_that_is_drawn_may_be_declared_fixed_without_harm(n: int) -> None:
    rng = np.random.default_rng(n)
    for draw in (rng.normal, rng.standard_cauchy, rng.logistic):
        found = [Fixed(tuple(draw(size=n).tolist())).below(0.0) <= 0.05 for _ in range(2000)]
        assert np.mean(found) <= most(0.05, 2000)


# -- rates ---------------------------------------------------------------------------------------


@given(rates, st.floats(0.0, 1.0))
def test_a_rate_is_tested_by_scipys_binomial_test(rate: Rate, bound: float) -> None:
    k, n = rate.successes, rate.trials
    less = stats.binomtest(k, n, bound, alternative="less").pvalue
    greater = stats.binomtest(k, n, bound, alternative="greater").pvalue
    assert rate.above(bound) == pytest.approx(less, abs=1e-12)
    assert rate.below(bound) == pytest.approx(greater, abs=1e-12)


def test_a_rate_knows_what_is_possible() -> None:
    assert (Rate(5, 5).above(1.1), Rate(0, 5).below(-0.1)) == (0.0, 0.0)
    assert (Rate(5, 5).above(1.0), Rate(0, 5).below(0.0)) == (1.0, 1.0)
    assert (Rate(5, 5).above(1.0, strict=True), Rate(0, 5).below(0.0, strict=True)) == (0.0, 0.0)
    assert Rate(4, 5).above(1.0) == 0.0  # one miss, and it is not always so
    assert (Rate(2, 5).below(2.0), Rate(2, 5).above(-2.0)) == (1.0, 1.0)


def test_a_bound_too_small_to_be_told_from_nothing_is_not_passed_by_nothing() -> None:
    assert Rate(0, 5).below(1e-20, strict=True) == 1.0
    assert Rate(5, 5).above(math.nextafter(1.0, 0.0), strict=True) == pytest.approx(1.0)


@pytest.mark.parametrize(("n", "p"), [(2, 0.95), (5, 0.95), (10, 0.8), (30, 0.95), (500, 0.33)])
def test_a_true_rate_is_rejected_at_most_at_the_level(n: int, p: float) -> None:
    # no simulation: every outcome with its chance
    hits = np.arange(n + 1)
    chances = stats.binom.pmf(hits, n, p)
    for level in (0.05, 0.025):
        assert chances[[Rate(k, n).above(p) <= level for k in hits]].sum() <= level + 1e-12
        assert chances[[Rate(k, n).below(p) <= level for k in hits]].sum() <= level + 1e-12


# -- medians -------------------------------------------------------------------------------------


@given(some(infinite, 1), tied)
def test_a_median_is_tested_by_the_sign_test(values: tuple[float, ...], bound: float) -> None:
    n, array = len(values), np.array(values)
    at_most, at_least = int((array <= bound).sum()), int((array >= bound).sum())
    expected = stats.binomtest(at_most, n, 0.5, alternative="less").pvalue
    assert Median(values).below(bound) == pytest.approx(expected)
    expected = stats.binomtest(at_least, n, 0.5, alternative="less").pvalue
    assert Median(values).above(bound) == pytest.approx(expected)


def test_values_at_the_bound_speak_for_either_side() -> None:
    found = Median((1.0,) * 8)
    assert (found.below(1.0), found.above(1.0)) == (1.0, 1.0)
    assert found.below(1.0, strict=True) == found.above(1.0, strict=True) == 0.5**8


@pytest.mark.parametrize(("n", "shown"), [(4, False), (5, True)])
def test_five_values_are_the_first_to_show_anything(n: int, shown: bool) -> None:
    assert (Median((7.0,) * n).below(6.0) <= 0.05) is shown


@pytest.mark.parametrize(("n", "shown"), [(5, False), (6, True)])
def test_a_range_with_two_ends_needs_six(n: int, shown: bool) -> None:
    assert (inside(Median((7.0,) * n), 1.0, 6.0) <= 0.05) is shown
    assert outside(Median((7.0,) * n), 6.0, 8.0) <= 0.05


def test_infinite_values_have_a_median() -> None:
    found = Median((math.inf,) * 4 + (3.0,))
    assert found.above(2.0) == 1.0
    assert Median((math.inf,) * 5).below(1e300) == 0.5**5
    assert Median((-math.inf,) * 5).above(-1e300) == 0.5**5
    assert Median((math.inf,) * 5).below(math.inf, strict=True) == 0.5**5


@pytest.mark.parametrize("n", [5, 6, 10, 30])
def test_a_true_median_is_rejected_at_most_at_the_level(n: int) -> None:
    runs, rng = 2_000, np.random.default_rng(n)
    found = [Median(tuple(row)) for row in rng.lognormal(0.0, 2.0, (runs, n)).tolist()]
    for level in (0.05, 0.025):
        assert np.mean([one.above(1.0) <= level for one in found]) <= most(level, runs)
        assert np.mean([one.below(1.0) <= level for one in found]) <= most(level, runs)


# -- by kind -------------------------------------------------------------------------------------


def test_the_kind_chooses_the_spread() -> None:
    bits, plain = (0.0, 1.0, 1.0), (0.25, 0.5, 1.0)
    assert spreads.of(bits, "fixed") == Fixed(bits)
    assert spreads.of(bits, "binary") == Rate(2, 3)
    assert spreads.of(plain, "share") == BoundedMean(plain, 0.0, 1.0)
    assert spreads.of(plain, "share", -1.0, 2.0) == BoundedMean(plain, -1.0, 2.0)
    assert spreads.of(plain, "count") == Median(plain)
    assert spreads.of(plain, "positive") == Median(plain)
    assert spreads.of(plain, "real") == of_mean(plain)


@pytest.mark.parametrize("values", [(0.1, 0.1, 0.1), (0.1,)])
def test_values_without_a_spread_have_no_t_interval(values: tuple[float, ...]) -> None:
    assert spreads.of(values, "real") == Median(values)


@pytest.mark.parametrize("values", [(1e308, -1e308), (5e-324, 0.0), (1e300, 3e300, 2e300)])
def test_the_largest_and_the_smallest_numbers_have_a_spread(values: tuple[float, ...]) -> None:
    found = spreads.of(values, "real")
    assert isinstance(found, Location)
    assert 0.0 <= found.below(0.0) <= 1.0
    assert not math.isnan(found.interval(0.9).low)

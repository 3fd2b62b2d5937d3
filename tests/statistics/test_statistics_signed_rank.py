"""The signed-rank test against scipy and against counting, and its error rates by simulation."""

import itertools
import math
from bisect import bisect_left
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.statistics.signed_rank import (
    centre,
    centre_bound,
    centre_interval,
    detectable,
    signed_rank_p,
)


def counted(values, bound):
    """The same p-value by going through every sign pattern."""
    distances = np.asarray(values) - bound
    distances = distances[distances != 0]
    ranks = stats.rankdata(np.abs(distances))
    seen = ranks[distances > 0].sum()
    patterns = itertools.product((0, 1), repeat=len(ranks))
    sums = [sum(r for r, sign in zip(ranks, p, strict=True) if sign) for p in patterns]
    return np.mean(np.asarray(sums) >= seen - 1e-9)


@pytest.mark.parametrize("n", [5, 10, 20, 40])
@pytest.mark.parametrize("bound", [0.0, 0.3])
def test_untied_values_agree_with_scipy(n, bound):
    values = np.random.default_rng(n).normal(0.2, 1, n)
    expected = stats.wilcoxon(values - bound, alternative="greater", method="exact").pvalue
    assert signed_rank_p(values, bound) == pytest.approx(expected, rel=1e-12)


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=10), st.sampled_from([0, 1, 0.5]))
@settings(deadline=None, max_examples=100)
def test_tied_values_agree_with_counting_every_pattern(values, bound):
    if all(value == bound for value in values):
        assert signed_rank_p(values, bound) == 1.0
    else:
        assert signed_rank_p(values, bound) == pytest.approx(counted(values, bound), abs=1e-12)


def test_all_above_gives_the_smallest_p_value():
    assert signed_rank_p(np.arange(1, 11)) == pytest.approx(2.0**-10)


def test_the_centre_is_the_median_of_the_walsh_averages():
    values = [0.0, 1.0, 5.0]
    averages = [0, 0.5, 2.5, 1, 3, 5]
    assert centre(values) == np.median(averages)


VANISHING = [0, 1, 0.5, 0.25, 0.125, 2.4e-125, 2.1e-151, -1, -0.5]
"""The first and the two smallest differ, and do not when one is added to them."""


TIED = st.integers(-9, 9).map(lambda k: k / 8) | st.sampled_from(VANISHING)


def p_of(values, bound):
    """The smaller of the two one-sided p-values."""
    return min(signed_rank_p(values, bound), signed_rank_p([-v for v in values], -bound))


def check_the_interval(values):
    """Nothing just outside may be kept by the tests; ties can make them reject within."""
    interval = centre_interval(values, 0.9)
    for outside in (interval.low - 1e-9, interval.high + 1e-9):
        assert p_of(values, outside) <= 0.05 + 1e-12
    if len(set(values)) == len(values):
        assert p_of(values, (interval.low + interval.high) / 2) > 0.05


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=15, unique=True))
@example(VANISHING)
@settings(deadline=None, max_examples=50)
def test_the_interval_holds_what_the_tests_do_not_reject(values):
    check_the_interval(values)


@given(st.lists(TIED, min_size=6, max_size=15))
@settings(deadline=None, max_examples=50)
def test_the_interval_holds_what_the_tests_do_not_reject_among_ties(values):
    check_the_interval(values)


@pytest.mark.faults
@pytest.mark.parametrize("unique", [True, False])
@given(data=st.data())
@settings(deadline=None, max_examples=20_000)
def test_the_interval_holds_what_the_tests_do_not_reject_in_many_tries(unique, data):
    values = st.floats(-1, 1) | TIED
    check_the_interval(data.draw(st.lists(values, min_size=6, max_size=15, unique=unique)))


@given(st.lists(st.floats(-1, 1) | TIED, min_size=1, max_size=12), st.floats(-1, 1) | TIED)
@settings(deadline=None, max_examples=100)
def test_distances_are_ranked_as_fractions_are(values, bound):
    distances = [Fraction(value) - Fraction(bound) for value in values if value != bound]
    sizes = sorted(abs(distance) for distance in distances)
    doubled = {size: 2 * bisect_left(sizes, size) + sizes.count(size) + 1 for size in sizes}
    seen = sum(doubled[abs(distance)] for distance in distances if distance > 0)
    patterns = itertools.product((0, 1), repeat=len(sizes))
    ranks = np.asarray([doubled[size] for size in sizes])
    sums = np.asarray(list(patterns)) @ ranks if sizes else np.zeros(1)
    assert signed_rank_p(values, bound) == np.mean(sums >= seen)


def test_the_upper_bound_is_that_of_the_interval_at_twice_the_tail():
    values = np.random.default_rng(0).normal(size=20)
    assert centre_bound(values, 0.975) == centre_interval(values, 0.95).high


@pytest.mark.parametrize(("n", "finite"), [(5, False), (6, True)])
def test_too_few_values_bound_nothing(n, finite):
    values = np.arange(n, dtype=float)
    assert math.isfinite(centre_interval(values, 0.95).high) is finite
    assert math.isfinite(centre_bound(values, 0.975)) is finite


@pytest.mark.parametrize("noise", ["normal", "cauchy", "laplace"])
def test_false_alarms_keep_the_level_whatever_the_noise(noise):
    rng = np.random.default_rng(7)
    draws = {"normal": rng.normal, "cauchy": rng.standard_cauchy, "laplace": rng.laplace}[noise]
    alarms = sum(signed_rank_p(row) <= 0.05 for row in draws(size=(4000, 12)))
    assert stats.binomtest(alarms, 4000, 0.05, alternative="greater").pvalue > 0.001


@pytest.mark.parametrize("n", [8, 20])
def test_the_interval_covers(n):
    rng = np.random.default_rng(n)
    covered = 0
    for row in rng.laplace(1.0, 1.0, (2000, n)):
        interval = centre_interval(row, 0.95)
        covered += interval.low <= 1.0 <= interval.high
    assert stats.binomtest(covered, 2000, 0.95, alternative="less").pvalue > 0.001


def test_what_is_detectable_is_detected_four_times_out_of_five():
    rng = np.random.default_rng(3)
    bound, alpha = 0.01, 0.003
    shifts = [detectable(rng.normal(0, 0.02, 40), bound, alpha) for _ in range(30)]
    shift = float(np.median(shifts))
    caught = sum(signed_rank_p(rng.normal(shift, 0.02, 40), bound) <= alpha for _ in range(1000))
    assert 0.72 <= caught / 1000 <= 0.88


def test_nothing_is_detectable_with_too_few_pairs():
    assert detectable(np.linspace(-1, 1, 9), 0.01, 0.001) == math.inf
    assert math.isfinite(detectable(np.linspace(-1, 1, 10), 0.01, 0.001))

"""Tests of order over pairs against every pattern, the t test and the binomial test; q-values."""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statistics_rates import most, slack

from harness.statistics import q_values, sign_flip, sign_test


def every_pattern(n: int) -> np.ndarray:
    """All sign patterns of n differences, shape (2 ** n, n)."""
    return np.array(list(itertools.product((1.0, -1.0), repeat=n)))


def counted(differences: np.ndarray) -> float:
    """The share of sign patterns whose sum is at least the one seen."""
    sums = every_pattern(differences.size) @ differences
    return float((sums >= differences.sum() - 1e-9 * np.abs(differences).max()).mean())


@settings(max_examples=60)
@given(st.lists(st.floats(-5, 5) | st.integers(-3, 3).map(float), min_size=1, max_size=12))
def test_sign_flips_are_all_patterns(values: list[float]) -> None:
    differences = np.array([value for value in values if abs(value) > 1e-6] or [0.0])
    expected = 1.0 if not differences.any() else counted(differences)
    assert sign_flip(differences) == pytest.approx(expected, abs=1e-12)


def test_the_smallest_p_value_of_few_pairs_and_zeros() -> None:
    assert sign_flip([1.0, 2.0, 3.0, 4.0]) == 1 / 16
    assert sign_flip([1.0, 2.0, 0.0, 3.0, 4.0, 0.0]) == 1 / 16
    assert (sign_flip([3.0]), sign_flip([-3.0]), sign_flip([0.0, 0.0])) == (0.5, 1.0, 1.0)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=10), st.integers(-1000, 900))
def test_the_unit_of_the_differences_does_not_matter(values: list[float], power: int) -> None:
    differences = np.array([value for value in values if abs(value) > 1e-6] or [1.0])
    assert sign_flip(np.ldexp(differences, power)) == sign_flip(differences)


def test_the_largest_differences_do_not_overflow() -> None:
    assert sign_flip([1.7e308] * 6) == 0.5**6
    assert sign_flip([5e-324] * 6) == 0.5**6


def test_drawn_patterns_are_near_the_t_test_and_seeded() -> None:
    differences = np.random.default_rng(3).normal(0.3, 1.0, 30)
    drawn = sign_flip(differences)
    assert drawn == sign_flip(differences)
    assert drawn != sign_flip(differences, seed=1)
    expected = stats.ttest_1samp(differences, 0.0, alternative="greater").pvalue
    assert drawn == pytest.approx(expected, abs=0.01)


def test_a_drawn_p_value_is_never_zero() -> None:
    assert sign_flip(np.ones(40)) == 1 / 10_000


def test_many_pairs_take_no_more_memory_than_few() -> None:
    differences = np.random.default_rng(0).normal(size=20_000)
    sign_flip(differences[:20])  # what is imported on the way does not count
    tracemalloc.start()
    sign_flip(differences)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100e6  # all patterns at once are 1.6 GB


@pytest.mark.parametrize("draw", ["normal", "standard_cauchy"])
def test_sign_flips_keep_their_level(draw: str) -> None:
    # 20,000 experiments of 8 pairs at once; the function itself is held to the patterns above
    rng = np.random.default_rng(1)
    runs = 20_000
    patterns = every_pattern(8)
    values = getattr(rng, draw)(size=(runs, 8))
    sums = values @ patterns.T
    p_values = (sums >= sums[:, :1] - 1e-9).mean(axis=1)  # the first pattern flips nothing
    assert [sign_flip(row) for row in values[:20]] == pytest.approx(p_values[:20].tolist())
    assert np.mean(p_values <= 0.05) == pytest.approx(12 / 256, abs=slack(0.05, runs))


def test_drawn_sign_flips_keep_their_level() -> None:
    rng, runs = np.random.default_rng(4), 400
    found = [sign_flip(rng.normal(size=20)) for _ in range(runs)]
    assert np.mean(np.array(found) <= 0.05) <= most(0.05, runs)


def test_sign_flips_see_a_clear_difference() -> None:
    rng = np.random.default_rng(5)
    assert np.mean([sign_flip(rng.normal(1.5, 1.0, 10)) <= 0.05 for _ in range(100)]) > 0.95


# -- signs alone ---------------------------------------------------------------------------------


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_sign_test_is_scipys_binomial_test(for_it: int, against: int) -> None:
    expected = 1.0
    if for_it + against:
        expected = stats.binomtest(for_it, for_it + against, 0.5, alternative="greater").pvalue
    assert sign_test(for_it, against) == pytest.approx(expected)


def test_the_sign_test_of_bits_is_the_sign_flip_test() -> None:
    a, b = np.random.default_rng(0).integers(0, 2, (2, 16)).astype(float)
    for_it, against = int((a > b).sum()), int((a < b).sum())
    assert for_it + against <= 13  # so that all patterns are counted
    assert sign_test(for_it, against) == pytest.approx(sign_flip(a - b))


def test_no_pairs_show_nothing() -> None:
    assert sign_test(0, 0) == 1.0
    assert (sign_test(4, 0), sign_test(5, 0)) == (1 / 16, 1 / 32)


def test_bad_differences_are_refused() -> None:
    with pytest.raises(ValueError, match="must be finite"):
        sign_flip([1.0, np.inf])
    with pytest.raises(ValueError, match="at least 1 number"):
        sign_flip([])


chances = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.05, 1.0]), min_size=1, max_size=30)


@settings(max_examples=40)
@given(chances)
def test_a_q_value_is_the_least_rate_that_rejects(p_values: list[float]) -> None:
    # of all that are at least as large, the smallest of p times the number of tests over the rank
    ranked = sorted(p_values)
    m = len(ranked)
    steps = [p * m / (rank + 1) for rank, p in enumerate(ranked)]
    least = {p: min(1.0, *steps[ranked.index(p) :]) for p in ranked}
    assert q_values(p_values).tolist() == pytest.approx([least[p] for p in p_values])


@settings(max_examples=40)
@given(chances)
def test_q_values_are_scipys(p_values: list[float]) -> None:
    expected = stats.false_discovery_control(p_values, method="bh")
    assert q_values(p_values).tolist() == pytest.approx(expected.tolist())


@settings(max_examples=40)
@given(chances, st.randoms(use_true_random=False))
def test_the_order_of_tests_changes_nothing(p_values: list[float], random) -> None:
    order = list(range(len(p_values)))
    random.shuffle(order)
    assert (q_values([p_values[i] for i in order]) == q_values(p_values)[order]).all()


def test_no_tests_have_no_q_values_and_nonsense_is_refused() -> None:
    assert q_values([]).size == 0
    for wrong in ([0.2, 1.2], [0.2, -0.1], [0.2, math.nan]):
        with pytest.raises(ValueError, match=r"0\.? and 1|finite"):
            q_values(wrong)


def test_of_those_below_a_rate_that_share_is_false() -> None:
    rng, runs = np.random.default_rng(5), 500
    shares = []
    for _ in range(runs):
        p = rng.random(40)
        p[:10] *= 1e-3  # ten that are truly false
        rejected = q_values(p) <= 0.1
        shares.append(rejected[10:].sum() / max(1, rejected.sum()))
    # Its expectation is rate * (true hypotheses / all) = 0.075.
    assert np.mean(shares) == pytest.approx(0.075, abs=4 * np.std(shares) / math.sqrt(runs))

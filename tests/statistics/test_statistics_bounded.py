"""Bets on a bounded mean: against plain loops, and their level at any number of values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statistics_rates import most

from harness.statistics.bounded import BoundedMean, BoundedRatio

shares = st.floats(0.0, 1.0)
samples = st.lists(shares, min_size=1, max_size=12)
Draw = Callable[[np.random.Generator, int], np.ndarray]


def capital(values: Sequence[float], mean: float) -> float:
    """The largest capital of the gambler of the paper, who bets on a mean above `mean`.

    Waudby-Smith and Ramdas (2024), equations 15 and 16 with one side, the bets cut at 0.9 / m.
    """
    money = largest = 1.0
    total, squares, n = 0.0, 0.0, len(values)
    for t, x in enumerate(values, start=1):
        variance = (0.25 + squares) / t
        bet = min(math.sqrt(2.0 * math.log(1.0 / 0.05) / (variance * n)), 0.9 / mean)
        money *= 1.0 + bet * (x - mean)
        largest = max(largest, money)
        total += x
        squares += (x - (0.5 + total) / (t + 1)) ** 2
    return largest


@given(samples, st.floats(1e-6, 1.0 - 1e-6))
def test_the_p_value_is_the_inverse_of_the_capital(values: list[float], mean: float) -> None:
    found = BoundedMean(tuple(values))
    assert found.below(mean) == pytest.approx(1.0 / capital(values, mean))
    mirrored = [1.0 - x for x in values]
    assert found.above(mean) == pytest.approx(1.0 / capital(mirrored, 1.0 - mean))


@given(samples, shares, st.integers(-8, 8), st.floats(-3.0, 3.0))
def test_unit_and_origin_do_not_matter(
    values: list[float], mean: float, power: int, origin: float
) -> None:
    unit = 2.0**power
    plain = BoundedMean(tuple(values))
    moved = BoundedMean(tuple(origin + unit * x for x in values), origin, origin + unit)
    if 1e-6 < mean < 1.0 - 1e-6:
        at = origin + unit * mean
        assert moved.below(at) == pytest.approx(plain.below(mean), rel=1e-6)
        assert moved.above(at) == pytest.approx(plain.above(mean), rel=1e-6)


@given(samples, shares, shares)
def test_a_bound_farther_away_is_rejected_sooner(values: list[float], m: float, k: float) -> None:
    low, high = min(m, k), max(m, k)
    found = BoundedMean(tuple(values))
    assert found.below(low) <= found.below(high) + 1e-12
    assert found.above(high) <= found.above(low) + 1e-12


@settings(max_examples=60)
@given(st.lists(shares, min_size=2, max_size=12), shares, st.sampled_from([0.9, 0.95]))
def test_the_interval_holds_the_mean_and_what_is_not_rejected(
    values: list[float], bound: float, level: float
) -> None:
    found, mean, tail = BoundedMean(tuple(values)), float(np.mean(values)), (1.0 - level) / 2.0
    interval = found.interval(level)
    assert interval.low <= mean <= interval.high
    assert interval.level == level
    if bound < mean and abs(bound - interval.low) > 1e-9:
        assert (found.below(bound) <= tail) == (bound < interval.low)
    if bound > mean and abs(bound - interval.high) > 1e-9:
        assert (found.above(bound) <= tail) == (bound > interval.high)


def test_beyond_the_bounds_nothing_is_possible() -> None:
    found = BoundedMean((0.2, 0.9))
    assert (found.below(-0.1), found.above(1.1)) == (0.0, 0.0)
    assert (found.below(0.0, strict=True), found.above(1.0, strict=True)) == (0.0, 0.0)
    assert (found.below(1.0), found.below(2.0)) == (1.0, 1.0)
    assert (found.above(0.0), found.above(-1.0)) == (1.0, 1.0)


def test_values_at_a_bound_agree_with_it() -> None:
    assert BoundedMean((1.0,) * 30).above(1.0) == 1.0
    assert BoundedMean((0.0,) * 30).below(0.0) == 1.0
    assert BoundedMean((1.0,) * 30).below(0.8) < 0.05  # thirty of thirty speak for more than 0.8
    assert BoundedMean((1.0,) * 30).above(0.8) == 1.0


def test_few_values_show_little() -> None:
    assert BoundedMean((1.0, 1.0)).below(0.5) > 0.05
    assert BoundedMean((1.0, 1.0)).interval().low < 0.3


def test_ten_thousand_examples_narrow_the_interval() -> None:
    hits = np.random.default_rng(1).random(10_000) < 0.9
    interval = BoundedMean(tuple(hits.astype(float).tolist())).interval()
    assert interval.low < hits.mean() < interval.high
    assert interval.high - interval.low < 0.03  # 0.012 by the normal distribution


# -- levels --------------------------------------------------------------------------------------


def bernoulli(rng: np.random.Generator, n: int) -> np.ndarray:
    return (rng.random(n) < 0.95).astype(float)


def two_steps(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.where(rng.random(n) < 0.95, 0.95, 0.90)


def beta(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.beta(5.0, 0.5, n)


def quarters(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.binomial(4, 0.9, n) / 4.0


MEANS: dict[Draw, float] = {
    bernoulli: 0.95,
    two_steps: 0.95 * 0.95 + 0.05 * 0.90,
    beta: 5.0 / 5.5,
    quarters: 0.9,
}
RUNS = 1_500
SIZES = pytest.mark.parametrize("n", [2, 3, 5, 10, 30, 100])


@SIZES
@pytest.mark.parametrize("draw", MEANS)
def test_the_true_mean_is_rejected_at_most_at_the_level(draw: Draw, n: int) -> None:
    rng, mean = np.random.default_rng(n), MEANS[draw]
    samples = [BoundedMean(tuple(draw(rng, n).tolist())) for _ in range(RUNS)]
    below = np.array([sample.below(mean) for sample in samples])
    above = np.array([sample.above(mean) for sample in samples])
    for level in (0.05, 0.025):
        assert np.mean(below <= level) <= most(level, RUNS)
        assert np.mean(above <= level) <= most(level, RUNS)


def test_a_mean_far_off_is_rejected() -> None:
    rng = np.random.default_rng(2)
    samples = [BoundedMean(tuple(quarters(rng, 30).tolist())) for _ in range(200)]
    assert np.mean([sample.below(0.6) <= 0.05 for sample in samples]) > 0.95


# -- ratios --------------------------------------------------------------------------------------

RATIO = BoundedRatio((0.9, 0.8, 1.0, 0.7), (0.5, 0.4, 0.6, 0.3))


@given(st.lists(st.tuples(shares, shares), min_size=1, max_size=10), st.floats(0.05, 20.0))
def test_a_ratio_is_tested_by_a_difference(pairs: list[tuple[float, float]], c: float) -> None:
    a, b = zip(*pairs, strict=True)
    unit = [(x - c * y + c) / (1.0 + c) for x, y in pairs]
    found = BoundedRatio(a, b)
    assert found.below(c) == pytest.approx(1.0 / capital(unit, c / (1.0 + c)))
    mirrored = [1.0 - x for x in unit]
    assert found.above(c) == pytest.approx(1.0 / capital(mirrored, 1.0 / (1.0 + c)))


def test_no_ratio_is_negative() -> None:
    assert (RATIO.below(0.0), RATIO.below(-1.0)) == (0.0, 0.0)
    assert (RATIO.above(0.0), RATIO.above(-1.0)) == (1.0, 1.0)


def test_the_ratio_turned_around_has_the_inverse_interval() -> None:
    a, b = (0.9, 0.8, 1.0, 0.7) * 20, (0.5, 0.4, 0.6, 0.3) * 20
    there, back = BoundedRatio(a, b).interval(), BoundedRatio(b, a).interval()
    assert there.low < 3.4 / 1.8 < there.high
    assert (1.0 / back.high, 1.0 / back.low) == pytest.approx((there.low, there.high), rel=1e-6)


def test_a_few_pairs_leave_the_ratio_open() -> None:
    interval = BoundedRatio((0.9, 0.8, 1.0), (0.0, 0.0, 0.1)).interval()
    assert 0.0 < interval.low < 27.0
    assert interval.high == math.inf


def test_the_interval_of_a_ratio_holds_what_is_not_rejected() -> None:
    found = BoundedRatio((0.9, 0.8, 1.0, 0.7) * 20, (0.5, 0.4, 0.6, 0.3) * 20)
    interval = found.interval(0.9)
    assert found.below(interval.low * (1.0 - 1e-6)) <= 0.05 < found.below(interval.low * 1.000001)
    assert found.above(interval.high * 1.000001) <= 0.05 < found.above(interval.high * 0.999999)


@SIZES
def test_the_true_ratio_is_rejected_at_most_at_the_level(n: int) -> None:
    rng = np.random.default_rng(n)
    below, above = [], []
    for _ in range(RUNS):
        shared = rng.random(n)
        a, b = (shared < 0.94).astype(float), (shared**0.5 < 0.9).astype(float)
        found, true = BoundedRatio(tuple(a.tolist()), tuple(b.tolist())), 0.94 / 0.81
        below.append(found.below(true))
        above.append(found.above(true))
    assert np.mean(np.array(below) <= 0.05) <= most(0.05, RUNS)
    assert np.mean(np.array(above) <= 0.05) <= most(0.05, RUNS)


def test_a_sample_is_a_plain_value() -> None:
    assert replace(BoundedMean((0.5,)), low=-1.0) == BoundedMean((0.5,), -1.0, 1.0)

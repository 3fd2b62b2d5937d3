"""Nominal levels against what simulation finds.

`RUNS` simulated experiments each; a rate may stray from its nominal value by four binomial
standard deviations (a chance of 1 in 16,000 under a fixed seed, checked once and for all).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from harness import statistics as hs
from harness.types import Interval

RUNS = 4_000


def slack(rate: float) -> float:
    return 4.0 * math.sqrt(rate * (1.0 - rate) / RUNS)


def rate_of(hit: Callable[[np.random.Generator], bool], seed: int = 1) -> float:
    rng = np.random.default_rng(seed)
    return sum(hit(rng) for _ in range(RUNS)) / RUNS


def holds(interval: Interval, value: float) -> bool:
    return interval.low <= value <= interval.high


LEVELS = pytest.mark.parametrize("level", [0.9, 0.95])


@LEVELS
@pytest.mark.parametrize("n", [3, 10])
def test_mean_interval_covers(n: int, level: float) -> None:
    found = rate_of(lambda rng: holds(hs.mean_interval(rng.normal(2.0, 0.3, n), level), 2.0))
    assert found == pytest.approx(level, abs=slack(level))


@LEVELS
def test_prediction_interval_covers_the_next_run(level: float) -> None:
    def hit(rng: np.random.Generator) -> bool:
        draws = rng.normal(2.0, 0.3, 6)
        return holds(hs.prediction_interval(draws[:5], level), draws[5])

    assert rate_of(hit) == pytest.approx(level, abs=slack(level))


@LEVELS
@pytest.mark.parametrize(("n", "p"), [(10, 0.5), (30, 0.03), (500, 0.33)])
def test_proportion_interval_covers_at_least(n: int, p: float, level: float) -> None:
    found = rate_of(lambda rng: holds(hs.proportion_interval(rng.binomial(n, p), n, level), p))
    assert found >= level - slack(level)


@LEVELS
@pytest.mark.parametrize("n", [6, 11])
def test_median_interval_covers_at_least(n: int, level: float) -> None:
    def hit(rng: np.random.Generator) -> bool:
        return holds(hs.median_interval(rng.lognormal(0.0, 2.0, n), level), 1.0)

    assert rate_of(hit) >= level - slack(level)


@LEVELS
def test_difference_interval_covers_under_shared_randomness(level: float) -> None:
    def hit(rng: np.random.Generator) -> bool:
        shared = rng.normal(0.0, 5.0, 8)
        a = shared + rng.normal(0.3, 0.1, 8)
        return holds(hs.difference_interval(a, shared + rng.normal(0.0, 0.2, 8), level), 0.3)

    assert rate_of(hit) == pytest.approx(level, abs=slack(level))


@LEVELS
def test_ratio_interval_covers(level: float) -> None:
    def hit(rng: np.random.Generator) -> bool:
        a, b = rng.lognormal(math.log(3.0), 0.2, 7), rng.lognormal(0.0, 0.2, 7)
        return holds(hs.ratio_interval(a, b, level), 3.0)

    assert rate_of(hit) == pytest.approx(level, abs=slack(level))


@LEVELS
def test_ratio_of_means_covers_for_many_examples(level: float) -> None:
    def hit(rng: np.random.Generator) -> bool:
        shared = rng.random(400)
        a, b = (shared < 0.4).astype(float), (rng.random(400) < 0.2).astype(float)
        return holds(hs.ratio_of_means(a, b).interval(level), math.log(2.0))

    assert rate_of(hit) == pytest.approx(level, abs=slack(level) + 0.005)


@LEVELS
@pytest.mark.parametrize("shift", [0.0, 0.06])
def test_paired_binary_covers(level: float, shift: float) -> None:
    def hit(rng: np.random.Generator) -> bool:
        u = rng.random(200)
        a, b = (u < 0.30 + shift).astype(float), (u < 0.30).astype(float)
        swap = rng.random(200) < 0.1  # symmetric disagreement on one tenth of the examples
        coins = rng.integers(0, 2, (2, 200))
        a, b = np.where(swap, coins[0], a), np.where(swap, coins[1], b)
        return holds(hs.paired_binary(a, b).interval(level), 0.9 * shift)

    # Agresti & Min report coverage a little above nominal.
    found = rate_of(hit)
    assert level - slack(level) - 0.005 <= found <= level + 0.03


@LEVELS
def test_slope_interval_covers_one_run_and_many(level: float) -> None:
    x = np.log([1.0, 2.0, 5.0, 10.0, 20.0])

    def one(rng: np.random.Generator) -> bool:
        return holds(hs.slope_interval(x, 0.1 * x + rng.normal(0, 0.05, 5), level), 0.1)

    def many(rng: np.random.Generator) -> bool:
        level_of_seed = rng.normal(0, 10.0, (5, 1))
        y = level_of_seed + rng.normal(0.1, 0.02, (5, 1)) * x + rng.normal(0, 0.05, (5, 5))
        return holds(hs.slope_interval(x, y, level), 0.1)

    assert rate_of(one) == pytest.approx(level, abs=slack(level))
    assert rate_of(many) == pytest.approx(level, abs=slack(level))


def test_tost_false_alarm_at_the_margin_is_five_percent() -> None:
    def hit(rng: np.random.Generator) -> bool:
        values = rng.normal(1.0, 0.3, 8)  # the true mean sits on the upper margin
        return hs.equivalent(hs.mean_interval(values, 0.9), 0.0, 1.0)

    assert rate_of(hit) == pytest.approx(0.05, abs=slack(0.05))


def test_tost_never_exceeds_its_level_when_noise_is_large() -> None:
    def hit(rng: np.random.Generator) -> bool:
        return hs.tost_p_value(rng.normal(0.1, 0.3, 5), -0.1, 0.1) <= 0.05

    assert rate_of(hit) <= 0.05 + slack(0.05)


@pytest.mark.parametrize("draw", ["normal", "cauchy"])
def test_sign_flip_false_alarms(draw: str) -> None:
    def hit(rng: np.random.Generator) -> bool:
        values = rng.normal(size=10) if draw == "normal" else rng.standard_cauchy(10)
        return hs.sign_flip(values) <= 0.05

    # 51 of 1,024 patterns: the attainable level nearest to 5 %.
    assert rate_of(hit) == pytest.approx(51 / 1024, abs=slack(0.05))


def test_sign_flip_monte_carlo_false_alarms() -> None:
    found = rate_of(lambda rng: hs.sign_flip(rng.normal(size=25), resamples=199) <= 0.05)
    assert found == pytest.approx(0.05, abs=slack(0.05))


def test_sign_flip_has_power() -> None:
    assert rate_of(lambda rng: hs.sign_flip(rng.normal(1.5, 1.0, 10)) <= 0.05) > 0.95


def test_benjamini_hochberg_holds_the_false_discovery_rate() -> None:
    rng = np.random.default_rng(5)
    shares = []
    for _ in range(RUNS):
        p = rng.random(40)
        p[:10] = rng.random(10) * 1e-3  # ten that are truly false
        rejected = hs.benjamini_hochberg(p, 0.1)
        shares.append(rejected[10:].sum() / max(1, rejected.sum()))
    # Its expectation is rate * (true hypotheses / all) = 0.075.
    assert np.mean(shares) == pytest.approx(0.075, abs=4 * np.std(shares) / math.sqrt(RUNS))

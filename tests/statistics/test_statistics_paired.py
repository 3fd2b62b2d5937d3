"""Ratios and 0/1 differences of pairs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statistics_rates import slack

from harness import statistics as hs


def test_paired_binary_follows_agresti_and_min() -> None:
    # 53 against 16 pairs that disagree, and 31 that agree
    a = np.repeat([1.0, 0.0, 1.0, 0.0], [53, 16, 20, 11])
    b = np.repeat([0.0, 1.0, 1.0, 0.0], [53, 16, 20, 11])
    where = hs.paired_binary(a, b)
    up, down = 53.5 / 102, 16.5 / 102
    assert where.centre == pytest.approx(up - down)
    assert where.se == pytest.approx(math.sqrt((up + down - (up - down) ** 2) / 102))
    agree = hs.paired_binary(np.ones(50), np.ones(50)).interval(0.95)
    assert agree.low < 0.0 < agree.high


def test_paired_binary_takes_bits_of_equal_number() -> None:
    with pytest.raises(ValueError, match="must be 0 or 1"):
        hs.paired_binary([0.5], [1.0])
    with pytest.raises(ValueError, match="equal lengths"):
        hs.paired_binary([0.0, 1.0], [1.0])


@pytest.mark.parametrize("level", [0.9, 0.95])
@pytest.mark.parametrize("shift", [0.0, 0.06])
def test_paired_binary_covers(level: float, shift: float) -> None:
    runs, rng = 2_000, np.random.default_rng(1)
    covered = 0
    for _ in range(runs):
        u = rng.random(200)
        a, b = (u < 0.30 + shift).astype(float), (u < 0.30).astype(float)
        swap = rng.random(200) < 0.1  # symmetric disagreement on one tenth of the examples
        coins = rng.integers(0, 2, (2, 200))
        it = hs.paired_binary(np.where(swap, coins[0], a), np.where(swap, coins[1], b))
        interval = it.interval(level)
        covered += interval.low <= 0.9 * shift <= interval.high
    # Agresti & Min report coverage a little above nominal.
    assert level - slack(level, runs) - 0.005 <= covered / runs <= level + 0.03


def test_log_ratio_takes_positive_pairs() -> None:
    assert hs.log_ratio([2.0, 8.0], [1.0, 2.0]) == pytest.approx([math.log(2), math.log(4)])
    assert hs.log_ratio([1e300], [1e-300])[0] == pytest.approx(600 * math.log(10))
    with pytest.raises(ValueError, match="got 1 pairs"):
        hs.log_ratio([0.0, 1.0], [1.0, 1.0])

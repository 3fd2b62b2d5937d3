"""Slopes of lines: against scipy, and their coverage."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statistics_rates import slack

from harness import statistics as hs

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

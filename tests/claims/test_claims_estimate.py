"""Estimates: intervals and p-values that agree, and numbers in words."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.claims import estimate as est
from harness.claims import text
from harness.claims.undecided import Undecided
from harness.types import Interval

finite_or_inf = st.one_of(st.floats(-5, 5), st.just(math.inf))


@given(st.lists(finite_or_inf, min_size=5, max_size=20), st.floats(-5, 5))
def test_median_p_value_and_interval_agree(values: list[float], low: float) -> None:
    spread = est.Median(tuple(values))
    for ends in ((low, math.inf), (-math.inf, low), (low, low + 0.5)):
        p = spread.p_inside(*ends)
        assert abs(p - 0.05) > 1e-9  # never exactly 5 % for n <= 20
        assert (p < 0.05) == spread.interval(0.95).disjoint(*ends)


def test_median_p_value_is_the_sign_test() -> None:
    values = tuple(float(x) for x in range(1, 11))
    expected = stats.binomtest(1, 10, 0.5).pvalue
    assert est.Median(values).p_inside(-math.inf, 1.5) == pytest.approx(expected)


@pytest.mark.parametrize("log", [False, True])
def test_p_values_use_the_scale_of_the_spread(log: bool) -> None:
    values = np.array([1.0, 2.0, 4.0, 9.0])
    judged = np.log(values) if log else values
    found = est.of_values(values, "seeds", log=log)
    bound = 20.0
    at = math.log(bound) if log else bound
    assert found.p_inside(bound, math.inf) == pytest.approx(stats.ttest_1samp(judged, at).pvalue)
    prediction = found.prediction()
    assert prediction is not None
    assert found.p_run(prediction.high) == pytest.approx(0.05)


def test_wide_means_positive_and_over_three_decades() -> None:
    assert est.wide(np.array([1e34, 1e35]), 1e33, None) is False
    assert est.wide(np.array([1e34, 1e37]), 1e33, None) is True
    assert est.wide(np.array([1e34, math.inf]), 1e30, None) is True
    assert est.wide(np.array([0.0, 1e9]), 1.0, None) is False
    assert est.wide(np.array([1.0, 1e9]), -1.0, None) is False


def test_one_value_has_no_spread_and_one_example_neither() -> None:
    with pytest.raises(Undecided, match="one run only"):
        est.of_values(np.array([0.5]), "seeds")
    with pytest.raises(Undecided, match="one example only"):
        est.of_values(np.array([0.5]), "examples")


def test_intervals_and_bands_in_words() -> None:
    assert text.interval(Interval(0.9712, 0.9768, 0.95)) == "95 % interval 0.971 to 0.977"
    assert text.band(2.0, math.inf) == "at least 2"
    assert text.within(0.1, 0.3) == "lies within 0.1 to 0.3"
    assert text.beyond(-math.inf, 0.3) == "is above 0.3"
    assert text.within(0.1, 0.3, "fraction") == "lies within 10 % to 30 %"
    assert text.quoted(0.9737, 0.003, "fraction") == "97.37 % ± 0.3"
    assert text.quoted(0.03, 0.003) == "0.03 ± 0.003"
    assert text.many(1, "examples") == "1 example"
    assert text.many(10_000, "examples") == "10,000 examples"

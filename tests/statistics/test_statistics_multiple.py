"""q-values against scipy, their definition, and the share of false findings."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness.statistics import q_values

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

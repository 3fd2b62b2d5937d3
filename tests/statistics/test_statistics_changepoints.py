import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.statistics import shifts

SIMULATIONS = 200


def levels_fit(values, breaks):
    """Return the F statistic of a division by a regression on indicators of its parts."""
    ends = [0, *breaks, len(values)]
    design = np.zeros((len(values), len(ends) - 1))
    for column, (a, b) in enumerate(itertools.pairwise(ends)):
        design[a:b, column] = 1.0
    fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    left = np.sum((values - fitted) ** 2)
    total = np.sum((values - np.mean(values)) ** 2)
    return (total - left) / len(breaks) / (left / (len(values) - len(breaks) - 1))


def exhaustive(values):
    """Return the largest F of all divisions by one or two breaks, and its breaks."""
    n = len(values)
    divisions = [(i,) for i in range(2, n - 1)]
    divisions += [(i, j) for i in range(2, n - 3) for j in range(i + 2, n - 1)]
    return max((levels_fit(values, breaks), breaks) for breaks in divisions)


def steps(seed, sizes, spread=1.0):
    """Return levels of (length, height) with normal noise."""
    rng = np.random.default_rng(seed)
    level = np.concatenate([np.full(length, height) for length, height in sizes])
    return level + rng.normal(0.0, spread, level.size)


def test_the_first_division_is_the_best_of_all():
    taken = 0
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=11)
        found = {shift.index for shift in shifts(values, 0.9)}  # nearly every division is taken
        assert not found or set(exhaustive(values)[1]) <= found
        taken += bool(found)
    assert taken >= 15


def test_the_p_value_is_the_share_of_all_orders():
    values = np.array([0.0, 0.3, -0.2, 2.0, 2.4, 1.9])
    seen = exhaustive(values)[0]
    orders = itertools.permutations(values)
    reached = [exhaustive(np.array(order))[0] >= seen * (1 - 1e-9) for order in orders]
    first = shifts(values, 0.5)[0]
    assert first.index == 3
    assert np.mean(reached) / 2 < first.p_value < np.mean(reached) * 2


def test_a_step_of_five_standard_deviations_is_found_where_it_is():
    found = [shifts(steps(seed, [(10, 0), (10, 5)]), 0.025) for seed in range(20)]
    assert sum(10 in [shift.index for shift in one] for one in found) >= 18
    assert sum(len(one) == 1 for one in found) >= 16


def test_a_step_at_the_last_two_values_is_found():
    found = [shifts(steps(seed, [(18, 0), (2, 6)]), 0.025) for seed in range(20)]
    assert sum([shift.index for shift in one] == [18] for one in found) >= 16


def test_a_level_that_comes_back_is_found():
    found = [shifts(steps(seed, [(7, 0), (6, 5), (7, 0)]), 0.025) for seed in range(20)]
    assert sum({7, 13} <= {shift.index for shift in one} for one in found) >= 18


@pytest.mark.parametrize("draw", ["normal", "cauchy", "ties"])
@pytest.mark.parametrize("n", [8, 20])
def test_noise_has_no_shift_more_often_than_the_level(draw, n):
    rng = np.random.default_rng(n)
    makers = {
        "normal": lambda: rng.normal(size=n),
        "cauchy": lambda: rng.standard_cauchy(n),
        "ties": lambda: rng.integers(0, 3, n).astype(float),
    }
    alarms = sum(bool(shifts(makers[draw](), 0.05)) for _ in range(SIMULATIONS))
    # 10 are expected at a true rate of 5 %; 19 or more then have a probability of 0.5 %
    assert alarms <= 18


def test_values_that_do_not_vary_have_no_shift():
    assert shifts([1.0] * 30) == ()


def test_a_step_without_noise_is_found():
    (found,) = shifts([1.0] * 10 + [1.05] * 10)
    assert found.index == 10
    assert found.p_value < 0.01


@pytest.mark.parametrize("n", range(6))
def test_few_values_have_no_shift(n):
    assert shifts([0.0, 0.0, 9.0, 9.0, 9.0][:n] or [0.0]) == ()


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=14), st.integers(-3, 3))
def test_the_scale_changes_nothing(values, power):
    # scaled by powers of two, which rounds nothing
    values = np.array(values)
    one = [shift.index for shift in shifts(values, 0.2)]
    assert [shift.index for shift in shifts(values * 2.0**power, 0.2)] == one
    assert all(2 <= index <= len(values) - 2 for index in one)
    assert all(b - a >= 2 for a, b in itertools.pairwise(one))


def test_a_smaller_level_draws_enough_to_be_reached():
    (found,) = shifts(steps(3, [(12, 0), (12, 8)]), 1e-3)
    assert found.p_value <= 1e-3


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(ValueError, match="values must be finite"):
        shifts([1.0, np.nan, 2.0])
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        shifts([1.0, 2.0], 0.0)

"""Every function beside the suites keeps to what it declares."""

import numpy as np
import pytest
from experiment_fakes import images
from facts_played import FACTS, play

from harness.declare import ATTRIBUTE

pytest.importorskip("torch")


def data():
    return images(n_train=40, classes=10, shape=(1, 28, 28))


@pytest.mark.parametrize("name", FACTS)
def test_every_function_returns_what_it_declares_and_repeats_itself(name):
    first, again = play(name, data()), play(name, data())
    assert first == again
    assert all(np.isfinite(value) for value in first.values())
    assert set(first) == set(getattr(FACTS[name], ATTRIBUTE)["metrics"])


@pytest.mark.parametrize(
    ("name", "metric"),
    [
        ("first_weights", "normal_mean"),
        ("init_formulas", "kaiming_over_formula"),
        ("variance_through_layer", "kaiming_linear"),
        ("default_scheme", "deviation_times_root_fan_in"),
    ],
)
def test_what_is_drawn_is_drawn_anew_in_every_repetition(name, metric):
    assert len({play(name, seed=seed)[metric] for seed in range(4)}) == 4


def test_sizes_are_those_asked_for():
    found = play("linear_shapes", rows=7, inputs=5, outputs=3)
    assert (found["weight_rows"], found["weight_columns"]) == (3, 5)
    assert (found["output_rows"], found["output_columns"], found["output_numel"]) == (7, 3, 21)
    assert found["parameter_count"] == 5 * 3 + 3

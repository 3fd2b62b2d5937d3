"""Scenarios of automatic differentiation, against what is known without it."""

import math

import numpy as np
import pytest
from facts_played import functions, played
from scipy.optimize import approx_fprime

from harness.backends import get
from harness.config.kinds import is_named
from harness.declare import ATTRIBUTE
from suites.facts import numeric

AUTOGRAD = functions("autograd")
POINTS = (1.5, -2.0, 0.25)
ALL = [
    (name, backend)
    for name, function in AUTOGRAD.items()
    for backend in getattr(function, ATTRIBUTE)["backends"]
]
FUNCTIONS = {
    "chain": lambda x: (3 * x + 4) ** 2,
    "square": lambda x: x**2,
    "branches": lambda x: x**2 + 3 * x,
    "relu": lambda x: np.maximum(x, 0),
    "absolute": np.abs,
    "paths": lambda x: 3 * x**3,
}


def play(name, backend="torch", **params):
    if reason := get(backend).absent("cpu"):
        pytest.skip(reason)
    return played(AUTOGRAD[name], backend=backend, **{"points": POINTS, **params})


@pytest.mark.parametrize(("name", "backend"), ALL)
def test_every_scenario_leaves_the_metrics_it_declares(name, backend):
    metrics, declared = play(name, backend), getattr(AUTOGRAD[name], ATTRIBUTE)["metrics"]
    assert all(is_named(metric, declared) for metric in metrics)
    assert all(any(is_named(metric, [one]) for metric in metrics) for one in declared)
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize(("name", "backend"), [pair for pair in ALL if pair[0] in FUNCTIONS])
def test_derivatives_against_scipy(name, backend):
    metrics = play(name, backend)
    expected = np.diag(approx_fprime(np.array(POINTS), FUNCTIONS[name]))
    assert [metrics[f"grad_{i}"] for i in range(3)] == pytest.approx(expected, rel=1e-5)


def test_the_complex_step_of_a_matrix_against_the_derivative_in_closed_form():
    x = np.random.default_rng(0).standard_normal((4, 3))
    found = numeric.complex_step(lambda z: np.exp(z) * z[::-1], x)
    assert found == pytest.approx(np.exp(x) * x[::-1] + np.exp(x)[::-1], rel=1e-14)


def test_gradients_add_up_only_until_they_are_cleared():
    assert play("twice")["ratio"] == 2
    assert play("cleared")["ratio"] == 1
    assert play("never_cleared", examples=5)["last_over_first"] == 5


@pytest.mark.parametrize("n", [1, 1000])
def test_a_square_saves_its_input_and_nothing_without_a_graph(n):
    metrics = play("saved", examples=n)
    assert metrics == {"saved_bytes": 4.0 * n, "saved_is_input": 1.0, "saved_bytes_no_grad": 0.0}

import math

import numpy as np
import pytest
from experiment_fakes import FakeBackend, context
from scipy.optimize import approx_fprime

from harness.backends import get
from harness.config.experiments import Probe
from harness.errors import Skip, UsageError
from harness.experiments.probe import experiment as probe
from harness.experiments.probe.documents import numeric
from harness.experiments.probe.documents.autograd.registry import SCENARIOS

POINTS = (1.5, -2.0, 0.25)
ALL = [(name, backend) for name, scenario in SCENARIOS.items() for backend in scenario.plays]
FUNCTIONS = {
    "chain": lambda x: (3 * x + 4) ** 2,
    "square": lambda x: x**2,
    "branches": lambda x: x**2 + 3 * x,
    "relu": lambda x: np.maximum(x, 0),
    "absolute": np.abs,
    "paths": lambda x: 3 * x**3,
}


def cell(scenario, backend, **params):
    settings = {"scenario": scenario, "points": POINTS, **params}
    return context(None, backend, data=None, probe=Probe(name="autograd"), params=settings)


def play(scenario, backend="torch", **params):
    found = get(backend)
    if reason := found.absent("cpu"):
        pytest.skip(reason)
    return probe.run(cell(scenario, found, **params)).metrics


@pytest.mark.parametrize(("scenario", "backend"), ALL)
def test_every_scenario_leaves_the_metrics_it_declares(scenario, backend):
    metrics = play(scenario, backend)
    assert set(metrics) == probe.produces(cell(scenario, get(backend)).settings)
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize(
    ("scenario", "backend"), [pair for pair in ALL if "grad" in SCENARIOS[pair[0]].per_point]
)
def test_derivatives_against_scipy(scenario, backend):
    metrics = play(scenario, backend)
    expected = np.diag(approx_fprime(np.array(POINTS), FUNCTIONS[scenario]))
    assert [metrics[f"grad_{i}"] for i in range(3)] == pytest.approx(expected, rel=1e-5)


def test_the_complex_step_of_a_matrix_against_the_derivative_in_closed_form():
    x = np.random.default_rng(0).standard_normal((4, 3))
    found = numeric.complex_step(lambda z: np.exp(z) * z[::-1], x)
    assert found == pytest.approx(np.exp(x) * x[::-1] + np.exp(x)[::-1], rel=1e-14)


def test_gradients_add_up_only_until_they_are_cleared():
    assert play("twice")["ratio"] == 2
    assert play("cleared")["ratio"] == 1
    assert play("never_cleared", examples=5)["last_over_first"] == 5


def test_the_graph_of_a_sum_of_losses_grows_with_every_loss():
    few, many = (play("summed_losses", examples=n)["nodes_of_sum"] for n in (4, 8))
    assert many == pytest.approx(2 * few, abs=2)


@pytest.mark.parametrize("n", [1, 1000])
def test_a_square_saves_its_input_and_nothing_without_a_graph(n):
    metrics = play("saved", examples=n)
    assert metrics == {"saved_bytes": 4.0 * n, "saved_is_input": 1.0, "saved_bytes_no_grad": 0.0}


def test_an_unknown_scenario_is_a_usage_error_with_a_hint():
    with pytest.raises(UsageError, match="unknown scenario 'hok'"):
        probe.run(cell("hok", get("numpy")))


def test_a_backend_without_the_scenario_skips():
    with pytest.raises(Skip, match="fake backend has no scenario"):
        probe.run(cell("hook", FakeBackend()))

"""Probe ``function``: both tables against each other and against central differences."""

from __future__ import annotations

import numpy as np
import pytest
from experiment_fakes import FakeBackend, context

from harness.backends import get
from harness.config.experiments import Probe
from harness.errors import Skip, UsageError
from harness.experiments import probe
from harness.experiments.probe.function import FUNCTIONS, PROBE, Params, by_hand
from harness.experiments.probe.function.numpy_functions import Options

STEP = 1e-6
BACKENDS = ["numpy", "torch"]
LABELLED = {"cross_entropy", "cross_entropy_naive", "cross_entropy_of_softmax", "accuracy"}
TARGETED = {"mse", "l1", "huber"}
AT = {  # away from kinks, inside the domain
    **{name: [0.3, 1.2, 2.5, 0.7] for name in ("log", "negative_log", "power", "share")},
    "logit": [0.2, 0.5, 0.9, 0.4],
}
MATRIX = {"softmax", "log_softmax", "cross_entropy", "accuracy", "tanh", "log_sum_exp"}


def settings(name, **more):
    at = more.pop("at", AT.get(name, [-1.3, 0.4, 2.0, -0.2]))
    values = {"function": name, "at": at, "precision": "float64", "exponent": 3.0, **more}
    if name in LABELLED:
        values.setdefault("target", [1] * (len(at) if isinstance(at[0], list) else 1))
    elif name in TARGETED:
        values.setdefault("target", [0.5, 0.5, 0.5, 3.0] if not isinstance(at[0], list) else [1.0])
    return values


def run(backend, name, **more):
    values = settings(name, **more)
    cell = context(None, get(backend), probe=Probe(name="function"), params=values)
    outcome = probe.run(cell)
    assert {*outcome.metrics, *outcome.series} == probe.produces(cell.settings)
    return outcome


def central(name, at, output):
    params = Params(
        **{k: tuple(v) if isinstance(v, list) else v for k, v in settings(name).items()}
    )
    found = np.empty_like(at)
    for i in range(at.size):
        ends = []
        for sign in (1, -1):
            moved = at.copy()
            moved[i] += sign * STEP
            value, _ = by_hand(name, moved, params.options())
            ends.append(value.sum() if output < 0 else value[output])
        found[i] = (ends[0] - ends[1]) / (2 * STEP)
    return found


@pytest.mark.parametrize("output", [-1, 0])
@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_gradients_equal_central_differences(backend, name, output):
    metrics = run(backend, name, output=output).metrics
    at = np.array(AT.get(name, [-1.3, 0.4, 2.0, -0.2]))
    found = [metrics[f"gradient_{i}"] for i in range(4)]
    np.testing.assert_allclose(found, central(name, at, output), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_numpy_and_torch_agree(name, precision):
    ours, theirs = (run(backend, name, precision=precision).metrics for backend in BACKENDS)
    assert ours.keys() == theirs.keys()
    tolerance = 1e-5 if precision == "float32" else 1e-12
    for key in ours.keys() - {"graph", "x_of_gradient_max"}:
        assert ours[key] == pytest.approx(theirs[key], rel=tolerance, abs=tolerance), key


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_numpy_and_torch_agree_on_rows(name):
    rows = [[0.1, 1.0, -2.0], [3.0, 0.2, 0.3]]
    ours, theirs = (run(backend, name, at=rows).metrics for backend in BACKENDS)
    for key in ours.keys() - {"graph", "x_of_gradient_max"}:
        assert ours[key] == pytest.approx(theirs[key], rel=1e-12, abs=1e-12), key


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "absolute", "step", "gelu"])
def test_both_choose_the_same_derivative_at_zero(name):
    ours, theirs = (run(backend, name, at=[0.0]).metrics for backend in BACKENDS)
    assert ours["gradient_0"] == theirs["gradient_0"]


@pytest.mark.parametrize("name", ["softmax_naive", "log_sum_exp_naive", "cross_entropy_naive"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_naive_forms_overflow_in_float32_and_the_shifted_do_not(backend, name):
    at = [1000.0, 1.0, 1.0]
    assert run(backend, name, at=at, precision="float32", target=[0]).metrics["finite"] == 0
    safe = name.removesuffix("_naive")
    assert run(backend, safe, at=at, precision="float32", target=[0]).metrics["finite"] == 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_span_gives_curves_and_the_place_of_the_steepest_slope(backend):
    outcome = run(backend, "sigmoid", at=(), span=[-4.0, 4.0, 81])
    assert outcome.metrics["gradient_max"] == pytest.approx(0.25)
    assert outcome.metrics["x_of_gradient_max"] == pytest.approx(0.0, abs=1e-12)
    assert outcome.series["value"].x[0] == -4.0
    assert len(outcome.series["gradient"].y) == 81


@pytest.mark.parametrize("backend", BACKENDS)
def test_draws_are_those_of_the_cell_and_their_moments_are_reported(backend):
    metrics = run(backend, "relu", at=(), normal=200_000).metrics
    assert metrics["zeros"] == pytest.approx(0.5, abs=0.01)
    assert metrics["second_moment_ratio"] == pytest.approx(0.5, abs=0.01)
    assert metrics["variance_ratio"] == pytest.approx(0.5 - 0.5 / np.pi, abs=0.01)
    assert metrics == pytest.approx(run("numpy", "relu", at=(), normal=200_000).metrics, rel=1e-6)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_logarithm_of_a_finished_softmax_underflows_and_does_not_overflow(backend):
    at = [1000.0, 1.0, 1.0]
    right = run(backend, "cross_entropy_of_softmax", at=at, precision="float32", target=[0])
    assert right.metrics["value_0"] == 0
    wrong = run(backend, "cross_entropy_of_softmax", at=at, precision="float32", target=[1])
    assert wrong.metrics["value_0"] == np.inf
    assert run(backend, "cross_entropy", at=at, target=[1]).metrics["value_0"] == 999


def test_different_inputs_may_have_one_value():
    assert run("numpy", "relu", at=[-2.0, -1.0, 0.0, 3.0]).metrics["distinct"] == 0.5


def test_a_step_function_has_no_graph_in_torch():
    for name in ("accuracy", "step"):
        assert run("torch", name).metrics["graph"] == 0
        assert run("torch", name).metrics["gradient_norm"] == 0
    assert run("torch", "tanh").metrics["graph"] == 1


def test_what_is_wrong_is_named():
    with pytest.raises(UsageError, match="Did you mean 'sigmoid'"):
        run("numpy", "sigmoit")
    with pytest.raises(UsageError, match="exactly one of at, span and normal"):
        run("numpy", "tanh", normal=5)
    cell = context(None, FakeBackend(), probe=Probe(name="function"), params=settings("tanh"))
    with pytest.raises(Skip, match="no table of functions"):
        probe.run(cell)


def test_options_reach_the_functions():
    x, target = np.array([3.0]), np.array([0.0])
    assert by_hand("huber", x, Options(target, delta=2.0))[0] == pytest.approx(4.0)
    assert by_hand("leaky_relu", -x, Options(target, slope=0.2))[0] == pytest.approx(-0.6)
    assert by_hand("power", x, Options(target, exponent=4.0))[0] == pytest.approx(81)
    assert PROBE.name == "function"

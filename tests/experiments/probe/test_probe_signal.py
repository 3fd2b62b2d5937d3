"""Probe ``signal``: variances of random networks against theory and plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from experiment_fakes import STREAMS, context

from harness.backends import get
from harness.config.experiments import Probe
from harness.config.model import Init, Model
from harness.experiments import probe

BACKENDS = ["numpy", "torch"]
NORMAL = Init(scheme="normal", std=1.0, bias="zeros")


def run(backend, activation="identity", init=NORMAL, model=None, **params):
    values = {"width": 64, "depth": 3, "examples": 200, "precision": "float64", **params}
    model = model or Model(activation=activation, init=init)
    cell = context(None, get(backend), probe=Probe(name="signal"), model=model, params=values)
    outcome = probe.run(cell)
    assert {*outcome.metrics, *outcome.series} == probe.produces(cell.settings)
    return outcome


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "identity", "gelu"])
def test_numpy_and_torch_agree(activation):
    ours, theirs = (run(backend, activation) for backend in BACKENDS)
    assert ours.metrics == pytest.approx(theirs.metrics, rel=1e-9)
    for name, series in ours.series.items():
        assert list(series.x) == [1, 2, 3, 4]
        np.testing.assert_allclose(series.y, theirs.series[name].y, rtol=1e-9, atol=1e-15)


def test_the_forward_pass_is_that_of_plain_numpy():
    series = run("numpy", "tanh").series
    draw, data = STREAMS.generator("init"), STREAMS.generator("data")
    x = data.standard_normal((200, 64))
    for k in range(3):
        y = x @ draw.standard_normal((64, 64)).T
        assert series["variance"].y[k] == pytest.approx(y.var(), rel=1e-12)
        assert series["gain"].y[k] == pytest.approx(y.var() / np.mean(x**2), rel=1e-12)
        x = np.tanh(y)
        assert series["activation_second_moment"].y[k] == pytest.approx(np.mean(x**2), rel=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_layer_multiplies_the_variance_by_its_inputs(backend):
    series = run(backend, width=300, examples=300).series
    np.testing.assert_allclose(series["gain"].y[:3], 300, rtol=0.05)


@pytest.mark.parametrize("backend", BACKENDS)
def test_kaiming_keeps_the_second_moment_of_relu(backend):
    init = Init(scheme="kaiming", bias="zeros")
    moments = run(backend, "relu", init, width=400, examples=100).series["activation_second_moment"]
    np.testing.assert_allclose(moments.y[:3], 1.0, rtol=0.25)


@pytest.mark.parametrize("backend", BACKENDS)
def test_zero_weights_give_no_gradient_to_any_weight_matrix(backend):
    zeros = Init(scheme="zeros", bias="zeros")
    outcome = run(backend, "relu", zeros)
    assert outcome.series["gradient_norm"].y == [0.0] * 4
    assert np.isnan(outcome.metrics["gradient_share"])


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_layer_where_float32_overflows(backend):
    # The standard deviation is 8**k and float32 ends at 2**128; the sum of squares leaves it first.
    outcome = run(backend, depth=45, precision="float32", examples=20)
    assert 18 <= outcome.metrics["variance_overflow_layer"] <= 22
    assert 41 <= outcome.metrics["overflow_layer"] <= 43
    assert run(backend).metrics["overflow_layer"] == 0


def test_the_network_may_be_that_of_the_model():
    outcome = run("numpy", model=Model(hidden=(32, 16), init=NORMAL), depth=0)
    assert len(outcome.series["variance"].y) == 3
    alone = run("numpy", model=Model(hidden=(), init=NORMAL), depth=0)
    assert alone.metrics["variance_change"] == 1


def test_only_the_chosen_curves_are_kept_to_nine_digits():
    outcome = run("numpy", curves=["gain"], precision="float32")
    assert set(outcome.series) == {"gain"}
    whole = run("numpy").series["gain"].y
    np.testing.assert_allclose(outcome.series["gain"].y, whole, rtol=1e-5)
    assert all(float(f"{y:.9g}") == y for y in outcome.series["gain"].y)

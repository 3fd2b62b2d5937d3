"""Measures of hidden layers and their units, held to the same words written out in NumPy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from experiment_fakes import context, images

from harness import backends
from harness.config.layers import Flatten, LeakyReLU, Linear, ReLU
from harness.config.model import Init, Model
from harness.config.train import Train
from harness.experiments import train as experiment
from harness.experiments.train.outcome import setbacks
from harness.types import Series

LAYERS = (Flatten(), Linear(out=7), ReLU(), Linear(out=4))
NAMES = ("hidden_range", "zero_activations", "layer_changes")
UNITS = (Flatten(), Linear(out=6), ReLU(), Linear(out=4))
SPREAD = Train(
    loss="cross_entropy",
    lr=0.001,
    epochs=1,
    batch_size=16,
    measure=("unit_spread",),
    keep=("weights",),
)
BOTH = ("numpy", "torch")


def run(model=None, backend="numpy", **settings):
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)
    table = Train(
        **{
            "loss": "cross_entropy",
            "lr": 0.001,
            "epochs": 2,
            "batch_size": 16,
            "dtype": "float64",
            "measure": NAMES,
            "keep": ("weights",),
            **settings,
        }
    )
    cell = context(images(), backends.get(backend), model=model or Model(layers=LAYERS))
    return experiment.run(replace(cell, settings=cell.settings.model_copy(update={"train": table})))


@pytest.mark.parametrize("backend", BOTH)
def test_range_and_zeros_of_the_hidden_layer(backend, monkeypatch):
    monkeypatch.setattr("harness.experiments.train.measures.measure.BLOCK_BYTES", 16 * 8 * 7)
    model = Model(layers=LAYERS, init=Init(bias="zeros"))
    outcome = run(model, backend, lr=1e-12)  # biases stay where they are
    z = images().x_train.reshape(60, -1).astype(np.float64) @ outcome.arrays["weights"].T
    assert outcome.metrics["hidden_lowest"] == pytest.approx(z.min(), rel=1e-6)
    assert outcome.metrics["hidden_highest"] == pytest.approx(z.max(), rel=1e-6)
    assert outcome.metrics["hidden_largest"] == pytest.approx(abs(z).max(), rel=1e-6)
    assert outcome.metrics["zero_activations"] == pytest.approx((z < 0).mean())


@pytest.mark.parametrize("backend", BOTH)
def test_weights_below_dead_units_never_move(backend):
    dead = Init(bias="constant", bias_std=-1e6)
    metrics = run(Model(layers=LAYERS, init=dead), backend).metrics
    assert metrics["weight_change_1"] == 0
    assert metrics["zero_activations"] == 1
    leaky = (*LAYERS[:2], LeakyReLU(), LAYERS[3])
    assert run(Model(layers=leaky, init=dead), backend).metrics["weight_change_1"] > 0


def test_a_linear_model_has_no_hidden_layer():
    metrics = run(Model(layers=(Flatten(), Linear(out=4)))).metrics
    assert {"weight_change_1"} == {name for name in metrics if "hidden" in name or "change" in name}


def test_setbacks_count_what_got_worse():
    found = setbacks(
        {
            "test_loss": Series([1, 2, 3, 4], [3.0, 1.0, 2.0, 1.5]),
            "test_accuracy": Series([1, 2, 3, 4], [0.1, 0.3, 0.2, 0.4]),
        }
    )
    assert found == {
        "test_loss_setbacks": 1,
        "test_loss_from_best": 0.5,
        "test_accuracy_setbacks": 1,
        "test_accuracy_from_best": 0,
    }


def test_watched_cells_declare_their_setbacks():
    outcome = run(evaluate_every=1)
    assert {"test_loss_setbacks", "test_accuracy_from_best"} <= outcome.metrics.keys()
    assert not any(name.endswith("_setbacks") for name in run().metrics)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_spread_of_random_equal_and_zero_units(backend):
    found = {}
    for scheme in ("default", "constant", "zeros"):
        model = Model(layers=UNITS, init=Init(scheme=scheme, std=0.001, bias="zeros"))
        found[scheme] = experiment.run(
            context(images(), backends.get(backend), model=model, train=SPREAD)
        )
    weights = found["default"].arrays["weights"].reshape(6, -1).astype(np.float64)
    apart = max(abs(weights[i] - weights.mean(axis=0)).max() for i in range(6))
    assert found["default"].metrics["unit_spread"] == pytest.approx(apart / abs(weights).max())
    assert found["constant"].metrics["unit_spread"] < 1e-5
    assert found["zeros"].metrics["unit_spread"] == 0

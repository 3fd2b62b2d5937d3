"""Measure ``unit_spread``: how far the units of the first layer lie apart."""

import numpy as np
import pytest
from experiment_fakes import context, images

from harness.backends import get
from harness.config.layers import Flatten, Linear, ReLU
from harness.config.model import Init, Model
from harness.config.train import Train
from harness.experiments.train import experiment

LAYERS = (Flatten(), Linear(out=6), ReLU(), Linear(out=4))
TABLE = Train(
    loss="cross_entropy",
    lr=0.001,
    epochs=1,
    batch_size=16,
    measure=("unit_spread",),
    keep=("weights",),
)


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_spread_of_random_equal_and_zero_units(backend):
    found = {}
    for scheme in ("default", "constant", "zeros"):
        model = Model(layers=LAYERS, init=Init(scheme=scheme, std=0.001, bias="zeros"))
        found[scheme] = experiment.run(context(images(), get(backend), model=model, train=TABLE))
    weights = found["default"].arrays["weights"].reshape(6, -1).astype(np.float64)
    apart = max(abs(weights[i] - weights.mean(axis=0)).max() for i in range(6))
    assert found["default"].metrics["unit_spread"] == pytest.approx(apart / abs(weights).max())
    assert found["constant"].metrics["unit_spread"] < 1e-5
    assert found["zeros"].metrics["unit_spread"] == 0

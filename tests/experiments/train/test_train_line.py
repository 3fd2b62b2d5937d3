"""Fits of a line: where they rest, and the rate above which they grow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from train_runs import BOTH, line_run

from harness.config.layers import Linear, ReLU
from harness.config.model import Model
from harness.config.train import Optimizer
from harness.datasets.dataset import Dataset


@pytest.mark.parametrize("backend", BOTH)
def test_a_line_fit_finds_least_squares_and_its_limit(line: Dataset, backend: str) -> None:
    outcome = line_run(
        line, backend, lr=0.025, epochs=3000, log_every=1000, dtype="float64", keep=("fit",)
    )
    slope, intercept = np.polyfit(line.x_train[:, 0].astype(float), line.y_train[:, 0], 1)
    assert outcome.metrics["weight_0"] == pytest.approx(slope, rel=1e-6)
    assert outcome.metrics["bias_0"] == pytest.approx(intercept, rel=1e-6)
    wide = np.column_stack([line.x_train.astype(float), np.ones(100)])
    limit = 2 / np.linalg.eigvalsh(2 * wide.T @ wide / 100)[-1]
    assert outcome.metrics["stability_limit"] == pytest.approx(limit, rel=1e-9)
    assert outcome.metrics["lr_over_limit"] == pytest.approx(0.025 / limit, rel=1e-9)
    assert list(outcome.series["train_loss"].x) == [0, 1000, 2000, 3000]
    assert outcome.arrays["fit_x"].shape == outcome.arrays["fit_y"].shape == (100,)
    assert "test_accuracy" not in outcome.metrics


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"optimizer": Optimizer(momentum=0.5)},
        {"optimizer": Optimizer(momentum=0.9, dampening=0.5)},
        {"optimizer": Optimizer(weight_decay=20.0)},
        {"reduction": "sum"},
    ],
)
def test_the_stability_limit_parts_convergence_from_growth(
    line: Dataset, backend: str, options: dict[str, Any]
) -> None:
    limit = line_run(line, lr=1e-9, epochs=1, **options).metrics["stability_limit"]
    # Decay keeps the loss from falling to the noise, so the weight's distance to rest is watched.
    below = line_run(line, backend, lr=0.98 * limit, dtype="float64", **options).metrics
    above = line_run(line, backend, lr=1.02 * limit, dtype="float64", **options).metrics
    rest = line_run(line, lr=0.5 * limit, epochs=1500, dtype="float64", **options).metrics
    assert abs(below["weight_0"] - rest["weight_0"]) < 0.5
    assert abs(above["weight_0"] - rest["weight_0"]) > 5
    assert above["grew"] == 1


@pytest.mark.parametrize(
    "options", [{"schedule": "one_cycle"}, {"lr_decay": 0.5}, {"zero_grad": "never"}]
)
def test_where_steps_are_no_plain_descent_there_is_no_limit(
    line: Dataset, options: dict[str, Any]
) -> None:
    assert "stability_limit" not in line_run(line, lr=0.001, epochs=2, **options).metrics


def test_a_line_is_one_linear_layer_only(line: Dataset) -> None:
    deep = line_run(
        line, lr=0.001, epochs=2, model=Model(layers=(Linear(out=2), ReLU(), Linear(out=1)))
    )
    assert not {"weight_0", "stability_limit"} & deep.metrics.keys()
    assert not deep.arrays


def test_adam_has_no_stability_limit(line: Dataset) -> None:
    outcome = line_run(line, optimizer=Optimizer(name="adam", lr=0.01), epochs=2)
    assert "stability_limit" not in outcome.metrics
    assert "weight_0" in outcome.metrics

"""Probe ``layer``: normalisation of a matrix, seen from outside."""

from __future__ import annotations

import numpy as np
import pytest
from experiment_fakes import context

from harness.backends import get
from harness.config.experiments import Probe
from harness.config.layers import BatchNorm, LayerNorm, Linear, ReLU
from harness.config.model import Model
from harness.errors import UsageError
from harness.experiments import probe

ROWS = [[1.0, 5.0, 3.0], [2.0, 7.0, 9.0], [6.0, 0.0, 0.0], [3.0, 4.0, 4.0]]
X = np.array(ROWS)
BACKENDS = ["numpy", "torch"]


def run(backend, *layers, inputs=ROWS, **params):
    values = {"inputs": inputs, "precision": "float64", **params}
    model = Model(layers=layers)
    cell = context(None, get(backend), probe=Probe(name="layer"), model=model, params=values)
    return probe.run(cell).metrics, probe.produces(cell.settings)


@pytest.mark.parametrize("backend", BACKENDS)
def test_batch_norm_takes_mean_and_deviation_of_every_column(backend):
    metrics, said = run(backend, BatchNorm(eps=1e-12), mode="train")
    assert set(metrics) == said
    for j in range(3):
        assert metrics[f"column_center_{j}"] == pytest.approx(X[:, j].mean())
        assert metrics[f"column_scale_{j}"] == pytest.approx(X[:, j].std())
        assert metrics[f"column_mean_{j}"] == pytest.approx(0, abs=1e-12)
        assert metrics[f"column_std_{j}"] == pytest.approx(1)
    assert metrics["out_0_0"] == pytest.approx((1 - 3) / X[:, 0].std())


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_layer_norm_takes_those_of_every_row_in_both_modes(backend, mode):
    metrics, said = run(backend, LayerNorm(eps=0.0), mode=mode)
    assert set(metrics) == said
    for i in range(4):
        assert metrics[f"row_center_{i}"] == pytest.approx(X[i].mean())
        assert metrics[f"row_scale_{i}"] == pytest.approx(X[i].std())


@pytest.mark.parametrize("warm", [0, 1, 2])
@pytest.mark.parametrize("backend", BACKENDS)
def test_evaluation_uses_the_running_mean_of_the_passes_so_far(backend, warm):
    metrics, _ = run(backend, BatchNorm(eps=1e-12), warm=warm)
    assert metrics["column_center_1"] == pytest.approx(4.0 * (1 - 0.9**warm), abs=1e-12)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_batch_of_one_raises_in_training_and_is_fine_otherwise(backend):
    one = ROWS[:1]
    assert run(backend, BatchNorm(), inputs=one, mode="train")[0] == {"raised": 1.0}
    for layer, mode in ((BatchNorm(), "eval"), (LayerNorm(), "train")):
        metrics, _ = run(backend, layer, inputs=one, mode=mode)
        assert metrics["raised"] == 0
        assert metrics["finite"] == 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_other_shapes_have_no_line_back(backend):
    metrics, said = run(backend, Linear(out=2), ReLU())
    assert set(metrics) == said
    assert "column_std_1" in metrics
    assert "column_center_1" not in metrics


def test_what_is_wrong_is_named():
    with pytest.raises(UsageError, match="rows of equal length"):
        run("numpy", ReLU(), inputs=[[1.0], [1.0, 2.0]])
    cell = context(
        None,
        get("numpy"),
        probe=Probe(name="layer"),
        model=Model(hidden=()),
        params={"inputs": ROWS},
    )
    with pytest.raises(UsageError, match=r"\[model\] layers"):
        probe.run(cell)

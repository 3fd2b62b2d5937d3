"""Every measure of a trained network, against what the same words mean written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from experiment_fakes import context, images, targets

from harness import backends
from harness.config.data import Data, Synthetic
from harness.config.experiments import Settings
from harness.config.layers import Conv2d, Flatten, Linear, LogSoftmax, ReLU, Tanh
from harness.config.model import Init, Model
from harness.config.train import Train
from harness.datasets.dataset import Dataset, Facts
from harness.errors import UsageError
from harness.experiments import train as experiment
from harness.experiments.train.measures import MEASURES
from harness.types import DataUsed, Outcome

BOTH = ("numpy", "torch")
DEEP = Model(
    layers=(
        Flatten(),
        Linear(out=6),
        ReLU(),
        Linear(out=5),
        Tanh(),
        Linear(out=3),
        ReLU(),
        Linear(out=4),
    )
)
LINEAR = Model(layers=(Flatten(), Linear(out=5), Linear(out=4)))
MODELS = {"collapse": LINEAR, "templates": Model(layers=(Flatten(), Linear(out=4)))}
"""Models of measures that find nothing in `DEEP`."""
OF_LINES = {"least_squares", "parameter_error"}
"""Measures of a plane through targets; ``test_train_measures_linear.py`` has their contract."""
OF_CLASSIFIERS = [name for name in MEASURES if name not in OF_LINES]
DECLARED = Data(dataset="synthetic", synthetic=Synthetic(generator="images", n_classes=4))


def _run(
    measures: tuple[str, ...],
    model: Model = DEEP,
    data: Dataset | None = None,
    backend: str = "numpy",
    **train: Any,
) -> Outcome:
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)
    settings = {"loss": "cross_entropy", "lr": 0.001, "epochs": 2, "batch_size": 16, **train}
    table = Train(**settings, measure=measures, keep=("weights",))
    cell = context(data or images(), backends.get(backend), model=model, train=table)
    outcome = experiment.run(cell)
    declared = experiment.produces(Settings(data=DECLARED, model=model, train=table))
    assert {*outcome.metrics, *outcome.series, *outcome.arrays} <= declared
    return outcome


def _extra(outcome: Outcome, **settings: Any) -> dict[str, float]:
    plain = _run((), **settings)
    return {k: v for k, v in outcome.metrics.items() if k not in plain.metrics}


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("name", OF_CLASSIFIERS)
def test_a_measure_gives_what_it_says_and_moves_nothing(name: str, backend: str) -> None:
    model = MODELS.get(name, DEEP)
    outcome, plain = (_run(m, model, backend=backend) for m in ((name,), ()))
    assert outcome.digests == plain.digests
    found = outcome.metrics.keys() - plain.metrics.keys()
    said = MEASURES.get(name).produces(
        Settings(data=DECLARED, model=model, train=Train(loss="cross_entropy"))
    )
    assert found
    assert found <= said
    assert all(isinstance(outcome.metrics[key], float) for key in found)


@pytest.mark.parametrize("name", OF_CLASSIFIERS)
def test_the_backends_measure_alike(name: str) -> None:
    model = MODELS.get(name, DEEP)
    ours, theirs = (
        _run((name,), model, backend=backend, dtype="float64").metrics for backend in BOTH
    )
    for key, value in ours.items():
        assert value == pytest.approx(theirs[key], rel=1e-6, abs=1e-12, nan_ok=True), key


def test_an_unknown_measure_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'biases'"):
        MEASURES.get("biasse")


def _dataset(x: np.ndarray, y: np.ndarray, outputs: int) -> Dataset:
    facts = Facts(x.shape[1:], outputs, len(x), len(x))
    return Dataset(facts, x, y, x, y, DataUsed("fake", "fake", "0" * 64, same_images=True))


@pytest.mark.parametrize("backend", BOTH)
def test_units_that_no_example_wakes_are_dead(backend: str) -> None:
    # All weights -1 and biases 0: positive inputs leave every unit of the first layer at 0.
    init = Init(scheme="constant", std=-1.0, bias="zeros")
    model = Model(layers=(Flatten(), Linear(out=6), ReLU(), Linear(out=4)), init=init)
    assert _run(("dead_units",), model, backend=backend).metrics["dead_units"] == 1
    alive = Model(layers=model.layers, init=Init(scheme="constant", std=0.01, bias="zeros"))
    assert _run(("dead_units",), alive, backend=backend, lr=1e-9).metrics["dead_units"] == 0


def test_dead_units_are_counted_layer_by_layer_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _run(("dead_units",), lr=0.02).metrics
    monkeypatch.setattr("harness.experiments.train.measures.measure.BLOCK_BYTES", 16 * 4 * 7)
    blocks = _run(("dead_units",), lr=0.02).metrics
    assert whole == blocks
    assert {"dead_units", "dead_units_2"} <= whole.keys()
    assert 0 <= whole["dead_units_2"] <= 1


def test_equal_units_stay_equal() -> None:
    init = Init(scheme="constant", std=0.001, bias="zeros")
    same = Model(layers=DEEP.layers, init=init)
    assert _run(("distinct_units",), same).metrics["distinct_units"] == 1
    assert _run(("distinct_units",)).metrics["distinct_units"] == 6


def test_weights_written_out() -> None:
    names = ("weight_norm", "largest_weight", "zero_weights")
    outcome = _run(names, Model(layers=(Flatten(), Linear(out=4))))
    weights = outcome.arrays["weights"].astype(np.float64)
    assert outcome.metrics["weight_norm"] == pytest.approx(np.sqrt((weights**2).sum()), rel=1e-12)
    assert outcome.metrics["largest_weight"] == abs(weights).max()
    assert outcome.metrics["zero_weights"] == np.mean(abs(weights) < abs(weights).max() / 1000)
    assert outcome.metrics["exact_zeros"] == 0
    still = _run(names, backward=False).metrics
    assert still["weight_change"] == 0 < outcome.metrics["weight_change"]


def test_weights_that_are_zero_are_counted_even_where_all_are() -> None:
    model = Model(layers=(Flatten(), Linear(out=4)), init=Init(scheme="zeros", bias="zeros"))
    metrics = _run(("zero_weights",), model, backward=False).metrics
    assert metrics["zero_weights"] == metrics["exact_zeros"] == 1


@pytest.mark.parametrize("decay", [0.0, 1.0])
def test_weights_of_inputs_that_are_always_zero_move_by_decay_alone(decay: float) -> None:
    data = images()
    data.x_train[:, :, 0, :2] = 0
    metrics = _run(("unused_inputs",), data=data, l2=decay).metrics
    assert metrics["unused_inputs"] == 2
    assert metrics["unused_weight"] > 0
    assert (metrics["unused_change"] > 0) == (decay > 0)


def test_without_such_inputs_there_is_nothing_to_measure() -> None:
    metrics = _run(("unused_inputs",)).metrics
    assert metrics["unused_inputs"] == 0
    assert np.isnan(metrics["unused_weight"])
    conv = Model(layers=(Conv2d(out=2, kernel=3), Flatten(), Linear(out=4)))
    assert "unused_inputs" not in _run(("unused_inputs",), conv).metrics


def test_biases_are_those_of_the_last_layer() -> None:
    model = Model(layers=LINEAR.layers, init=Init(bias="constant", bias_std=0.25))
    metrics = _run(("biases",), model, backward=False).metrics
    assert [metrics[f"bias_{k}"] for k in range(4)] == [0.25] * 4
    assert metrics["bias_spread"] == 0
    moved = _run(("biases",), model).metrics
    found = [moved[f"bias_{k}"] for k in range(4)]
    assert moved["bias_spread"] == pytest.approx(max(found) - min(found))


def test_linear_layers_collapse_and_others_do_not() -> None:
    assert _run(("collapse",), LINEAR, dtype="float64").metrics["collapse"] < 1e-12
    assert _run(("collapse",), LINEAR).metrics["collapse"] < 1e-4
    assert "collapse" not in _run(("collapse",), DEEP).metrics
    ended = Model(layers=(*LINEAR.layers, LogSoftmax()))  # type: ignore[misc]
    assert _run(("collapse",), ended, dtype="float64", loss="nll").metrics["collapse"] < 1e-12


@pytest.mark.parametrize("backend", BOTH)
def test_solved_means_every_training_example(backend: str) -> None:
    x = np.eye(4, dtype=np.float32)
    classes = _dataset(x, np.arange(4), 4)
    linear = Model(layers=(Linear(out=4),), init=Init(scheme="zeros", bias="zeros"))
    settings = {"backend": backend, "batch_size": "full", "lr": 1.0}
    start = _run(("solved",), linear, classes, backward=False, **settings).metrics
    assert (start["solved"], start["test_accuracy"]) == (0, 0.25)
    end = _run(("solved",), linear, classes, **settings).metrics
    assert (end["solved"], end["test_accuracy"]) == (1, 1)
    sides = _dataset(x, np.array([[1.0], [0.0], [0.0], [0.0]], np.float32), 1)
    one = Model(layers=(Linear(out=1),), init=Init(scheme="constant", std=0.6, bias="zeros"))
    settings |= {"loss": "mse", "lr": 0.5}
    assert _run(("solved",), one, sides, backward=False, **settings).metrics["solved"] == 0
    assert _run(("solved",), one, sides, epochs=50, **settings).metrics["solved"] == 1


def test_jitter_and_rises_written_out() -> None:
    outcome = _run(("loss_jitter",), epochs=5, log_every=1, lr=0.01)
    losses = np.array(outcome.series["train_loss"].y)
    assert len(losses) == 20
    assert outcome.metrics["loss_jitter"] == np.diff(losses[-5:]).std()
    assert outcome.metrics["largest_rise"] == max(0, *np.diff(losses))


def test_a_loss_that_only_falls_never_rises() -> None:
    model = Model(layers=(Linear(out=1),))
    settings = {"loss": "mse", "lr": 0.1, "batch_size": "full", "evaluate": ()}
    outcome = _run(("loss_jitter",), model, targets(), **settings)  # type: ignore[arg-type]
    assert outcome.metrics["largest_rise"] == 0


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gradient_norms_equal_differences_of_the_loss(reduction: str) -> None:
    # A linear fit from zero weights: d loss / d w at the start is that of the parabola.
    data = targets()
    x, y = data.x_train.astype(float), data.y_train.astype(float)
    model = Model(layers=(Linear(out=1),), init=Init(scheme="zeros", bias="zeros"))
    settings = {"loss": "mse", "dtype": "float64", "reduction": reduction, "evaluate": ()}
    metrics = _run(("gradient_norms",), model, data, **settings).metrics
    step, scale = 1e-6, len(x) if reduction == "sum" else 1
    there, back = (np.mean((x * w - y) ** 2) for w in (step, -step))
    numerical = abs(there - back) / (2 * step) * scale
    assert metrics["initial_gradient_norm_1"] == pytest.approx(numerical, rel=1e-6)
    assert 0 < metrics["gradient_norm_1"] < metrics["initial_gradient_norm_1"]


def test_gradient_norms_in_blocks_are_those_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"dtype": "float64", "l2": 0.1}
    whole = _run(("gradient_norms",), **settings).metrics
    monkeypatch.setattr("harness.experiments.train.measures.measure.BLOCK_BYTES", 16 * 8 * 7)
    for key, value in _run(("gradient_norms",), **settings).metrics.items():
        assert value == pytest.approx(whole[key], rel=1e-9)

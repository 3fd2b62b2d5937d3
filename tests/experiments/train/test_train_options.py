"""Options of the training loop: schedules, order of examples, evaluations on the way."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from experiment_fakes import context, images, targets

from harness import backends
from harness.config.experiments import Settings
from harness.config.layers import Linear, Sigmoid
from harness.config.model import Model
from harness.config.train import Evaluation, Optimizer, Train
from harness.errors import UsageError
from harness.experiments import batches
from harness.experiments import train as experiment
from harness.types import Outcome

BOTH = ("numpy", "torch")


def _run(backend: str = "numpy", data: Any = None, model: Any = None, **train: Any) -> Outcome:
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)
    settings = {"loss": "cross_entropy", "lr": 0.001, "batch_size": 16, **train}
    tables = {"model": model or Model(hidden=(6,)), "train": Train(**settings)}
    cell = context(data or images(), backends.get(backend), **tables)
    outcome = experiment.run(cell)
    assert {*outcome.metrics, *outcome.series, *outcome.arrays} <= experiment.produces(
        cell.settings
    )
    return outcome


@pytest.mark.parametrize("options", [{"lr_decay": 0.5}, {"schedule": "one_cycle"}])
def test_a_schedule_moves_both_backends_alike(options: dict[str, Any]) -> None:
    settings = {"epochs": 3, "log_every": 1, "dtype": "float64", **options}
    ours, theirs = (_run(backend, **settings).series["train_loss"] for backend in BOTH)
    np.testing.assert_allclose(ours.y, theirs.y, rtol=1e-9)
    plain = _run(epochs=3, log_every=1, dtype="float64").series["train_loss"]
    assert ours.y[-1] != plain.y[-1]


def test_decay_leaves_the_first_epoch_alone() -> None:
    settings = {"epochs": 2, "log_every": 1}
    plain = _run(**settings).series["train_loss"].y
    decayed = _run(**settings, lr_decay=0.1).series["train_loss"].y
    np.testing.assert_array_equal(plain[:5], decayed[:5])  # four steps an epoch, loss before each
    assert plain[5] != decayed[5]


def test_sorted_batches_hold_the_examples_in_order_of_their_label() -> None:
    y = np.array([2, 0, 1, 0, 2, 1, 0])
    table = Train(loss="cross_entropy", sampling="sorted", batch_size=3)
    rows = list(itertools.islice(batches.draw(table, 7, np.random.default_rng(0), y), 6))
    assert np.concatenate(rows[:3]).tolist() == [1, 3, 6, 2, 5, 0, 4]
    assert [batch.tolist() for batch in rows[3:]] == [batch.tolist() for batch in rows[:3]]


def test_sorted_batches_of_targets_go_by_the_first_one() -> None:
    y = np.array([[0.5], [-1.0], [0.0]])
    table = Train(loss="mse", sampling="sorted", batch_size=2)
    rows = list(itertools.islice(batches.draw(table, 3, np.random.default_rng(0), y), 2))
    assert np.concatenate(rows).tolist() == [1, 2, 0]


@pytest.mark.parametrize("backend", BOTH)
def test_evaluations_on_the_way_change_nothing_and_end_at_the_metrics(backend: str) -> None:
    both = (Evaluation(name="test"), Evaluation(name="fit", part="train"))
    settings = {"epochs": 4, "evaluate": both}
    plain, watched = _run(backend, **settings), _run(backend, **settings, evaluate_every=2)
    assert watched.digests == plain.digests
    assert plain.metrics.items() <= watched.metrics.items()
    assert set(watched.series) - set(plain.series) == {
        "test_accuracy",
        "test_loss",
        "fit_accuracy",
        "fit_loss",
    }
    for name in ("test_loss", "fit_accuracy"):
        assert list(watched.series[name].x) == [2, 4]
        assert watched.series[name].y[-1] == watched.metrics[name]


def test_an_evaluation_in_the_middle_is_that_of_a_shorter_run() -> None:
    watched, short = _run(epochs=4, evaluate_every=2), _run(epochs=2)
    assert watched.series["test_loss"].y[0] == short.metrics["test_loss"]


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("loss", ["l1", "huber", "binary_cross_entropy"])
def test_losses_of_float_targets_train(backend: str, loss: str) -> None:
    # The targets 2x lie in [0, 2]; half of them are probabilities, and torch asks for no more.
    data = targets()
    data.y_train[:] /= 2
    model = Model(layers=(Linear(out=1), Sigmoid()))
    outcome = _run(backend, data, model, loss=loss, lr=0.5, epochs=40, evaluate=())
    assert outcome.metrics["train_loss"] < outcome.metrics["initial_loss"]
    assert "test_accuracy" not in outcome.metrics


@pytest.mark.parametrize("backend", BOTH)
def test_a_loss_that_is_summed_takes_a_rate_so_much_smaller(backend: str) -> None:
    settings = {"epochs": 2, "batch_size": 15, "dtype": "float64", "log_every": 1}
    mean = _run(backend, **settings, lr=0.0015)
    total = _run(backend, **settings, lr=0.0001, reduction="sum")
    np.testing.assert_allclose(
        total.series["train_loss"].y, 15 * np.array(mean.series["train_loss"].y), rtol=1e-9
    )


def test_a_summed_loss_is_summed_over_the_blocks_of_an_evaluation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {"epochs": 1, "lr": 0.0001, "reduction": "sum", "dtype": "float64"}
    whole = _run(**settings)
    monkeypatch.setattr("harness.experiments.train.evaluation.BLOCK_BYTES", 16 * 8 * 6)
    blocks = _run(**settings)
    assert blocks.metrics["test_loss"] == pytest.approx(whole.metrics["test_loss"], rel=1e-12)
    with pytest.raises(UsageError, match="fit into one block"):
        _run(**settings, l2=0.1)


def _complaints(train: Train, model: Model) -> list[tuple[tuple[str, ...], str]]:
    return list(experiment.complaints(Settings(model=model, train=train)))


def test_probabilities_are_asked_for_before_anything_runs() -> None:
    train = Train(loss="binary_cross_entropy", lr=1.0, steps=1)
    ((place, message),) = _complaints(train, Model(layers=(Linear(out=1),)))
    assert place == ("train", "loss")
    assert "must be sigmoid or softmax" in message
    assert not _complaints(train, Model(layers=(Linear(out=1), Sigmoid())))


def test_an_unknown_measure_is_named_before_anything_runs() -> None:
    train = Train(loss="mse", lr=1.0, steps=1, measure=("dead_unit",))
    ((place, message),) = _complaints(train, Model(hidden=()))
    assert place == ("train", "measure")
    assert "Did you mean 'dead_units'" in message


def test_a_rule_that_decays_weights_shrinks_them() -> None:
    settings = {"epochs": 20, "measure": ("weight_norm",)}
    free = _run(**settings, optimizer=Optimizer(lr=0.001), lr=None)
    held = _run(**settings, optimizer=Optimizer(lr=0.001, weight_decay=5.0), lr=None)
    assert held.metrics["weight_norm"] < free.metrics["weight_norm"]

"""The training experiment on both backends."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from train_runs import BOTH, dataset, train_run

from harness import backends
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.config.model import Model
from harness.config.train import Evaluation, Optimizer, Train
from harness.datasets.dataset import Dataset
from harness.errors import Skip, UsageError
from harness.experiments import registry
from harness.experiments.experiment import Context
from harness.experiments.train import evaluation, run
from harness.experiments.train import loop as train_loop
from harness.seeding import Streams


@pytest.mark.parametrize("backend", BOTH)
def test_a_network_learns_digits(digits: Dataset, backend: str) -> None:
    outcome = train_run(
        digits,
        backend,
        data={"scale": "unit", "n_validation": 100},
        model=Model(hidden=(32,)),
        loss="cross_entropy",
        optimizer=Optimizer(name="adam", lr=0.005),
        epochs=12,
        batch_size=50,
        drop_last=True,
        evaluate=(
            Evaluation(name="test"),
            Evaluation(name="held_out", part="validation"),
            Evaluation(name="fit", part="train"),
            Evaluation(name="raw", scale="raw"),
        ),
        keep=("weights", "predictions", "correct"),
    )
    metrics, arrays = outcome.metrics, outcome.arrays
    assert metrics["test_accuracy"] > 0.9
    assert metrics["fit_accuracy"] > 0.95
    assert metrics["fit_loss"] < metrics["initial_loss"]
    assert metrics["raw_loss"] != metrics["test_loss"]
    assert metrics["parameters"] == 64 * 32 + 32 + 32 * 10 + 10
    assert list(outcome.series["train_loss"].x) == list(range(1, 13))
    assert metrics["train_loss"] == outcome.series["train_loss"].y[-1]
    assert arrays["correct"].mean() == pytest.approx(metrics["test_accuracy"])
    np.testing.assert_array_equal(arrays["predictions"] == arrays["labels"], arrays["correct"] == 1)
    assert arrays["weights"].shape == (32, 64)
    assert outcome.diverged == ""


@pytest.mark.parametrize("sampling", ["epoch", "replacement", "none"])
def test_backends_see_the_same_batches_and_follow_one_curve(digits: Dataset, sampling: str) -> None:
    runs = [
        train_run(
            digits,
            backend,
            data={"scale": "unit"},
            model=Model(hidden=(16,)),
            loss="multiclass_hinge",
            lr=0.01,
            l2=0.1,
            steps=100,
            batch_size=30,
            sampling=sampling,
            log_every=1,
            dtype="float64",
        )
        for backend in BOTH
    ]
    first, second = runs
    np.testing.assert_allclose(
        first.series["train_loss"].y, second.series["train_loss"].y, rtol=1e-9
    )
    for name in ("data", "initial_weights", "batch_order"):
        assert first.digests[name] == second.digests[name]
    assert list(first.series["train_loss"].x) == list(range(100))


def test_equal_cells_give_equal_bits_and_another_seed_does_not(digits: Dataset) -> None:
    settings = {"loss": "cross_entropy", "lr": 0.1, "epochs": 1, "data": {"scale": "unit"}}
    first, again = (train_run(digits, **settings) for _ in range(2))  # type: ignore[arg-type]
    other = train_run(digits, seed=1, **settings)  # type: ignore[arg-type]
    assert first.digests == again.digests
    assert first.metrics == again.metrics
    assert other.digests["batch_order"] != first.digests["batch_order"]
    assert other.digests["final_weights"] != first.digests["final_weights"]


def test_the_feeds_agree(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"loss": "cross_entropy", "lr": 0.1, "epochs": 2, "data": {"scale": "unit"}}
    streamed = train_run(digits, **settings)  # type: ignore[arg-type]

    def resident(backend, task, x, y):  # type: ignore[no-untyped-def]
        scaled = task.scaler.apply(x, task.train.dtype)
        return train_loop.batches.feed("resident", backend, "cpu", scaled, y)

    monkeypatch.setattr(train_loop, "_streamed", resident)
    assert train_run(digits, **settings).digests == streamed.digests  # type: ignore[arg-type]


def test_evaluation_in_blocks_changes_nothing(
    digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {
        "loss": "cross_entropy",
        "lr": 0.1,
        "l2": 0.1,
        "epochs": 1,
        "dtype": "float64",
        "data": {"scale": "unit"},
    }
    whole = train_run(digits, **settings)  # type: ignore[arg-type]
    monkeypatch.setattr(evaluation, "BLOCK_BYTES", 64 * 8 * 30)
    blocks = train_run(digits, **settings)  # type: ignore[arg-type]
    assert blocks.metrics["test_accuracy"] == whole.metrics["test_accuracy"]
    assert blocks.metrics["test_loss"] == pytest.approx(whole.metrics["test_loss"], rel=1e-12)


def test_a_step_count_ends_within_an_epoch(digits: Dataset) -> None:
    outcome = train_run(digits, loss="cross_entropy", lr=1e-4, steps=7, batch_size=400)
    assert list(outcome.series["train_loss"].x) == [1, 2]  # 4 steps an epoch: 4 and 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "mse"}, "multiclass_hinge or nll for class labels, got 'mse'"),
        ({"steps": 3}, "exactly one of epochs and steps"),
        ({"evaluate": (Evaluation(name="v", part="validation"),)}, "set \\[data\\] n_validation"),
        ({"lr": None}, "learning rate must be given once"),
        ({"batch_size": 5000, "drop_last": True}, "batch_size must be at most 1400"),
    ],
)
def test_what_cannot_be_trained_is_refused(digits: Dataset, change: dict, message: str) -> None:
    settings = {"loss": "cross_entropy", "lr": 0.1, "epochs": 1, **change}
    with pytest.raises(UsageError, match=message):
        train_run(digits, **settings)


def test_an_absent_device_skips_the_cell(digits: Dataset) -> None:
    settings = Settings(
        data=Data(dataset="made"), model=Model(hidden=()), train=Train(loss="mse", lr=1.0, epochs=1)
    )
    with pytest.raises(Skip, match="cpu only"):
        run(Context(settings, backends.get("numpy"), "cuda", Streams("t", 0), digits))


def test_the_table_knows_the_experiment() -> None:
    assert registry.get("train").run is run


@pytest.mark.data
@pytest.mark.skipif("HARNESS_DATA" not in os.environ, reason="HARNESS_DATA is not set")
def test_an_epoch_of_mnist_reaches_the_nineties() -> None:
    import gzip

    folder = Path(os.environ["HARNESS_DATA"]) / "mnist"

    def read(name: str, offset: int) -> np.ndarray:
        raw = gzip.decompress((folder / f"{name}.gz").read_bytes())
        return np.frombuffer(raw, np.uint8, offset=offset)

    images = [read(f"{p}-images-idx3-ubyte", 16).reshape(-1, 1, 28, 28) for p in ("train", "t10k")]
    labels = [read(f"{p}-labels-idx1-ubyte", 8).astype(np.int64) for p in ("train", "t10k")]
    mnist = dataset(images[0], labels[0], images[1], labels[1], 10)
    for backend in BOTH:
        outcome = train_run(
            mnist,
            backend,
            data={"scale": "unit"},
            model=Model(hidden=(128, 64)),
            loss="cross_entropy",
            optimizer=Optimizer(name="adam", lr=0.001),
            epochs=1,
            batch_size=100,
            drop_last=True,
        )
        assert outcome.metrics["test_accuracy"] > 0.92

"""The training experiment on both backends."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from harness import backends
from harness.config.data import Data, Synthetic
from harness.config.layers import Linear, ReLU
from harness.config.model import Model
from harness.config.settings import Settings
from harness.config.train import Evaluation, Optimizer, Train
from harness.datasets.dataset import Dataset, Facts
from harness.errors import Skip, UsageError
from harness.experiments import registry
from harness.experiments.experiment import Context
from harness.experiments.train import evaluation
from harness.experiments.train import loop as train_loop
from harness.experiments.train.experiment import produces, run
from harness.seeding import Streams
from harness.types import DataUsed, Outcome

BOTH = ("numpy", "torch")


def _dataset(x, y, x_test, y_test, outputs: int) -> Dataset:
    facts = Facts(x.shape[1:], outputs, len(x), len(x_test))
    used = DataUsed("made", "made", "f" * 64, same_images=True)
    return Dataset(facts, x, y, x_test, y_test, used)


@pytest.fixture(scope="module")
def digits() -> Dataset:
    found = load_digits()
    # Shuffled: the last digits of the file are of other writers than the first.
    order = np.random.default_rng(0).permutation(len(found.target))
    x = (found.images[order] * 15).astype(np.uint8)[:, None]
    y = found.target[order].astype(np.int64)
    return _dataset(x[:1400], y[:1400], x[1400:], y[1400:], 10)


@pytest.fixture(scope="module")
def line() -> Dataset:
    rng = np.random.default_rng(0)
    x = np.linspace(0, 10, 100, dtype=np.float32)[:, None]
    y = (2 * x + 1 + rng.standard_normal((100, 1))).astype(np.float32)
    return _dataset(x, y, x, y, 1)


def _run(dataset: Dataset, backend: str = "numpy", seed: int = 0, **train: Any) -> Outcome:
    data = {"dataset": "made", **train.pop("data", {})}
    model = train.pop("model", Model(hidden=()))
    settings = Settings(data=Data(**data), model=model, train=Train(**train))
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)  # two on small matrices only wait for each other
    context = Context(settings, backends.get(backend), "cpu", Streams("t", seed), dataset)
    outcome = run(context)
    left = {*outcome.metrics, *outcome.series, *outcome.arrays}
    made = Data(dataset="made", synthetic=Synthetic(generator="linear"))
    settings = settings.model_copy(update={"data": made})
    assert left <= produces(settings) | {"labels"}
    return outcome


def _line(dataset: Dataset, backend: str = "numpy", **train: Any) -> Outcome:
    settings = {"loss": "mse", "batch_size": "full", "epochs": 200, "log_every": 1, **train}
    return _run(dataset, backend, **settings)


@pytest.mark.parametrize("backend", BOTH)
def test_a_network_learns_digits(digits: Dataset, backend: str) -> None:
    outcome = _run(
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
        _run(
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
    first, again = (_run(digits, **settings) for _ in range(2))  # type: ignore[arg-type]
    other = _run(digits, seed=1, **settings)  # type: ignore[arg-type]
    assert first.digests == again.digests
    assert first.metrics == again.metrics
    assert other.digests["batch_order"] != first.digests["batch_order"]
    assert other.digests["final_weights"] != first.digests["final_weights"]


@pytest.mark.parametrize("backend", BOTH)
def test_a_line_fit_finds_least_squares_and_its_limit(line: Dataset, backend: str) -> None:
    outcome = _line(
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
    limit = _line(line, lr=1e-9, epochs=1, **options).metrics["stability_limit"]
    # Decay keeps the loss from falling to the noise, so the weight's distance to rest is watched.
    below = _line(line, backend, lr=0.98 * limit, dtype="float64", **options).metrics
    above = _line(line, backend, lr=1.02 * limit, dtype="float64", **options).metrics
    rest = _line(line, lr=0.5 * limit, epochs=1500, dtype="float64", **options).metrics
    assert abs(below["weight_0"] - rest["weight_0"]) < 0.5
    assert abs(above["weight_0"] - rest["weight_0"]) > 5
    assert above["grew"] == 1


@pytest.mark.parametrize(
    "options", [{"schedule": "one_cycle"}, {"lr_decay": 0.5}, {"zero_grad": "never"}]
)
def test_where_steps_are_no_plain_descent_there_is_no_limit(
    line: Dataset, options: dict[str, Any]
) -> None:
    assert "stability_limit" not in _line(line, lr=0.001, epochs=2, **options).metrics


@pytest.mark.parametrize("backend", BOTH)
def test_divergence_is_recorded_and_stops(line: Dataset, backend: str) -> None:
    outcome = _line(line, backend, lr=0.8)
    curve = outcome.series["train_loss"]
    assert outcome.diverged == f"train loss is inf at step {curve.x[-1]:.0f}"
    assert np.isinf(curve.y[-1])
    assert np.isfinite(curve.y[:-1]).all()
    assert outcome.metrics["first_inf"] == curve.x[-1] < 20
    assert "first_nan" not in outcome.metrics


@pytest.mark.parametrize("backend", BOTH)
def test_divergence_may_be_followed_to_nan(line: Dataset, backend: str) -> None:
    outcome = _line(line, backend, lr=0.8, after_divergence="continue")
    curve = dict(zip(outcome.series["train_loss"].x, outcome.series["train_loss"].y, strict=True))
    assert len(curve) == 201
    assert curve[10] > 1e33
    assert outcome.metrics["first_inf"] < outcome.metrics["first_nan"]
    assert np.isnan(outcome.metrics["weight_0"])
    assert outcome.metrics["nan_weights"] == outcome.metrics["grew"] == 1


def test_epoch_points_of_a_diverging_run_name_the_epoch(digits: Dataset) -> None:
    # Raw pixels through two layers at a rate of 1e6 overflow within the first passes.
    outcome = _run(
        digits,
        model=Model(hidden=(8,)),
        loss="multiclass_hinge",
        lr=1e6,
        l2=1.0,
        epochs=5,
        batch_size=700,
    )
    assert outcome.diverged.startswith("train loss is ")
    assert " at epoch " in outcome.diverged
    assert outcome.series["train_loss"].x[-1] <= 5
    assert not np.isfinite(outcome.metrics["train_loss"])


def test_weights_broken_by_the_last_update_are_a_divergence(line: Dataset) -> None:
    outcome = _line(line, lr=1e38, epochs=1, log_every=0)
    assert np.isfinite(outcome.metrics["train_loss"])
    assert outcome.diverged == "weights hold inf or nan after the last step"


def test_the_feeds_agree(digits: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"loss": "cross_entropy", "lr": 0.1, "epochs": 2, "data": {"scale": "unit"}}
    streamed = _run(digits, **settings)  # type: ignore[arg-type]

    def resident(backend, task, x, y):  # type: ignore[no-untyped-def]
        scaled = task.scaler.apply(x, task.train.dtype)
        return train_loop.batches.feed("resident", backend, "cpu", scaled, y)

    monkeypatch.setattr(train_loop, "_streamed", resident)
    assert _run(digits, **settings).digests == streamed.digests  # type: ignore[arg-type]


def test_losses_read_in_groups_stop_at_the_same_point(
    line: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = _line(line, lr=0.8)
    original = train_loop._Losses.__init__

    def grouped(self, backend, device):  # type: ignore[no-untyped-def]
        original(self, backend, "cuda")

    monkeypatch.setattr(train_loop._Losses, "__init__", grouped)
    in_groups = _line(line, lr=0.8)
    assert in_groups.series == one_by_one.series
    assert in_groups.diverged == one_by_one.diverged


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
    whole = _run(digits, **settings)  # type: ignore[arg-type]
    monkeypatch.setattr(evaluation, "BLOCK_BYTES", 64 * 8 * 30)
    blocks = _run(digits, **settings)  # type: ignore[arg-type]
    assert blocks.metrics["test_accuracy"] == whole.metrics["test_accuracy"]
    assert blocks.metrics["test_loss"] == pytest.approx(whole.metrics["test_loss"], rel=1e-12)


def test_a_step_count_ends_within_an_epoch(digits: Dataset) -> None:
    outcome = _run(digits, loss="cross_entropy", lr=1e-4, steps=7, batch_size=400)
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
        _run(digits, **settings)


def test_an_absent_device_skips_the_cell(digits: Dataset) -> None:
    settings = Settings(
        data=Data(dataset="made"), model=Model(hidden=()), train=Train(loss="mse", lr=1.0, epochs=1)
    )
    with pytest.raises(Skip, match="cpu only"):
        run(Context(settings, backends.get("numpy"), "cuda", Streams("t", 0), digits))


def test_a_line_is_one_linear_layer_only(line: Dataset) -> None:
    deep = _line(
        line, lr=0.001, epochs=2, model=Model(layers=(Linear(out=2), ReLU(), Linear(out=1)))
    )
    assert not {"weight_0", "stability_limit"} & deep.metrics.keys()
    assert not deep.arrays


def test_adam_has_no_stability_limit(line: Dataset) -> None:
    outcome = _line(line, optimizer=Optimizer(name="adam", lr=0.01), epochs=2)
    assert "stability_limit" not in outcome.metrics
    assert "weight_0" in outcome.metrics


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
    mnist = _dataset(images[0], labels[0], images[1], labels[1], 10)
    for backend in BOTH:
        outcome = _run(
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

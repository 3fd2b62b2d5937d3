"""Cells trained side by side leave what each leaves alone.

The tolerance is that of rounding in float32: 1e-5 of a value after a few dozen steps.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness import backends
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.config.layers import Dropout, Flatten, LayerNorm, Linear, ReLU
from harness.config.model import Model
from harness.config.train import Evaluation, Optimizer, Train
from harness.datasets.dataset import Dataset, Facts
from harness.errors import UsageError
from harness.experiments.experiment import Context
from harness.experiments.train import run
from harness.experiments.train.together import shared as what_is_shared
from harness.experiments.train.together import side_by_side
from harness.seeding import Streams
from harness.types import DataUsed, Outcome

BOTH = ("numpy", "torch")
NEAR = {"rtol": 1e-5, "atol": 1e-7}


def _pixels(n: int = 90) -> Dataset:
    rng = np.random.default_rng(0)
    x, y = rng.integers(256, size=(n, 1, 4, 4), dtype=np.uint8), rng.integers(3, size=n)
    used = DataUsed("made", "made", "f" * 64, same_images=True)
    return Dataset(Facts((1, 4, 4), 3, n, n), x, y, x[:30], y[:30], used)


def _line(seed: int) -> Dataset:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((20, 1)).astype(np.float32)
    y = (2 * x + 1 + rng.standard_normal((20, 1))).astype(np.float32)
    used = DataUsed("made", "made", "", same_images=True)
    return Dataset(Facts((1,), 1, 20, 20), x, y, x, y, used)


def _settings(model: Model | None = None, data: dict[str, Any] | None = None, **train: Any) -> Any:
    model = Model(hidden=(6,)) if model is None else model
    return Settings(
        data=Data(**{"dataset": "made", **(data or {})}), model=model, train=Train(**train)
    )


def _context(backend: str, settings: Settings, seed: int, dataset: Dataset) -> Context:
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)
    return Context(settings, backends.get(backend), "cpu", Streams("t", seed), dataset)


def _same(one: Outcome, alone: Outcome) -> None:
    assert one.diverged == alone.diverged
    assert list(one.metrics) == list(alone.metrics)
    for name, value in alone.metrics.items():
        np.testing.assert_allclose(one.metrics[name], value, err_msg=name, **NEAR)
    assert list(one.series) == list(alone.series)
    for name, curve in alone.series.items():
        assert list(one.series[name].x) == list(curve.x)
        np.testing.assert_allclose(one.series[name].y, curve.y, **NEAR)
    assert list(one.arrays) == list(alone.arrays)
    for name, array in alone.arrays.items():
        np.testing.assert_allclose(one.arrays[name], array, **NEAR)
    for name in ("data", "initial_weights", "batch_order"):
        assert one.digests[name] == alone.digests[name]
    assert list(one.digests) == list(alone.digests)


def _check(contexts: list[Context]) -> list[Outcome]:
    shared = [what_is_shared(context.settings) for context in contexts]
    assert shared[0] is not None
    assert all(one == shared[0] for one in shared)
    alone = [run(context) for context in contexts]
    again = [replace(c, streams=Streams("t", c.streams.repetition)) for c in contexts]
    found = [finish() for finish in side_by_side(again)]
    for one, by_itself in zip(found, alone, strict=True):
        _same(one, by_itself)
    return alone


CASES: dict[str, dict[str, Any]] = {
    "a short last batch": {"epochs": 3, "batch_size": 40},
    "drop_last": {"epochs": 3, "batch_size": 40, "drop_last": True},
    "replacement": {"steps": 70, "batch_size": 8, "sampling": "replacement"},
    "sorted": {"epochs": 2, "batch_size": 30, "sampling": "sorted"},
    "full": {"epochs": 5, "batch_size": "full", "log_every": 2},
    "a changing rate": {"epochs": 3, "batch_size": 30, "lr_decay": 0.5},
    "one cycle": {"epochs": 3, "batch_size": 30, "schedule": "one_cycle"},
    "penalties": {"epochs": 2, "batch_size": 30, "l2": 0.1, "l1": 0.01},
    "sums": {"epochs": 2, "batch_size": 30, "reduction": "sum", "lr": 0.001},
    "float64": {"epochs": 2, "batch_size": 30, "dtype": "float64"},
}


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("name", CASES)
def test_seeds_and_rates_side_by_side(backend: str, name: str) -> None:
    dataset, asked = _pixels(), {"loss": "cross_entropy", "lr": 0.1, **CASES[name]}
    rates = (asked.pop("lr"), 0.02)
    contexts = [
        _context(backend, _settings(data={"scale": "standard"}, lr=lr, **asked), seed, dataset)
        for lr in rates
        for seed in range(2)
    ]
    _check(contexts)


SHARED: dict[str, dict[str, Any]] = {
    "shuffled": {"epochs": 2, "batch_size": 40},
    "replacement": {"steps": 30, "batch_size": 8, "sampling": "replacement"},
    "sorted": {"epochs": 2, "batch_size": 30, "sampling": "sorted"},
    "full": {"epochs": 5, "batch_size": "full", "log_every": 2},
}
NETWORKS = {
    "linear": Model(hidden=()),
    "hidden": Model(hidden=(6,)),
    "normalized": Model(layers=(Flatten(), LayerNorm(), Linear(out=5), ReLU(), Linear(out=3))),
}


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("network", NETWORKS)
def test_penalties_and_rates_that_see_the_same_batches(
    backend: str, name: str, network: str
) -> None:
    dataset, asked = _pixels(), {"loss": "multiclass_hinge", "l1": 0.01, **SHARED[name]}
    model, data = NETWORKS[network], {"scale": "unit"}
    contexts = [
        _context(backend, _settings(model, data, lr=lr, l2=l2, **asked), seed, dataset)
        for lr, l2 in ((0.1, 0.1), (0.1, 0.3), (0.02, 0.1))
        for seed in range(2)
    ]
    _check(contexts)
    _check(contexts[:5])  # of one seed more than of the other
    _check(contexts[::2])


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("rule", [Optimizer(name="adam"), Optimizer(momentum=0.9)])
def test_optimizers_and_what_each_cell_asks(backend: str, rule: Optimizer) -> None:
    asked: list[dict[str, Any]] = [
        {"keep": ("weights", "predictions"), "measure": ("weight_norm", "dead_units")},
        {"evaluate": (Evaluation(name="fit", part="train"),), "log_every": 7},
    ]
    contexts = [
        _context(
            backend,
            _settings(loss="cross_entropy", lr=0.01, optimizer=rule, epochs=2, **one),
            seed,
            _pixels(),
        )
        for seed, one in enumerate(asked)
    ]
    assert "first_inf" not in _check(contexts)[0].metrics


@pytest.mark.parametrize("backend", BOTH)
@pytest.mark.parametrize("after", ["stop", "continue"])
def test_data_of_their_own_and_one_that_diverges(backend: str, after: str) -> None:
    contexts = [
        _context(
            backend,
            _settings(
                Model(hidden=()), loss="mse", lr=lr, epochs=150, batch_size="full",
                log_every=10, after_divergence=after, keep=("fit",),
            ),
            seed,
            _line(seed),
        )
        for seed, lr in enumerate((0.01, 5.0, 0.1))
    ]  # fmt: skip
    alone = _check(contexts)
    assert [bool(one.diverged) for one in alone] == [False, True, False]


def test_all_that_diverge_end_early() -> None:
    settings = _settings(Model(hidden=()), loss="mse", lr=50.0, epochs=10_000, batch_size="full")
    alone = _check([_context("numpy", settings, seed, _line(seed)) for seed in range(2)])
    assert all(len(one.series["train_loss"].x) < 200 for one in alone)


def test_cells_of_other_sizes_are_refused() -> None:
    settings = _settings(loss="cross_entropy", lr=0.1, epochs=1)
    contexts = [_context("numpy", settings, 0, _pixels(n)) for n in (60, 90)]
    with pytest.raises(UsageError, match="examples of one shape"):
        side_by_side(contexts)


def _shared(*args: Any, **train: Any) -> Settings | None:
    found = what_is_shared(_settings(*args, **train))
    return found and found.settings


def test_what_cells_that_train_together_share() -> None:
    one = _shared(loss="mse", lr=0.1, epochs=1)
    assert one is not None
    assert one == _shared(loss="mse", optimizer=Optimizer(lr=0.2), epochs=1)
    assert one == _shared(loss="mse", lr=0.1, epochs=1, keep=("weights",))
    assert one != _shared(loss="mse", lr=0.1, epochs=2)
    decayed = _shared(loss="mse", lr=0.1, epochs=1, l2=0.1)
    assert one != decayed
    assert decayed == _shared(loss="mse", lr=0.1, epochs=1, l2=0.2)
    assert decayed != _shared(loss="mse", lr=0.1, epochs=1, l2=0.1, l1=0.1)
    assert one != _shared(loss="mse", lr=0.1, epochs=1, data={"n_train": 5})
    dropped = Model(layers=(Linear(out=4), Dropout(rate=0.5), Linear(out=1)))
    assert _shared(dropped, loss="mse", lr=0.1, epochs=1) is None
    assert _shared(loss="mse", lr=0.1, epochs=1, evaluate_every=1) is None
    assert what_is_shared(Settings()) is None
    unfit = Model(layers=(Linear(out=1),))  # of images, without a flatten
    assert _shared(unfit, loss="mse", lr=0.1, epochs=1, data={"dataset": "mnist"}) is None


def test_the_size_of_a_step() -> None:
    asked: dict[str, Any] = {"loss": "cross_entropy", "lr": 0.1, "epochs": 1, "batch_size": 100}
    mnist = what_is_shared(_settings(data={"dataset": "mnist"}, **asked))
    assert mnist is not None
    assert (mnist.batch, mnist.size) == (4 * 100 * 784, 4 * 100 * 2 * (6 + 6 + 10))
    assert mnist.same == "seed"
    full = what_is_shared(_settings(data={"dataset": "mnist"}, **asked | {"batch_size": "full"}))
    assert full is not None
    assert (full.batch, full.size) == (600 * mnist.batch, 600 * mnist.size)
    assert full.same == "all"
    ordered = what_is_shared(_settings(data={"dataset": "mnist"}, sampling="none", **asked))
    assert ordered is not None
    assert ordered.same == "all"


def test_drawn_data_are_shared_by_nobody() -> None:
    drawn = what_is_shared(_settings(data={"dataset": "synthetic"}, loss="mse", lr=0.1, epochs=1))
    assert drawn is not None
    assert (drawn.same, drawn.batch) == ("none", 0)

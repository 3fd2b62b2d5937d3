"""One run of the training experiment, on data given."""

from __future__ import annotations

from typing import Any

from harness import backends
from harness.config.data import Data, Synthetic
from harness.config.experiments import Settings
from harness.config.model import Model
from harness.config.train import Train
from harness.datasets.dataset import Dataset, Facts
from harness.experiments.experiment import Context
from harness.experiments.train import produces, run
from harness.seeding import Streams
from harness.types import DataUsed, Outcome

BOTH = ("numpy", "torch")


def dataset(x, y, x_test, y_test, outputs: int) -> Dataset:
    facts = Facts(x.shape[1:], outputs, len(x), len(x_test))
    used = DataUsed("made", "made", "f" * 64, same_images=True)
    return Dataset(facts, x, y, x_test, y_test, used)


def train_run(given: Dataset, backend: str = "numpy", seed: int = 0, **train: Any) -> Outcome:
    data = {"dataset": "made", **train.pop("data", {})}
    model = train.pop("model", Model(hidden=()))
    settings = Settings(data=Data(**data), model=model, train=Train(**train))
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)  # two on small matrices only wait for each other
    context = Context(settings, backends.get(backend), "cpu", Streams("t", seed), given)
    outcome = run(context)
    left = {*outcome.metrics, *outcome.series, *outcome.arrays}
    made = Data(dataset="made", synthetic=Synthetic(generator="linear"))
    settings = settings.model_copy(update={"data": made})
    assert left <= produces(settings) | {"labels"}
    return outcome


def line_run(given: Dataset, backend: str = "numpy", **train: Any) -> Outcome:
    settings = {"loss": "mse", "batch_size": "full", "epochs": 200, "log_every": 1, **train}
    return train_run(given, backend, **settings)

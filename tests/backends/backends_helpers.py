"""Models, batches and networks that the backend tests share."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness import backends
from harness.backends.base import Network
from harness.backends.initial import initial_weights
from harness.config import model as layers
from harness.config.model import Init, Model
from harness.config.shapes import Placed, place
from harness.config.train import Optimizer, Train

SHAPE = (2, 3, 2)
OUTPUTS = 4

LAYERS: dict[str, tuple[Any, ...]] = {
    "flatten": (),
    "linear": (layers.Linear(out=6), layers.Linear(out=5, bias=False)),
    "relu": (layers.Linear(out=7), layers.ReLU()),
    "sigmoid": (layers.Linear(out=7), layers.Sigmoid()),
    "tanh": (layers.Linear(out=7), layers.Tanh()),
    "leaky_relu": (layers.Linear(out=7), layers.LeakyReLU(slope=0.2)),
    "dropout": (layers.Linear(out=7), layers.Tanh(), layers.Dropout(rate=0.4)),
}
"""A model per layer kind: these between a flatten and a last linear layer."""
LOSSES = ("cross_entropy", "mse", "multiclass_hinge")


def placed(kind: str) -> tuple[Placed, ...]:
    model = Model(layers=(layers.Flatten(), *LAYERS[kind], layers.Linear(out=OUTPUTS)))
    return place(model, SHAPE, OUTPUTS)


def train(loss: str, **settings: Any) -> Train:
    chosen = {"optimizer": Optimizer(lr=0.05), "dtype": "float64", "steps": 1, **settings}
    return Train(loss=loss, **chosen)  # type: ignore[arg-type]


def batch(loss: str, n: int = 9, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, *SHAPE))
    return x, rng.standard_normal((n, OUTPUTS)) if loss == "mse" else rng.integers(OUTPUTS, size=n)


def network(
    backend: str, kind: str, settings: Train, weights: dict[str, np.ndarray] | None = None
) -> Network:
    steps = placed(kind)
    rng = np.random.default_rng(5)
    weights = weights or initial_weights(steps, Init(), rng)
    dropout = np.random.default_rng(6)
    backends.get("torch").threads(1)  # two on small matrices only wait for each other
    return backends.get(backend).network(steps, weights, settings, "cpu", dropout)


def on(backend: str, *arrays: np.ndarray) -> tuple[Any, ...]:
    return tuple(backends.get(backend).put(array, "cpu") for array in arrays)

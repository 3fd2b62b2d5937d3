"""Models, batches and networks that the backend tests share."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from harness import backends
from harness.backends.initial import initial_weights
from harness.backends.protocol import Network
from harness.config import layers
from harness.config.model import Init, Model, PlacedLayer, place
from harness.config.train import CLASS_LOSSES, Loss, Optimizer, Train

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
    "gelu": (layers.Linear(out=7), layers.GELU()),
    "softmax": (layers.Linear(out=7), layers.Softmax()),
    "log_softmax": (layers.Linear(out=7), layers.LogSoftmax()),
    "batch_norm": (layers.Linear(out=7), layers.BatchNorm(momentum=0.3), layers.Tanh()),
    "layer_norm": (layers.Linear(out=7), layers.LayerNorm(), layers.Tanh()),
    "conv2d": (layers.Conv2d(out=3, kernel=2, padding=1), layers.Tanh()),
    "max_pool2d": (layers.Conv2d(out=3, kernel=2, padding=1), layers.MaxPool2d(kernel=2)),
}
"""A model per layer kind: these between a flatten and a last linear layer."""
OF_IMAGES = frozenset({"conv2d", "max_pool2d"})
"""Kinds whose layers come before the flatten instead."""
LOSSES = get_args(Loss)
HEADS: dict[str, tuple[Any, ...]] = {
    "nll": (layers.LogSoftmax(),),
    "binary_cross_entropy": (layers.Sigmoid(),),
}
"""Layers that some losses need behind the last linear layer."""


def placed(kind: str, loss: str = "") -> tuple[PlacedLayer, ...]:
    last = (layers.Linear(out=OUTPUTS), *HEADS.get(loss, ()))
    flat = (layers.Flatten(),)
    first = (*LAYERS[kind], *flat) if kind in OF_IMAGES else (*flat, *LAYERS[kind])
    model = Model(layers=(*first, *last))
    return place(model, SHAPE, OUTPUTS)


def train(loss: str, **settings: Any) -> Train:
    chosen = {"optimizer": Optimizer(lr=0.05), "dtype": "float64", "steps": 1, **settings}
    return Train(loss=loss, **chosen)  # type: ignore[arg-type]


def batch(loss: str, n: int = 9, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, *SHAPE))
    if loss in CLASS_LOSSES:
        return x, rng.integers(OUTPUTS, size=n)
    if loss == "binary_cross_entropy":
        return x, rng.random((n, OUTPUTS))
    return x, rng.standard_normal((n, OUTPUTS))


def network(
    backend: str, kind: str, settings: Train, weights: dict[str, np.ndarray] | None = None
) -> Network:
    steps = placed(kind, settings.loss)
    rng = np.random.default_rng(5)
    weights = weights or initial_weights(steps, Init(), rng)
    dropout = np.random.default_rng(6)
    if backends.get("torch").absent("cpu") is None:
        backends.get("torch").threads(1)  # two on small matrices only wait for each other
    return backends.get(backend).network(steps, weights, settings, "cpu", dropout)


def on(backend: str, *arrays: np.ndarray) -> tuple[Any, ...]:
    return tuple(backends.get(backend).put(array, "cpu") for array in arrays)

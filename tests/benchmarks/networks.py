"""Networks of a backend by name, and a check of their gradients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from harness import backends
from harness.backends.initial import initial_weights
from harness.config.model import Init, Model, place
from harness.config.train import Train
from harness.types import Array

STEP = 1e-2


@dataclass(frozen=True)
class Made:
    """A network, the weights it started from, and how to make another like it."""

    name: str
    placed: Any
    weights: Mapping[str, Array]
    train: Train

    @property
    def network(self) -> Any:
        return self.with_weights(self.weights)

    def with_weights(self, weights: Mapping[str, Array]) -> Any:
        dropout = np.random.Generator(np.random.PCG64(2))
        backend = backends.get(self.name)
        return backend.network(self.placed, weights, self.train, "cpu", dropout)

    def put(self, array: Array) -> Any:
        return backends.get(self.name).put(array, "cpu")


def make(name: str, model: Model, shape: tuple[int, ...], classes: int, loss: str) -> Made:
    """Return a network of float32; a test whose backend is not installed is skipped."""
    if name == "torch":
        pytest.importorskip("torch")
    placed = place(model, shape, classes)
    weights = initial_weights(placed, Init(), np.random.Generator(np.random.PCG64(1)))
    return Made(name, placed, weights, Train(loss=loss, lr=0.001, steps=1, batch_size=1))


def check_gradients(made: Made, x: Any, y: Any, gradients: Mapping[str, Array]) -> None:
    """Hold the gradient's slope along itself to the change of the loss."""
    norm = np.sqrt(sum(float((g.astype(np.float64) ** 2).sum()) for g in gradients.values()))
    ends = []
    for sign in (STEP, -STEP):
        moved = {
            name: (w + sign / norm * gradients[name]).astype(np.float32)
            for name, w in made.weights.items()
        }
        ends.append(made.with_weights(moved).loss(x, y))
    assert (ends[0] - ends[1]) / (2 * STEP) == pytest.approx(norm, rel=0.02)

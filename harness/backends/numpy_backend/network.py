"""A model with its loss and update rule, trained by backpropagation in NumPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from harness.backends.numpy_backend.layer import Cache, Layer
from harness.backends.numpy_backend.layers import LAYERS
from harness.backends.numpy_backend.losses import build as build_loss
from harness.backends.numpy_backend.optimizers import OPTIMIZERS, Rule
from harness.backends.protocol import decays, each_batch_updates, learning_rate
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.types import Array

Gradients = dict[str, Array]


class Accumulator:
    """Sums gradients over batches as ``[train]`` says: `accumulate`, `zero_grad`.

    PyTorch adds every backward pass to ``.grad`` until ``optimizer.zero_grad()`` clears it. This
    does the same by hand, so that a forgotten or misplaced ``zero_grad`` can be run in NumPy too.

    Parameters
    ----------
    train : Train
        With ``accumulate_mean`` each batch counts by ``1 / accumulate``.
    """

    def __init__(self, train: Train) -> None:
        self._every, self._when = train.accumulate, train.zero_grad
        self._weight = 1.0 / train.accumulate if train.accumulate_mean else 1.0
        self._sum: Gradients = {}
        self._batches = 0

    def add(self, grads: Mapping[str, Array]) -> Gradients | None:
        """Add one batch's gradients; return what to update with, or None when there is nothing.

        Gradients are arrays by name, in the shape and dtype of their parameter. What is returned
        may be overwritten.
        """
        first = self._batches % self._every == 0
        # Before the forward pass or before the backward pass: no gradient is born in between.
        if first and self._when in ("each_update", "before_backward"):
            self._sum = {}
        self._batches += 1
        for name, grad in grads.items():
            part = grad * self._weight if self._weight != 1.0 else grad
            self._sum[name] = self._sum[name] + part if name in self._sum else part.copy()
        if self._when == "before_update":
            self._sum = {}
        if self._batches % self._every or not self._sum:
            return None
        moving = {name: grad.copy() for name, grad in self._sum.items()}
        if self._when == "after_update":
            self._sum = {}
        return moving


def divergence_is_a_result() -> np.errstate:
    """Let numbers overflow to inf and nan in silence, as on every other backend.

    The experiment looks at the loss and records a divergence; a warning would say it twice.
    """
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


class NumpyNetwork:
    """See `harness.backends.protocol.Network`; handles are arrays of the training dtype."""

    def __init__(
        self,
        layers: Sequence[PlacedLayer],
        weights: Mapping[str, Array],
        train: Train,
        dropout: np.random.Generator,
    ) -> None:
        self._params: dict[str, Array] = {}
        self._layers = [self._build(placed, weights, train.dtype, dropout) for placed in layers]
        self._places = [placed.index for placed in layers]
        # Nothing below the first layer with parameters needs a gradient.
        self._first = next((i for i, layer in enumerate(self._layers) if layer.params), 0)
        self._loss = build_loss(train)
        self._l2, self._l1 = train.l2, train.l1
        self._accumulator = None if each_batch_updates(train) else Accumulator(train)
        self._decayed = [name for name, value in self._params.items() if decays(name, value.ndim)]
        self._train = train

    def _build(
        self,
        placed: PlacedLayer,
        weights: Mapping[str, Array],
        dtype: str,
        dropout: np.random.Generator,
    ) -> Layer:
        names = {name: f"{placed.index}.{name}" for name in placed.params}
        params = {name: np.array(weights[full], dtype=dtype) for name, full in names.items()}
        self._params.update({full: params[name] for name, full in names.items()})
        return LAYERS[type(placed.layer)](placed.layer, params, dropout)

    @cached_property
    def _optimizer(self) -> Rule:
        # Built on the first step: a network that only predicts needs no learning rate.
        settings = self._train.optimizer
        return OPTIMIZERS[settings.name](self._params, settings, learning_rate(self._train))

    @divergence_is_a_result()
    def step(self, x: Array, y: Array) -> Any:
        """Take one optimizer step on `x` (N, *shape) and its targets; return the loss before it."""
        optimizer = self._optimizer
        if not self._train.backward:
            return self._loss(self._run(x, training=True)[0], y)[0] + self._penalty()
        loss, grads = self._loss_and_gradients(x, y, training=True)
        moving = grads if self._accumulator is None else self._accumulator.add(grads)
        if moving is not None:
            optimizer.update(moving)
        return loss

    def set_lr(self, lr: float) -> None:
        """Set the learning rate of the next updates."""
        self._optimizer.lr = lr

    @divergence_is_a_result()
    def loss(self, x: Array, y: Array, *, training: bool = False) -> float:
        """Return the loss on `x` (N, *shape), in evaluation mode unless `training`."""
        value, _ = self._loss(self._outputs(x, training=training), y)
        return float(value + self._penalty())

    @divergence_is_a_result()
    def gradients(self, x: Array, y: Array) -> dict[str, Array]:
        """Return d loss / d parameter, in its shape and dtype, in evaluation mode."""
        return self._loss_and_gradients(x, y, training=False)[1]

    @divergence_is_a_result()
    def predict(self, x: Array, *, training: bool = False) -> Array:
        """Return the outputs (N, outputs), in evaluation mode unless `training`."""
        return self._outputs(x, training=training)

    @divergence_is_a_result()
    def score(self, x: Array, y: Array) -> tuple[Array, float]:
        """Return the outputs (N, outputs) and the loss, in evaluation mode."""
        outputs = self._outputs(x)
        return outputs, float(self._loss(outputs, y)[0] + self._penalty())

    @contextmanager
    def statistics_kept(self) -> Iterator[None]:
        """Put running statistics back at the end."""
        kept = [(a, a.copy()) for layer in self._layers for a in layer.statistics()]
        try:
            yield
        finally:
            for now, before in kept:
                now[...] = before

    @divergence_is_a_result()
    def activations(self, x: Array, layers: int) -> Array:
        """Return the outputs (N, ...) of the first so many layers, in evaluation mode."""
        for layer in self._layers[:layers]:
            x = layer.forward(x, training=False)[0]
        return x

    @divergence_is_a_result()
    def forward(self, x: Array) -> tuple[Array, list[Cache]]:
        """Return the outputs (N, outputs) and what a backward pass would need, by layer."""
        return self._run(x, training=True)

    def weights(self) -> dict[str, Array]:
        """Return a copy of the parameters, in the dtype of ``[train]``."""
        return {name: value.copy() for name, value in self._params.items()}

    def load(self, weights: Mapping[str, Array]) -> None:
        """Take over parameters (copied)."""
        for name, value in self._params.items():
            value[...] = weights[name]

    def _outputs(self, x: Array, *, training: bool = False) -> Array:
        for layer in self._layers:
            x = layer.forward(x, training=training)[0]
        return x

    def _run(self, x: Array, *, training: bool) -> tuple[Array, list[Cache]]:
        caches: list[Cache] = []
        for layer in self._layers:
            x, cache = layer.forward(x, training=training)
            caches.append(cache)
        return x, caches

    def _loss_and_gradients(
        self, x: Array, y: Array, *, training: bool
    ) -> tuple[Any, dict[str, Array]]:
        outputs, caches = self._run(x, training=training)
        loss, grad = self._loss(outputs, y)
        grads = self._backward(grad, caches)
        if self._l2 or self._l1:
            loss = loss + self._penalty()
            self._decay(grads)
        return loss, grads

    def _decay(self, grads: dict[str, Array]) -> None:
        for name in self._decayed:
            if self._l2:
                grads[name] += self._l2 * self._params[name]
            if self._l1:
                grads[name] += self._l1 * np.sign(self._params[name])

    def _backward(self, grad: Array, caches: Sequence[Cache]) -> dict[str, Array]:
        grads: dict[str, Array] = {}
        for i in range(len(self._layers) - 1, self._first - 1, -1):
            layer = self._layers[i]
            for name, value in layer.gradients(grad, caches[i]).items():
                grads[f"{self._places[i]}.{name}"] = value
            if i > self._first:
                grad = layer.backward(grad, caches[i])
        return grads

    def _penalty(self) -> Any:
        """Return ``0.5 * l2 * sum(W**2) + l1 * sum(|W|)`` over weights, not biases."""
        total: Any = 0.0
        weights = [self._params[name] for name in self._decayed]
        if self._l2:
            total = 0.5 * self._l2 * sum(np.vdot(weight, weight) for weight in weights)
        if self._l1:
            total = total + self._l1 * sum(np.abs(weight).sum() for weight in weights)
        return total

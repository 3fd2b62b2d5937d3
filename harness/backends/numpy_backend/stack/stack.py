"""Networks trained side by side, by backpropagation in NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness.backends.numpy_backend.layer import Layer
from harness.backends.numpy_backend.network import divergence_is_a_result
from harness.backends.numpy_backend.optimizers import OPTIMIZERS
from harness.backends.numpy_backend.stack.layers import LAYERS
from harness.backends.numpy_backend.stack.losses import build as build_loss
from harness.backends.protocol import Pool
from harness.backends.stacks import Stopped, decayed, stacked, unstacked
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.types import Array


class NumpyStack:
    """See `harness.backends.protocol.Stack`."""

    def __init__(
        self,
        layers: Sequence[PlacedLayer],
        weights: Sequence[Mapping[str, Array]],
        train: Train,
        pool: Pool,
    ) -> None:
        self._placed, self._pool, self._members = layers, pool, len(weights)
        self._params = stacked(weights, train.dtype)
        self._layers = [self._build(step) for step in layers]
        # Nothing below the first layer with parameters needs a gradient.
        self._first = next((i for i, layer in enumerate(self._layers) if layer.params), 0)
        self._loss, self._l2, self._l1 = build_loss(train), train.l2, train.l1
        self._decayed = decayed(layers)
        self._optimizer = OPTIMIZERS[train.optimizer.name](self._params, train.optimizer, 0.0)
        self._stopped = Stopped(train)
        self._whole: tuple[Array, Array] | None = None
        self._losses: Array = np.empty((0, self._members))

    def _build(self, step: PlacedLayer) -> Layer:
        params = {part: self._params[f"{step.index}.{part}"] for part in step.params}
        return LAYERS[type(step.layer)](step.layer, params)

    @divergence_is_a_result()
    def train(self, rows: Array | None, rates: Array) -> None:
        """Take steps with every member."""
        losses = np.empty(rates.shape)
        for number, rate in enumerate(rates):
            x, y = self._everything() if rows is None else self._taken(rows[number])
            self._optimizer.lr = rate[:, None, None]
            losses[number] = self._step(x, y)
            self._stopped.look(losses[number], self._now)
        self._losses = losses

    def losses(self) -> Array:
        """Return the losses of the last steps, (steps, members)."""
        return self._losses

    def weights(self, member: int) -> dict[str, Array]:
        """Return a copy of a member's parameters."""
        return self._stopped.get(member) or self._now(member)

    def _now(self, member: int) -> dict[str, Array]:
        own = {name: param[member] for name, param in self._params.items()}
        return unstacked(own, self._placed)

    def _taken(self, rows: Array) -> tuple[Array, Array]:
        """Return the batches (S, N, ...) of rows (S, N)."""
        x, y = self._pool.x[rows.ravel()], self._pool.y[rows]
        if self._pool.scale is not None:
            x = self._pool.scale(x)
        return x.reshape(*rows.shape, *x.shape[1:]), y

    def _everything(self) -> tuple[Array, Array]:
        """Return all examples, (S, N, ...) or (1, N, ...); scaled once."""
        if self._whole is None:
            x, count = self._pool.x, 1 if self._pool.shared else self._members
            x = x if self._pool.scale is None else self._pool.scale(x)
            y = self._pool.y
            y = np.broadcast_to(
                y.reshape(count, -1, *y.shape[1:]), (self._members, len(y) // count, *y.shape[1:])
            )
            self._whole = x.reshape(count, -1, *x.shape[1:]), y
        return self._whole

    def _step(self, x: Array, y: Array) -> Array:
        caches = []
        for layer in self._layers:
            x, cache = layer.forward(x, training=True)
            caches.append(cache)
        loss, grad = self._loss(x, y)
        grads: dict[str, Array] = {}
        for i in range(len(self._layers) - 1, self._first - 1, -1):
            layer = self._layers[i]
            for name, value in layer.gradients(grad, caches[i]).items():
                grads[f"{self._placed[i].index}.{name}"] = value
            if i > self._first:
                grad = layer.backward(grad, caches[i])
        if self._l2 or self._l1:
            loss = loss + self._decay(grads)
        self._optimizer.update(grads)
        return loss

    def _decay(self, grads: dict[str, Array]) -> Array:
        """Add the penalties' gradients; return the penalties, (S,)."""
        total = np.zeros(self._members, self._params[self._decayed[0]].dtype)
        for name in self._decayed:
            weight = self._params[name]
            flat = weight.reshape(self._members, -1)
            if self._l2:
                grads[name] += self._l2 * weight
                total += 0.5 * self._l2 * np.einsum("si,si->s", flat, flat)
            if self._l1:
                grads[name] += self._l1 * np.sign(weight)
                total += self._l1 * np.abs(flat).sum(axis=1)
        return total

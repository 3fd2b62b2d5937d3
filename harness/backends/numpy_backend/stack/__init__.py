"""Networks trained side by side, by backpropagation in NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.backends.numpy_backend.layer import Cache, Layer
from harness.backends.numpy_backend.network import divergence_is_a_result
from harness.backends.numpy_backend.optimizers import OPTIMIZERS
from harness.backends.numpy_backend.stack.layers import LAYERS
from harness.backends.numpy_backend.stack.layers import build as build_loss
from harness.backends.protocol import Pool
from harness.backends.stacks import Stopped, decayed, first_trained, penalty, stacked, unstacked
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.types import Array

Batch = tuple[Array, Array]


class NumpyStack:
    """See `harness.backends.protocol.Stack`."""

    def __init__(
        self,
        layers: Sequence[PlacedLayer],
        weights: Sequence[Mapping[str, Array]],
        trains: Sequence[Train],
        pool: Pool,
    ) -> None:
        train = trains[0]
        self._placed, self._pool, self._members = layers, pool, len(weights)
        self._params = stacked(weights, train.dtype)
        self._layers = [self._build(step) for step in layers]
        self._first = first_trained(layers)
        self._loss = build_loss(train)
        self._l2, self._l1 = penalty(trains, "l2"), penalty(trains, "l1")
        self._decayed = decayed(layers)
        self._optimizer = OPTIMIZERS[train.optimizer.name](self._params, train.optimizer, 0.0)
        self._stopped = Stopped(train)
        self._whole: Batch | None = None
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

    @divergence_is_a_result()
    def whole_losses(self) -> Array:
        """Return the losses on all examples, (members,)."""
        x, y = self._everything()
        outputs, _ = self._forward(x)
        return np.asarray(self._loss(outputs, y)[0] + self._penalty(), np.float64)

    def weights(self, member: int) -> dict[str, Array]:
        """Return a copy of a member's parameters."""
        return self._stopped.get(member) or self._now(member)

    def _now(self, member: int) -> dict[str, Array]:
        own = {name: param[member] for name, param in self._params.items()}
        return unstacked(own, self._placed)

    def _taken(self, rows: Array) -> Batch:
        """Return the batches of rows (F, N): examples (F, N, ...), targets (S, N, ...)."""
        x, y = self._pool.x[rows.ravel()], self._pool.y[rows]
        if self._pool.scale is not None:
            x = self._pool.scale(x)
        return x.reshape(*rows.shape, *x.shape[1:]), self._of_members(y)

    def _everything(self) -> Batch:
        """Return all examples, (1, N, ...) or (S, N, ...), and targets; scaled once."""
        if self._whole is None:
            x, y = self._pool.x, self._pool.y
            x = x if self._pool.scale is None else self._pool.scale(x)
            feeds = 1 if self._pool.shared else self._members
            x, y = (array.reshape(feeds, -1, *array.shape[1:]) for array in (x, y))
            self._whole = x, self._of_members(y)
        return self._whole

    def _of_members(self, y: Array) -> Array:
        """Return the targets of feeds (F, N, ...) as those of members (S, N, ...)."""
        return y if len(y) == self._members else np.repeat(y, self._members // len(y), axis=0)

    def _forward(self, x: Array) -> tuple[Array, list[Cache]]:
        caches = []
        for layer in self._layers:
            x, cache = layer.forward(x, training=True)
            caches.append(cache)
        return x, caches

    def _step(self, x: Array, y: Array) -> Array:
        outputs, caches = self._forward(x)
        loss, grad = self._loss(outputs, y)
        loss += self._penalty()
        grads: dict[str, Array] = {}
        for i in range(len(self._layers) - 1, self._first - 1, -1):
            layer = self._layers[i]
            for name, value in layer.gradients(grad, caches[i]).items():
                grads[f"{self._placed[i].index}.{name}"] = value
            if i > self._first:
                grad = layer.backward(grad, caches[i])
        self._decay(grads)
        self._optimizer.update(grads)
        return loss

    def _decay(self, grads: dict[str, Array]) -> None:
        """Add the penalties' gradients."""
        for name in self._decayed:
            if self._l2 is not None:
                grads[name] += self._l2[:, None, None] * self._params[name]
            if self._l1 is not None:
                grads[name] += self._l1[:, None, None] * np.sign(self._params[name])

    def _penalty(self) -> Any:
        """Return the penalties, (S,), or 0 where nobody has one."""
        total: Any = 0.0
        if self._l2 is None and self._l1 is None:
            return total
        flat = [self._params[name].reshape(self._members, -1) for name in self._decayed]
        if self._l2 is not None:
            total = 0.5 * self._l2 * sum(np.einsum("si,si->s", one, one) for one in flat)
        if self._l1 is not None:
            total = total + self._l1 * sum(np.abs(one).sum(axis=1) for one in flat)
        return total

"""Networks trained side by side in torch, by a backward pass of our own.

Every tensor has a first axis of members. They get their batches as one training does: an
accelerator holds all examples, scaled once; the host gathers stored pixels and scales the batch
alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import torch

from harness.backends.protocol import Pool
from harness.backends.stacks import Stopped, decayed, first_trained, penalty, stacked, unstacked
from harness.backends.torch_backend import host_tensor
from harness.backends.torch_backend.network import DTYPES
from harness.backends.torch_backend.stack.graph import Repeated
from harness.backends.torch_backend.stack.layers import LAYERS, Cache, Layer
from harness.backends.torch_backend.stack.losses import Penalties
from harness.backends.torch_backend.stack.losses import build as build_loss
from harness.backends.torch_backend.stack.parameters import OPTIMIZERS, Flat
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.devices import DEVICES
from harness.types import Array

Batch = tuple[torch.Tensor, torch.Tensor]


class Resident:
    """All examples of a pool on a device."""

    def __init__(self, pool: Pool, members: int, device: str) -> None:
        x = pool.x if pool.scale is None else pool.scale(pool.x)
        self._x, self._y = (host_tensor(array).to(device) for array in (x, pool.y))
        self._members, self._own = members, 1 if pool.shared else members

    def take(self, rows: torch.Tensor) -> Batch:
        """Return the batches of rows (F, N): examples (F, N, ...), targets (S, N, ...)."""
        flat = rows.reshape(-1)
        x, y = self._x.index_select(0, flat), self._y.index_select(0, flat)
        x, y = x.view(*rows.shape, *x.shape[1:]), y.view(*rows.shape, *y.shape[1:])
        return x, _of_members(y, self._members)

    @cached_property
    def all(self) -> Batch:
        """Everything: examples (S, N, ...), or (1, N, ...) where all see the same; targets."""
        x = self._x.view(self._own, -1, *self._x.shape[1:])
        y = self._y.view(self._own, -1, *self._y.shape[1:])
        return x, _of_members(y, self._members)


def _streamed(pool: Pool, rows: Array, members: int) -> Batch:
    """Return batches as `Resident.take` does, of examples that lie in host memory."""
    x, y = np.take(pool.x, rows.ravel(), axis=0), np.take(pool.y, rows, axis=0)
    if pool.scale is not None:
        x = pool.scale(x)
    return host_tensor(x).view(*rows.shape, *x.shape[1:]), _of_members(host_tensor(y), members)


class TorchStack:
    """See `harness.backends.protocol.Stack`."""

    def __init__(
        self,
        layers: Sequence[PlacedLayer],
        weights: Sequence[Mapping[str, Array]],
        trains: Sequence[Train],
        device: str,
        pool: Pool,
    ) -> None:
        train = trains[0]
        self._placed, self._pool, self._device, self._members = layers, pool, device, len(weights)
        self._host = DEVICES.get(device).host
        self._params = Flat.of(stacked(weights, train.dtype), DTYPES[train.dtype], device)
        self._grads = self._params.like()
        self._layers = [self._build(step) for step in layers]
        self._first = first_trained(layers)
        self._loss = build_loss(train)
        l2, l1 = penalty(trains, "l2"), penalty(trains, "l1")
        self._penalties = Penalties(l2, l1, decayed(layers), self._params, self._grads)
        self._rule = OPTIMIZERS[train.optimizer.name](self._params, train.optimizer)
        self._stopped = Stopped(train)
        streams = self._host and train.batch_size != "full"
        self._resident = None if streams else Resident(pool, self._members, device)
        self._repeated: dict[tuple[int, int] | None, Repeated] = {}
        self._losses = torch.zeros((0, self._members), dtype=torch.float64)

    def _build(self, step: PlacedLayer) -> Layer:
        params, grads = (
            {part: flat.parts[f"{step.index}.{part}"] for part in step.params}
            for flat in (self._params, self._grads)
        )
        return LAYERS[type(step.layer)](step.layer, params, grads)

    @torch.inference_mode()
    def train(self, rows: Array | None, rates: Array) -> None:
        """Take steps with every member; cuda may take them later."""
        if self._device.startswith("cuda"):
            self._losses = self._graph(rows, rates).run(rows, rates)
            return
        there = torch.from_numpy(rates).to(self._device)
        self._losses = torch.stack(
            [
                self._step(self._batch(None if rows is None else rows[number]), rate)
                for number, rate in enumerate(there.unbind())
            ]
        )

    def losses(self) -> Array:
        """Return the losses of the last steps, (steps, members); waits for the device."""
        losses: Array = self._losses.cpu().numpy().astype("float64")
        if not self._host:
            self._stopped.look(losses, self._now)
        return losses

    @torch.inference_mode()
    def whole_losses(self) -> Array:
        """Return the losses on all examples, (members,)."""
        x, y = self._everything
        losses, _ = self._loss(self._forward(x)[0], y)
        found: Array = self._penalties.added(losses).cpu().numpy().astype("float64")
        return found

    def weights(self, member: int) -> dict[str, Array]:
        """Return a copy of a member's parameters."""
        return self._stopped.get(member) or self._now(member)

    def _now(self, member: int) -> dict[str, Array]:
        own = {name: part[member].cpu().numpy() for name, part in self._params.parts.items()}
        return unstacked(own, self._placed)

    @property
    def _everything(self) -> Batch:
        if self._resident is None:
            self._resident = Resident(self._pool, self._members, self._device)
        return self._resident.all

    def _batch(self, rows: Array | None) -> Batch:
        if rows is None:
            return self._everything
        if self._resident is None:
            return _streamed(self._pool, rows, self._members)
        return self._resident.take(torch.from_numpy(rows).to(self._device))

    def _graph(self, rows: Array | None, rates: Array) -> Repeated:
        shape = None if rows is None else (rows.shape[1], rows.shape[2])
        known = self._repeated.get(shape)
        if known is None or known.most < len(rates):
            known = Repeated(self._on_device, shape, self._members, len(rates), self._device)
            self._repeated[shape] = known
        return known

    def _on_device(self, rows: torch.Tensor | None, rate: torch.Tensor) -> torch.Tensor:
        assert self._resident is not None, "an accelerator holds all examples"
        return self._step(self._resident.all if rows is None else self._resident.take(rows), rate)

    def _forward(self, x: torch.Tensor) -> tuple[torch.Tensor, list[Cache]]:
        caches = []
        for layer in self._layers:
            x, cache = layer.forward(x)
            caches.append(cache)
        return x, caches

    def _step(self, batch: Batch, rate: torch.Tensor) -> torch.Tensor:
        x, y = batch
        outputs, caches = self._forward(x)
        losses, grad = self._loss(outputs, y)
        losses = self._penalties.added(losses)
        for place in range(len(self._layers) - 1, self._first - 1, -1):
            layer = self._layers[place]
            layer.gradients(grad, caches[place])
            if place > self._first:
                grad = layer.backward(grad, caches[place])
        self._penalties.pull()
        self._rule.update(self._grads, rate)
        if self._host:
            self._stopped.look(losses.numpy(), self._now)
        return losses


def _of_members(y: torch.Tensor, members: int) -> torch.Tensor:
    """Return the targets of feeds (F, N, ...) as those of members (S, N, ...)."""
    own = members // len(y)
    each = y[:, None].expand(-1, own, *y.shape[1:])
    return y if own == 1 else each.reshape(members, *y.shape[1:])

"""Networks trained side by side by autograd, which keeps the gradients of members apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from harness.backends.protocol import Pool
from harness.backends.stacks import Stopped, decayed, stacked, unstacked
from harness.backends.torch_backend.stack.batches import Batch, Resident, streamed
from harness.backends.torch_backend.stack.flat import Flat
from harness.backends.torch_backend.stack.graph import Repeated
from harness.backends.torch_backend.stack.layers import LAYERS, turned
from harness.backends.torch_backend.stack.losses import build as build_loss
from harness.backends.torch_backend.stack.optimizers import OPTIMIZERS
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.devices import DEVICES
from harness.types import Array


class TorchStack:
    """See `harness.backends.protocol.Stack`."""

    def __init__(
        self,
        layers: Sequence[PlacedLayer],
        weights: Sequence[Mapping[str, Array]],
        train: Train,
        device: str,
        pool: Pool,
    ) -> None:
        self._placed, self._pool, self._device, self._members = layers, pool, device, len(weights)
        self._turned = turned(layers)
        arrays = {name: self._either(name, a) for name, a in stacked(weights, train.dtype).items()}
        self._flat = Flat(arrays, device)
        self._params, self._decayed = self._flat.params, decayed(layers)
        self._leaves = list(self._params.values())
        self._by_layer = [
            (LAYERS[type(p.layer)], p.layer, {k: self._params[f"{p.index}.{k}"] for k in p.params})
            for p in layers
        ]
        self._loss, self._l2, self._l1 = build_loss(train), train.l2, train.l1
        self._rule = OPTIMIZERS[train.optimizer.name](self._flat.whole, train.optimizer)
        self._stopped = Stopped(train)
        streams = DEVICES.get(device).host and train.batch_size != "full"
        self._resident = None if streams else Resident(pool, self._members, device)
        self._repeated: dict[int, Repeated] = {}
        self._losses = torch.zeros((0, self._members), dtype=torch.float64)

    def train(self, rows: Array | None, rates: Array) -> None:
        """Take steps with every member; cuda may take them later."""
        if self._device.startswith("cuda"):
            self._losses = self._graph(rows, rates).run(rows, rates)
            return
        losses = [
            self._step(self._batch(None if rows is None else rows[number]), self._rate(rate))
            for number, rate in enumerate(rates)
        ]
        self._losses = torch.stack(losses)

    def losses(self) -> Array:
        """Return the losses of the last steps, (steps, members); waits for the device."""
        losses: Array = self._losses.cpu().numpy().astype("float64")
        if not DEVICES.get(self._device).host:
            self._stopped.look(losses, self._now)
        return losses

    def weights(self, member: int) -> dict[str, Array]:
        """Return a copy of a member's parameters."""
        return self._stopped.get(member) or self._now(member)

    def _now(self, member: int) -> dict[str, Array]:
        own = {name: p[member].detach().cpu().numpy() for name, p in self._params.items()}
        return unstacked({name: self._either(name, a) for name, a in own.items()}, self._placed)

    def _either(self, name: str, array: Array) -> Array:
        """Return a parameter as products have it here, or that one as all others have it."""
        return array.swapaxes(-1, -2) if name in self._turned else array

    def _rate(self, rate: Array) -> torch.Tensor:
        return torch.from_numpy(rate).to(self._device)[:, None]

    def _batch(self, rows: Array | None) -> Batch:
        if rows is None or self._resident is not None:
            assert self._resident is not None, "rows must be given where examples are streamed"
            there = None if rows is None else torch.from_numpy(rows).to(self._device)
            return self._resident.all() if there is None else self._resident.take(there)
        return streamed(self._pool, rows)

    def _graph(self, rows: Array | None, rates: Array) -> Repeated:
        size = 0 if rows is None else rows.shape[2]
        known = self._repeated.get(size)
        if known is None or known.most < len(rates):
            shape = None if rows is None else (self._members, size)
            known = Repeated(self._on_device, shape, self._members, len(rates), self._device)
            self._repeated[size] = known
        return known

    def _on_device(self, rows: torch.Tensor | None, rate: torch.Tensor) -> torch.Tensor:
        assert self._resident is not None, "an accelerator holds all examples"
        batch = self._resident.all() if rows is None else self._resident.take(rows)
        return self._step(batch, rate)

    def _step(self, batch: Batch, rate: torch.Tensor) -> torch.Tensor:
        losses = self._objective(*batch)
        total = losses.sum()
        grads = torch.autograd.grad(total, self._leaves)
        with torch.no_grad():
            self._rule.update(self._flat.gathered(grads), rate)
        found = losses.detach()
        if DEVICES.get(self._device).host:
            self._stopped.look(found.numpy(), self._now)
        return found

    def _objective(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return the loss of every member, (S,), penalties included."""
        for forward, layer, params in self._by_layer:
            x = forward(layer, params, x)
        losses = self._loss(x, y)
        for name in self._decayed:
            weight = self._params[name].flatten(1)
            if self._l2:
                losses = losses + 0.5 * self._l2 * weight.square().sum(1)
            if self._l1:
                losses = losses + self._l1 * weight.abs().sum(1)
        return losses

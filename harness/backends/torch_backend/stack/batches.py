"""How the members of a stack get their batches: gathered on the device, or streamed from the host.

As in one training: an accelerator holds all examples, scaled once; the host gathers stored pixels
and scales the batch alone.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import torch

from harness.backends.protocol import Pool
from harness.types import Array

Batch = tuple[torch.Tensor, torch.Tensor]


class Resident:
    """All examples of a pool on a device."""

    def __init__(self, pool: Pool, members: int, device: str) -> None:
        x = pool.x if pool.scale is None else pool.scale(pool.x)
        self._x, self._y = (_tensor(array).to(device) for array in (x, pool.y))
        self._members, self._own = members, 1 if pool.shared else members

    def take(self, rows: torch.Tensor) -> Batch:
        """Return the batches of rows (F, N): examples (F, N, ...), targets (S, N, ...)."""
        flat = rows.reshape(-1)
        x, y = self._x.index_select(0, flat), self._y.index_select(0, flat)
        x, y = x.view(*rows.shape, *x.shape[1:]), y.view(*rows.shape, *y.shape[1:])
        return x, of_members(y, self._members)

    @cached_property
    def all(self) -> Batch:
        """Everything: examples (S, N, ...), or (1, N, ...) where all see the same; targets."""
        x = self._x.view(self._own, -1, *self._x.shape[1:])
        y = self._y.view(self._own, -1, *self._y.shape[1:])
        return x, of_members(y, self._members)


def streamed(pool: Pool, rows: Array, members: int) -> Batch:
    """Return batches as `Resident.take` does, of examples that lie in host memory."""
    x, y = np.take(pool.x, rows.ravel(), axis=0), np.take(pool.y, rows, axis=0)
    if pool.scale is not None:
        x = pool.scale(x)
    return _tensor(x).view(*rows.shape, *x.shape[1:]), of_members(_tensor(y), members)


def of_members(y: torch.Tensor, members: int) -> torch.Tensor:
    """Return the targets of feeds (F, N, ...) as those of members (S, N, ...)."""
    own = members // len(y)
    each = y[:, None].expand(-1, own, *y.shape[1:])
    return y if own == 1 else each.reshape(members, *y.shape[1:])


def _tensor(array: Array) -> torch.Tensor:
    whole = np.asarray(array, order="C")
    # torch has no read-only tensors and warns of them.
    return torch.from_numpy(whole if whole.flags.writeable else whole.copy())

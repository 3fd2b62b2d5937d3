"""What every backend offers.

A backend holds algorithms, not experiments: the same experiment drives all of them through these
protocols. Handles (arrays that live where the backend computes) are opaque to the experiment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.errors import BatchTooSmall, UsageError
from harness.types import Array

Handle = Any


def learning_rate(train: Train) -> float:
    """Return the learning rate, given in ``[train]`` or in its optimizer.

    Raises
    ------
    UsageError
        If it stands in neither place, or in both with different values.
    """
    rates = {rate for rate in (train.lr, train.optimizer.lr) if rate is not None}
    if len(rates) != 1:
        found = "none" if not rates else " and ".join(str(rate) for rate in sorted(rates))
        raise UsageError(
            f"the learning rate must be given once, as lr in [train] or in its optimizer, "
            f"got {found} instead"
        )
    return rates.pop()


def decays(name: str, rank: int) -> bool:
    """Whether the penalties ``l2`` and ``l1`` cover a parameter.

    They cover the weights of linear layers and convolutions, neither biases nor the scales of
    normalisation layers, which have one axis.
    """
    return name.endswith("weight") and rank >= 2


def check_batch_norm_input(shape: Sequence[int]) -> None:
    """Refuse a training batch (N, C, ...) with one value per channel, as torch does.

    Raises
    ------
    BatchTooSmall
        If ``N * ...`` is 1: the variance of one value is undefined.
    """
    if math.prod(shape) == shape[1]:
        raise BatchTooSmall(
            "batch_norm in training mode must get more than one value per feature, got one "
            f"(input shape {tuple(shape)}); use larger batches, with [train] drop_last = true if "
            'the last one is short, or evaluate in mode = "eval"'
        )


def each_batch_updates(train: Train) -> bool:
    """Whether every batch's own gradient, and nothing else, makes an update: the plain loop."""
    return train.accumulate == 1 and train.zero_grad == "each_update" and train.backward


class Network(Protocol):
    """A model with its loss and optimizer, ready to train."""

    def step(self, x: Handle, y: Handle) -> Handle:
        """Train on a batch (N, *shape) with targets; return the loss before it (a 0-d handle).

        `x` has the dtype of ``[train]``; `y` is (N,) int64 for losses of classes, else (N, outputs)
        in the dtype of `x`.

        One optimizer step, unless `accumulate`, `zero_grad` or `backward` of ``[train]`` say
        otherwise.
        """
        ...

    def set_lr(self, lr: float) -> None:
        """Set the learning rate of the next updates; until then it is that of ``[train]``."""
        ...

    def loss(self, x: Handle, y: Handle, *, training: bool = False) -> float:
        """Return the loss (data plus l2 and l1 terms), without a graph.

        In evaluation mode unless `training`, see `predict`.
        """
        ...

    def gradients(self, x: Handle, y: Handle) -> dict[str, Array]:
        """Return d loss / d parameter by name, in its shape (evaluation mode), updating nothing."""
        ...

    def predict(self, x: Handle, *, training: bool = False) -> Handle:
        """Return the model's outputs (N, outputs), without a graph.

        With `training`, dropout and batch statistics stay switched on, and running statistics
        move, as in a torch model without ``model.eval()``.
        """
        ...

    def score(self, x: Handle, y: Handle) -> tuple[Handle, float]:
        """Return what `predict` and `loss` do, in evaluation mode, from one pass."""
        ...

    def statistics_kept(self) -> AbstractContextManager[None]:
        """Return a context at whose end running statistics are what they were at its start."""
        ...

    def activations(self, x: Handle, layers: int) -> Handle:
        """Return the outputs (N, ...) of the first so many layers, evaluating, without a graph."""
        ...

    def weights(self) -> dict[str, Array]:
        """Return a copy of the parameters, shapes as in torch, in the dtype of ``[train]``."""
        ...

    def load(self, weights: Mapping[str, Array]) -> None:
        """Take over parameters of another network of the same layers (copied)."""
        ...


class Backend(Protocol):
    """One library that carries out the algorithms.

    Attributes
    ----------
    name : str
        As suites write it.
    devices : tuple of str
        Devices it could ever use; other combinations are no cells.
    experiments : tuple of str
        Experiments it has the algorithms for; other combinations are no cells.
    implementations : tuple of str
        Neighbour-search implementations it offers.
    """

    name: str
    devices: tuple[str, ...]
    experiments: tuple[str, ...]
    implementations: tuple[str, ...]

    def absent(self, device: str) -> str | None:
        """Return why `device` cannot be used here and now, or None; imports no library."""
        ...

    def broken(self) -> str | None:
        """Return why its library cannot be imported though it is here, or None; imports it."""
        ...

    def put(self, array: Array, device: str, *, pinned: bool = False) -> Handle:
        """Place an array, dtype and shape kept; `pinned`: in page-locked host memory instead."""
        ...

    def move(self, handle: Handle, device: str, *, non_blocking: bool = False) -> Handle:
        """Copy a host handle to the device."""
        ...

    def take(self, handle: Handle, index: Array) -> Handle:
        """Return the rows `index` (int64, (m,)) of a handle (n, ...): (m, ...)."""
        ...

    def array(self, handle: Handle) -> Array:
        """Return a handle as a NumPy array of its dtype and shape."""
        ...

    def synchronize(self, device: str) -> None:
        """Wait until the device has finished; a no-op on cpu."""
        ...

    def threads(self, count: int) -> None:
        """Use `count` threads from here on."""
        ...

    def network(
        self,
        layers: Sequence[PlacedLayer],
        weights: Mapping[str, Array],
        train: Train,
        device: str,
        dropout: np.random.Generator,
    ) -> Network:
        """Build a network from equal initial `weights` (copied)."""
        ...

    def neighbors(
        self, train: Handle, test: Handle, k: int, implementation: str
    ) -> tuple[Array, Array]:
        """Return (distances (m, k) float32, indices (m, k) int64) of the k nearest rows.

        Of `train` (n, d) for every row of `test` (m, d), both float32 or float64. Distances are
        Euclidean, in the units of the rows; sorted by distance, equal distances by index.
        """
        ...


@runtime_checkable
class Memory(Protocol):
    """What a backend may also offer: an account of the memory its arrays take.

    Optional: experiments ask with ``isinstance(backend, Memory)``.
    """

    def reset_peak(self, device: str) -> None:
        """Start `peak` anew; a no-op on devices that do not count."""
        ...

    def peak(self, device: str) -> int | None:
        """Return the most bytes allocated at once since `reset_peak`; None if not counted."""
        ...

    def forward_memory(
        self, network: Network, x: Handle, device: str, *, grad: bool
    ) -> tuple[int, int]:
        """Return (peak, retained) bytes of one forward pass over `x`.

        The most alive at once, and what is still alive after it, inputs and weights not
        counted. With `grad` the graph for the backward pass is kept.
        """
        ...


@runtime_checkable
class StepMemory(Protocol):
    """What a backend with `Memory` may also offer: the same account of a training step."""

    def step_memory(self, network: Network, x: Handle, y: Handle, device: str) -> tuple[int, int]:
        """Return (peak, retained) bytes of the first optimizer step on a batch.

        The most alive at once, and what is still alive after it, gradients and the optimizer's
        state; inputs and weights not counted. The step is taken.
        """
        ...


class Stack(Protocol):
    """Networks of one shape that are trained side by side.

    Members that see the same batches share a *feed*. They stand next to each other, and as many
    share one feed as any other: of 6 members and 2 feeds the first 3 see those of the first.
    """

    def train(self, rows: Array | None, rates: Array) -> None:
        """Take steps with every member; an accelerator may take them after this returns.

        Parameters
        ----------
        rows : ndarray, (steps, feeds, batch), int64, or None
            Rows of the pool that the members of each feed see at each step; None for all examples,
            or for all of its own.
        rates : ndarray, (steps, members), float64
            Learning rates.
        """
        ...

    def losses(self) -> Array:
        """Return the losses of the steps of the last `train`, (steps, members) float64.

        Each is that of its batch before the update.
        """
        ...

    def whole_losses(self) -> Array:
        """Return each member's loss on all examples, or all of its own, (members,) float64.

        As its weights are now; no update.
        """
        ...

    def weights(self, member: int) -> dict[str, Array]:
        """Return a copy of a member's parameters, as `Network.weights`.

        Of one that has diverged where that ends its training: as they were when it was seen.
        """
        ...


@dataclass(frozen=True)
class Pool:
    """The examples from which the members of a stack take their batches.

    Attributes
    ----------
    x : ndarray, (m, *shape)
        As stored where `scale` is given, else as the networks take them. With examples of their
        own those of the first member come first, then as many of the second, and so on.
    y : ndarray, (m,) int64 or (m, outputs)
        Targets, as the losses take them.
    scale : callable or None
        From gathered rows of `x` to what the networks take.
    shared : bool
        Whether all members see the same examples.
    """

    x: Array
    y: Array
    scale: Callable[[Array], Array] | None = None
    shared: bool = True


@runtime_checkable
class Stacks(Protocol):
    """What a backend may also offer: networks trained side by side.

    What can be stacked, `harness.backends.stacks` says; asked with ``isinstance``.
    """

    def stack(
        self,
        layers: Sequence[PlacedLayer],
        weights: Sequence[Mapping[str, Array]],
        trains: Sequence[Train],
        device: str,
        pool: Pool,
    ) -> Stack:
        """Build a stack from the initial weights of its members (copied).

        Their ``[train]`` may differ in the penalties, and in the rates, which come by step.
        """
        ...

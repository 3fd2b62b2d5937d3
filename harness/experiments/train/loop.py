"""The training loop: batches to steps to losses, without waiting for the device.

The learning rate of every step is a pure function of its number, or nothing to set.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from harness.backends.protocol import Backend, Handle, learning_rate
from harness.config.train import Train
from harness.datasets.parts import Parts
from harness.devices import DEVICES
from harness.errors import UsageError
from harness.experiments import batches
from harness.experiments.batches import Batch, Feed, Index
from harness.experiments.experiment import Context
from harness.experiments.tasks import Task
from harness.experiments.train.history import History
from harness.types import Array

Rate = Callable[[int], float]
"""From a step (0-based) to its learning rate."""
RISE = 0.3
"""Share of the steps in which ``one_cycle`` raises the learning rate."""
START, END = 25.0, 1e4
"""The first rate is the highest divided by `START`, the last is the first divided by `END`."""


def schedule(train: Train, total: int, per_epoch: int) -> Rate | None:
    """Return the learning rate as a function of the step; None where it never changes.

    Parameters
    ----------
    train : Train
        With `schedule` and `lr_decay`; both together multiply.
    total : int
        Steps of the whole training.
    per_epoch : int
        Steps of one pass over the training examples.
    """
    if train.schedule == "constant" and train.lr_decay == 1.0:
        return None
    base, decay = SCHEDULES[train.schedule](learning_rate(train), total), train.lr_decay
    return lambda step: base(step) * decay ** (step // per_epoch)


def _constant(lr: float, total: int) -> Rate:  # noqa: ARG001 - one signature for the table
    return lambda _step: lr


def one_cycle(lr: float, total: int) -> Rate:
    """Return the rate that rises to `lr` and falls below where it began, along half cosines.

    Parameters
    ----------
    lr : float
        The highest rate, reached after 0.3 of the steps.
    total : int
        Steps, from the first rate to the last.

    References
    ----------
    Smith & Topin (2019); the defaults of ``torch.optim.lr_scheduler.OneCycleLR``.
    """
    first = lr / START
    peak, end = RISE * total - 1.0, total - 1.0

    def rate(step: int) -> float:
        if step <= peak:
            return _half_cosine(first, lr, step / peak)
        return _half_cosine(lr, first / END, (step - peak) / (end - peak))

    return rate


def _half_cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) / 2.0 * (1.0 + math.cos(math.pi * share))


SCHEDULES: Mapping[str, Callable[[float, int], Rate]] = {
    "constant": _constant,
    "one_cycle": one_cycle,
}


SYNC_EVERY = 64
"""Steps between looks at the loss on an accelerator, each of which waits for the device."""


class _Losses:
    """The losses of the steps so far; on an accelerator read in groups of `SYNC_EVERY`."""

    def __init__(self, backend: Backend, device: str) -> None:
        self._backend = backend
        self._group = 1 if DEVICES.get(device).host else SYNC_EVERY
        self._pending: list[Handle] = []
        self._values: list[float] = []
        self.diverged = False

    def add(self, loss: Handle) -> None:
        self._pending.append(loss)
        if len(self._pending) >= self._group:
            self._read()

    def values(self, *, stop: bool) -> NDArray[np.float64]:
        """Return all losses, (steps,); with `stop` up to and with the first that is not finite."""
        self._read()
        values = np.array(self._values)
        bad = np.flatnonzero(~np.isfinite(values))
        return values[: bad[0] + 1] if stop and len(bad) else values

    def _read(self) -> None:
        values = [float(self._backend.array(loss)) for loss in self._pending]
        self._pending.clear()
        self._values += values
        self.diverged = self.diverged or not all(map(np.isfinite, values))


Watch = Callable[[int], None]
"""Called after every step with the number of steps taken so far."""


def fit(context: Context, task: Task, split: Parts, watch: Watch | None = None) -> History:
    """Train the network of `task` to the end of ``[train]``, or to its divergence.

    With ``after_divergence = "stop"`` the last loss kept is the first that is not finite. On an
    accelerator the network may be up to `SYNC_EVERY` steps past it by then.

    Parameters
    ----------
    context, task, split : Context, Task, Parts
    watch : callable, optional
        Looks at the network after every step.

    Raises
    ------
    UsageError
        If not exactly one of `epochs` and `steps` is given.
    """
    train, n = task.train, len(split.x_train)
    per_epoch = batches.steps_per_epoch(train, n)
    total, shuffle = steps_of(train, per_epoch), context.streams.generator("shuffle")
    drawn = batches.draw(train, n, shuffle, split.y_train)
    step = _step(task, watch, schedule(train, total, per_epoch))
    feed = feed_of(context, task, split)
    losses, order = _Losses(context.backend, context.device), hashlib.sha256()
    stop = train.after_divergence == "stop"
    for rows in islice(drawn, total):
        order.update(b"all" if rows is None else rows.tobytes())
        losses.add(step(*feed(rows)))
        if stop and losses.diverged:
            break
    values = losses.values(stop=stop)
    stopped = stop and losses.diverged
    after = loss_after(task, feed) if closes(train) and not stopped else None
    return History(values, per_epoch, train.log_every, after, order.hexdigest())


def _step(task: Task, watch: Watch | None, rate: Rate | None) -> Callable[[Handle, Handle], Handle]:
    """Return a step of the network; the plain one unless its rate changes or someone watches."""
    if watch is None and rate is None:
        return task.network.step
    numbers = count()

    def step(x: Handle, y: Handle) -> Handle:
        number = next(numbers)
        if rate is not None:
            task.network.set_lr(rate(number))
        loss = task.network.step(x, y)
        if watch is not None:
            watch(number + 1)
        return loss

    return step


def steps_of(train: Train, per_epoch: int) -> int:
    """Return the steps of a whole training.

    Raises
    ------
    UsageError
        If not exactly one of `epochs` and `steps` is given.
    """
    if (train.epochs is None) == (train.steps is None):
        raise UsageError(
            "[train] must be given exactly one of epochs and steps, "
            f"got epochs = {train.epochs} and steps = {train.steps}"
        )
    return train.steps or (train.epochs or 0) * per_epoch


def closes(train: Train) -> bool:
    """Whether the curve has a point after the last update: where steps see all the data."""
    return train.batch_size == "full" and train.log_every > 0


def loss_after(task: Task, feed: Feed) -> float:
    """Return the loss on all training examples."""
    # All examples at once: the feed of a full batch has them on the device already.
    return task.network.loss(*feed(None))


def targets(y: Array, dtype: str) -> Array:
    """Return class labels (n,) as int64, regression targets (n, outputs) in `dtype`."""
    return y.astype(np.int64 if np.issubdtype(y.dtype, np.integer) else dtype)


def feed_of(context: Context, task: Task, split: Parts) -> Feed:
    """Return the way from rows to a batch: whole on the device, or scaled batch by batch.

    On cpu a batch is gathered from the stored pixels, one byte each, and scaled alone: a copy of
    all of CIFAR-10 in float32 would take 614 MB per cell and save little time.
    """
    y = targets(split.y_train, task.train.dtype)
    if DEVICES.get(context.device).host and task.train.batch_size != "full":
        return _streamed(context.backend, task, split.x_train, y)
    x = task.scaler.apply(split.x_train, task.train.dtype)
    return batches.feed("resident", context.backend, context.device, x, y)


def _streamed(backend: Backend, task: Task, x: Array, y: Array) -> Feed:
    scaler, dtype = task.scaler, np.dtype(task.train.dtype)

    def batch(rows: Index) -> Batch:
        index = slice(None) if rows is None else rows
        return backend.put(scaler.apply(x[index], dtype), "cpu"), backend.put(y[index], "cpu")

    return batch

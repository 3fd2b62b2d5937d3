"""The training loop: batches to steps to losses, without waiting for the device."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import count, islice

import numpy as np
from numpy.typing import NDArray

from harness.backends.protocol import Backend, Handle
from harness.config.train import Train
from harness.datasets.parts import Parts
from harness.devices import DEVICES
from harness.errors import UsageError
from harness.experiments import batches
from harness.experiments.batches import Batch, Feed, Index
from harness.experiments.experiment import Context
from harness.experiments.tasks import Task
from harness.experiments.train.history import History
from harness.experiments.train.schedule import Rate, schedule
from harness.types import Array

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

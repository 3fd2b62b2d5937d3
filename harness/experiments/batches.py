"""Batches: how many an epoch has, which rows each holds, and how they reach the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from harness.backends.protocol import Backend, Handle
from harness.config.train import Train
from harness.devices import DEVICES
from harness.errors import DataUnfit
from harness.types import Array

Batch = tuple[Handle, Handle]
Index = Array | None
"""Rows of a batch, int64 (m,); None for all of them, which need not be gathered."""
FIXED = ("none", "sorted")
"""Samplings that leave nothing to chance."""
Feed = Callable[[Index], Batch]
"""From rows to a batch on the device."""


def steps_per_epoch(train: Train, n: int) -> int:
    """Return the steps of one pass over `n` examples.

    Raises
    ------
    UsageError
        If ``drop_last`` drops the only batch.
    """
    size = _size(train, n)
    steps = n // size if train.drop_last else -(-n // size)
    if not steps:
        raise DataUnfit(
            f"[train] batch_size must be at most {n}, the training examples, when drop_last is "
            f"set, got {size}; lower it or raise [data] n_train"
        )
    return steps


def examples_per_epoch(train: Train, n: int) -> int:
    """Return the examples that the steps of one pass over `n` examples see."""
    whole = steps_per_epoch(train, n) * _size(train, n)
    return whole if train.drop_last or train.sampling == "replacement" else n


def whole(train: Train, n: int) -> bool:
    """Whether every step sees all `n` examples, in their order."""
    return train.sampling != "replacement" and _size(train, n) >= n


def drawn(train: Train, n: int) -> bool:
    """Whether the batches of `n` examples are another draw for every seed."""
    return not whole(train, n) and train.sampling not in FIXED


def draw(train: Train, n: int, rng: np.random.Generator, y: Array | None = None) -> Iterator[Index]:
    """Yield the rows of one batch after another, without end, as ``[train] sampling`` says.

    Parameters
    ----------
    train : Train
        With `batch_size`, `sampling` and `drop_last`.
    n : int
        Training examples.
    rng : numpy.random.Generator
        The cell's ``shuffle`` stream.
    y : ndarray, (n,) or (n, outputs), optional
        Labels or targets; only ``sorted`` looks at them.
    """
    size, steps = _size(train, n), steps_per_epoch(train, n)
    given = _order(train, n, y)
    while True:
        if whole(train, n):
            yield None
        elif train.sampling == "replacement":
            yield rng.integers(n, size=size)
        else:
            order = rng.permutation(n) if given is None else given
            for step in range(steps):
                yield order[step * size : (step + 1) * size]


def _order(train: Train, n: int, y: Array | None) -> Array | None:
    """Return the rows in the order of every epoch, (n,); None where each epoch draws its own."""
    if train.sampling == "sorted" and y is not None:
        return np.argsort(y.reshape(n, -1)[:, 0], kind="stable")
    return np.arange(n) if train.sampling in FIXED else None


def _size(train: Train, n: int) -> int:
    return n if train.batch_size == "full" else train.batch_size


def feed(transfer: str, backend: Backend, device: str, x: Array, y: Array) -> Feed:
    """Return the way from rows of `x` (n, *shape) and `y` (n,) or (n, outputs) to a batch.

    ``resident``: everything lies on the device and is gathered there. ``copy``: gathered in
    pageable host memory, then copied. ``pinned``: gathered, put into page-locked memory as
    ``DataLoader(pin_memory=True)`` does, and copied without waiting. On cpu all is resident.
    """
    return FEEDS["resident" if DEVICES.get(device).host else transfer](backend, device, x, y)


def _resident(backend: Backend, device: str, x: Array, y: Array) -> Feed:
    xs, ys = backend.put(x, device), backend.put(y, device)

    def batch(rows: Index) -> Batch:
        return (xs, ys) if rows is None else (backend.take(xs, rows), backend.take(ys, rows))

    return batch


def _copy(backend: Backend, device: str, x: Array, y: Array) -> Feed:
    def send(array: Array) -> Handle:
        return backend.move(backend.put(array, "cpu"), device)

    return _from_host(x, y, send)


def _pinned(backend: Backend, device: str, x: Array, y: Array) -> Feed:
    def send(array: Array) -> Handle:
        return backend.move(backend.put(array, device, pinned=True), device, non_blocking=True)

    return _from_host(x, y, send)


def _from_host(x: Array, y: Array, send: Callable[[Array], Handle]) -> Feed:
    def batch(rows: Index) -> Batch:
        return (send(x), send(y)) if rows is None else (send(x[rows]), send(y[rows]))

    return batch


FEEDS: Mapping[str, Callable[[Backend, str, Array, Array], Feed]] = {
    "resident": _resident,
    "copy": _copy,
    "pinned": _pinned,
}

"""From the loss of every step to the curve a claim reads: pure functions of an array.

With ``log_every = 0`` the points are the means of the steps' losses, epoch by epoch, and x is the
epoch, from 1. With ``log_every = k`` they are the losses at steps 0, k, 2k, ..., each taken on
its batch *before* the update of that step, so x is the number of updates behind the value. When
every step sees all the data, one more point after the last update closes the curve: ten full-batch
epochs end at x = 10.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.types import Series


@dataclass(frozen=True)
class History:
    """What a training run went through.

    Attributes
    ----------
    losses : ndarray, (steps,), float64
        Loss of every step on its batch, before its update.
    per_epoch : int
        Steps of one pass over the training examples.
    log_every : int
        As in ``[train]``.
    after : float or None
        Loss after the last update, on all the data; None where steps see batches.
    order : str
        SHA-256 over the rows of every batch.
    """

    losses: NDArray[np.float64]
    per_epoch: int
    log_every: int
    after: float | None
    order: str

    @property
    def unit(self) -> str:
        """What x counts: ``"step"`` or ``"epoch"``."""
        return "step" if self.log_every else "epoch"

    def x(self, step: int) -> int:
        """Return the x under which a step (0-based) is shown."""
        return step if self.log_every else step // self.per_epoch + 1


def curve(history: History) -> Series:
    """Return the ``train_loss`` series; it ends at the last step, however that turned out."""
    points = _steps(history) if history.log_every else _epochs(history)
    return Series([float(x) for x, _ in points], [y for _, y in points])


def first(history: History, kind: str) -> int | None:
    """Return the step (0-based) of the first loss that is ``"inf"`` or ``"nan"``, or None."""
    test = {"inf": np.isinf, "nan": np.isnan}[kind]
    found = np.flatnonzero(test(_all(history)))
    return int(found[0]) if len(found) else None


def divergence(history: History) -> str:
    """Return what happened and when, or ``""`` if every loss is finite."""
    losses = _all(history)
    bad = np.flatnonzero(~np.isfinite(losses))
    if not len(bad):
        return ""
    step = int(bad[0])
    return f"train loss is {losses[step]} at {history.unit} {history.x(step)}"


def _all(history: History) -> NDArray[np.float64]:
    last = [] if history.after is None else [history.after]
    return np.append(history.losses, last)


def _steps(history: History) -> list[tuple[int, float]]:
    losses = history.losses
    points = [(i, float(losses[i])) for i in range(0, len(losses), history.log_every)]
    last = len(losses) - 1
    # A run that was stopped shows the loss it was stopped for.
    if not np.isfinite(losses[last]) and last % history.log_every:
        points.append((last, float(losses[last])))
    if history.after is not None:
        points.append((last + 1, history.after))
    return points


def _epochs(history: History) -> list[tuple[int, float]]:
    starts = range(0, len(history.losses), history.per_epoch)
    with np.errstate(over="ignore", invalid="ignore"):  # a diverged epoch has no finite mean
        means = [float(history.losses[i : i + history.per_epoch].mean()) for i in starts]
    return list(enumerate(means, start=1))

"""The learning rate of every step: a pure function of its number, or nothing to set."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from harness.backends.protocol import learning_rate
from harness.config.train import Train

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

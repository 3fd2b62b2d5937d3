"""Gradients between a backward pass and an update: added up, or cleared.

PyTorch adds every backward pass to ``.grad`` until ``optimizer.zero_grad()`` clears it. This does
the same by hand, so that a forgotten or misplaced ``zero_grad`` can be run in NumPy too.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.config.train import Train
from harness.types import Array

Gradients = dict[str, Array]


class Accumulator:
    """Sums gradients over batches as ``[train]`` says: `accumulate`, `zero_grad`.

    Parameters
    ----------
    train : Train
        With ``accumulate_mean`` each batch counts by ``1 / accumulate``.
    """

    def __init__(self, train: Train) -> None:
        self._every, self._when = train.accumulate, train.zero_grad
        self._weight = 1.0 / train.accumulate if train.accumulate_mean else 1.0
        self._sum: Gradients = {}
        self._batches = 0

    def add(self, grads: Mapping[str, Array]) -> Gradients | None:
        """Add one batch's gradients; return what to update with, or None when there is nothing.

        Gradients are arrays by name, in the shape and dtype of their parameter. What is returned
        may be overwritten.
        """
        first = self._batches % self._every == 0
        # Before the forward pass or before the backward pass: no gradient is born in between.
        if first and self._when in ("each_update", "before_backward"):
            self._sum = {}
        self._batches += 1
        for name, grad in grads.items():
            part = grad * self._weight if self._weight != 1.0 else grad
            self._sum[name] = self._sum[name] + part if name in self._sum else part.copy()
        if self._when == "before_update":
            self._sum = {}
        if self._batches % self._every or not self._sum:
            return None
        moving = {name: grad.copy() for name, grad in self._sum.items()}
        if self._when == "after_update":
            self._sum = {}
        return moving

"""Update rules, in place. A rule is one class here and one entry in `OPTIMIZERS`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from harness.config.train import Optimizer
from harness.types import Array


class Update(Protocol):
    """An update rule bound to the parameters it moves."""

    def update(self, grads: Mapping[str, Array]) -> None:
        """Move every parameter; `grads` may be overwritten."""
        ...


class SGD:
    """``v = momentum * v + g; w -= lr * v`` (``torch.optim.SGD`` without dampening)."""

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: float) -> None:
        self._params, self._lr, self._momentum = params, lr, settings.momentum
        self._velocity = (
            {name: np.zeros_like(value) for name, value in params.items()}
            if settings.momentum
            else {}
        )

    def update(self, grads: Mapping[str, Array]) -> None:
        """Take one step."""
        for name, param in self._params.items():
            grad = grads[name]
            if self._momentum:
                velocity = self._velocity[name]
                velocity *= self._momentum
                velocity += grad
                np.multiply(velocity, self._lr, out=grad)
            else:
                grad *= self._lr
            param -= grad


class Adam:
    """Adam with bias correction, operation by operation as ``torch.optim.Adam`` has it.

    References
    ----------
    Kingma & Ba (2015), algorithm 1; epsilon is added after the bias correction.
    """

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: float) -> None:
        self._params, self._lr = params, lr
        self._beta1, self._beta2, self._eps = settings.beta1, settings.beta2, settings.eps
        self._mean = {name: np.zeros_like(value) for name, value in params.items()}
        self._square = {name: np.zeros_like(value) for name, value in params.items()}
        self._scratch = {name: np.empty_like(value) for name, value in params.items()}
        self._steps = 0

    def update(self, grads: Mapping[str, Array]) -> None:
        """Take one step."""
        self._steps += 1
        size = self._lr / (1 - self._beta1**self._steps)
        root = math.sqrt(1 - self._beta2**self._steps)
        for name, param in self._params.items():
            self._moments(name, grads[name])
            scratch = np.sqrt(self._square[name], out=self._scratch[name])
            scratch /= root
            scratch += self._eps
            np.divide(self._mean[name], scratch, out=scratch)
            scratch *= size
            param -= scratch

    def _moments(self, name: str, grad: Array) -> None:
        mean, square, scratch = self._mean[name], self._square[name], self._scratch[name]
        np.multiply(grad, grad, out=scratch)
        scratch *= 1 - self._beta2
        square *= self._beta2
        square += scratch
        grad -= mean
        grad *= 1 - self._beta1
        mean += grad


OPTIMIZERS: Mapping[str, Callable[[Mapping[str, Array], Optimizer, float], Update]] = {
    "sgd": SGD,
    "adam": Adam,
}

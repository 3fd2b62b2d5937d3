"""Update rules, in place. A rule is one class here and one entry in `OPTIMIZERS`.

Parameters, gradients and a rule's own state are arrays by name, all of a name in one shape and
dtype (float32 or float64), in which the update is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np

from harness.config.train import Optimizer
from harness.types import Array

Rate = float | Array
"""A learning rate, or one for each member of a stack, to be broadcast over its parameters."""


class Update(Protocol):
    """An update rule bound to the parameters it moves, at a learning rate that may be set."""

    lr: Rate

    def update(self, grads: Mapping[str, Array]) -> None:
        """Move every parameter, given d loss / d parameter by name; `grads` may be overwritten."""
        ...


class Rule:
    """What all rules share: the learning rate and the decay of the weights.

    Parameters
    ----------
    params : mapping of str to ndarray
        What is moved, in place.
    settings : Optimizer
        Of the rule; `weight_decay` adds ``weight_decay * w`` to the gradient of every parameter,
        biases included, as torch does.
    lr : float or ndarray
        The learning rate of the first update.
    """

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        self._params, self.lr, self._decay = params, lr, settings.weight_decay
        self._dtype = next((param.dtype for param in params.values()), np.dtype(np.float64))

    def update(self, grads: Mapping[str, Array]) -> None:
        """Take one step with d loss / d parameter by name, which is overwritten."""
        if self._decay:
            for name, param in self._params.items():
                grads[name][...] += self._decay * param
        self._move(grads)

    def _move(self, grads: Mapping[str, Array]) -> None:
        raise NotImplementedError

    def _sized(self, rate: Rate) -> Rate:
        """Return rates in the dtype of the parameters, as a product takes a float by itself."""
        return rate.astype(self._dtype) if isinstance(rate, np.ndarray) else rate

    def _zeros(self) -> dict[str, Array]:
        return {name: np.zeros_like(value) for name, value in self._params.items()}


class SGD(Rule):
    """``v = momentum * v + (1 - dampening) * g; w -= lr * v``, as ``torch.optim.SGD``.

    The first v is g, undamped.

    References
    ----------
    Polyak (1964), in the form that has the learning rate outside of v.
    """

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        super().__init__(params, settings, lr)
        self._momentum = settings.momentum
        self._share = 1.0  # of the first gradient; of the later ones 1 - dampening
        self._later = 1.0 - settings.dampening
        self._velocity = self._zeros() if settings.momentum else {}

    def _move(self, grads: Mapping[str, Array]) -> None:
        lr = self._sized(self.lr)
        for name, param in self._params.items():
            grad = grads[name]
            if self._momentum:
                velocity = self._velocity[name]
                velocity *= self._momentum
                velocity += grad if self._share == 1.0 else self._share * grad
                np.multiply(velocity, lr, out=grad)
            else:
                grad *= lr
            param -= grad
        self._share = self._later


class Adam(Rule):
    """Adam with bias correction, operation by operation as ``torch.optim.Adam`` has it.

    References
    ----------
    Kingma & Ba (2015), algorithm 1; epsilon is added after the bias correction.
    """

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        super().__init__(params, settings, lr)
        self._beta1, self._beta2, self._eps = settings.beta1, settings.beta2, settings.eps
        self._mean, self._square, self._scratch = self._zeros(), self._zeros(), self._zeros()
        self._steps = 0

    def _move(self, grads: Mapping[str, Array]) -> None:
        self._steps += 1
        size = self._sized(self.lr / (1 - self._beta1**self._steps))
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


class RMSProp(Rule):
    """``s = alpha * s + (1 - alpha) * g**2; w -= lr * g / (sqrt(s) + eps)``.

    References
    ----------
    Tieleman & Hinton (2012), lecture 6.5; epsilon outside of the root, as ``torch.optim.RMSprop``.
    """

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        super().__init__(params, settings, lr)
        self._alpha, self._eps, self._square = settings.alpha, settings.eps, self._zeros()

    def _move(self, grads: Mapping[str, Array]) -> None:
        lr = self._sized(self.lr)
        for name, param in self._params.items():
            grad, square = grads[name], self._square[name]
            square *= self._alpha
            square += (1 - self._alpha) * grad * grad
            root = np.sqrt(square)
            root += self._eps
            grad /= root
            grad *= lr
            param -= grad


OPTIMIZERS: Mapping[str, Callable[[Mapping[str, Array], Optimizer, Rate], Update]] = {
    "sgd": SGD,
    "adam": Adam,
    "rmsprop": RMSProp,
}

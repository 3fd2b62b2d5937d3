"""Update rules, in place. A rule is one class here and one entry in `OPTIMIZERS`.

Parameters, gradients and a rule's own state are arrays by name, all of a name in one shape and
dtype (float32 or float64), in which the update is computed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from harness.backends.stacks import SWEEP, least
from harness.config.train import Optimizer
from harness.types import Array

PIECE = 2**16
"""Numbers that are done with before others: with their state they stay in the cache of a core."""
Rate = float | Array
"""A learning rate, or one for each member of a stack, to be broadcast over its parameters."""


class Rule:
    """What all rules share: the rate `lr`, the decay of the weights, and the order of the work.

    A rule passes many times over each number, so it is done with some, which stay in cache, before
    it goes on to others.

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

    states = 0
    """Arrays that a rule keeps of the size of the parameters."""

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        self.lr, self._decay, self._steps = lr, settings.weight_decay, 0
        self._dtype = next((param.dtype for param in params.values()), np.dtype(np.float64))
        self._pieces = [
            (name, place, [a if place is None else a[place] for a in (param, *own)])
            for name, param in params.items()
            for own in ([np.zeros_like(param) for _ in range(self.states)],)
            for place in _places(param.shape)
        ]

    def update(self, grads: Mapping[str, Array]) -> None:
        """Take one step with d loss / d parameter by name, which is overwritten."""
        rate, self._steps = self._rate(), self._steps + 1
        sized = rate.astype(self._dtype) if isinstance(rate, np.ndarray) else rate
        for name, place, (param, *own) in self._pieces:
            grad, lr = grads[name], sized
            if place is not None:
                grad, lr = grad[place], lr[place[0]] if isinstance(lr, np.ndarray) else lr
            if self._decay:
                grad += self._decay * param
            param -= self._move(grad, lr, *own)

    def _rate(self) -> Rate:
        """Return what a step is multiplied with."""
        return self.lr

    def _move(self, grad: Array, lr: Rate, *own: Array) -> Array:
        """Return what is taken off some numbers, given their gradient and state."""
        raise NotImplementedError

    def _swept(self, state: Array, beta: float) -> None:
        """Multiply a sum of gradients with `beta`; now and then clear what is next to nothing.

        Where gradients stay away, as for pixels of the border, a sum would fall below the normal
        range of its dtype in some 700 steps. A processor takes a hundred times as long there, and
        no weight changes by so little.
        """
        state *= beta
        if self._steps % SWEEP == 0:
            state[np.abs(state) < least(np.finfo(state.dtype).tiny)] = 0


def _places(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...] | None]:
    """Yield the places of an array, some `PIECE` numbers each; None for one that holds no more.

    They lie along its first axis, or along further ones in one place of it.
    """
    if math.prod(shape) <= PIECE or len(shape) < 2:
        yield None
        return
    each = math.prod(shape[1:])
    ones = max(1, PIECE // each)
    for start in range(0, shape[0], ones):
        for further in _places(shape[1:]) if ones == 1 else [None]:
            yield (slice(start, start + ones), *(further or ()))


class SGD(Rule):
    """``v = momentum * v + (1 - dampening) * g; w -= lr * v``, as ``torch.optim.SGD``.

    The first v is g, undamped.

    References
    ----------
    Polyak (1964), in the form that has the learning rate outside of v.
    """

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        self._momentum = settings.momentum
        self.states = 1 if settings.momentum else 0
        self._share = 1.0 - settings.dampening  # of all gradients but the first
        super().__init__(params, settings, lr)

    def _move(self, grad: Array, lr: Rate, *own: Array) -> Array:
        for velocity in own:
            self._swept(velocity, self._momentum)
            velocity += grad if self._steps == 1 else self._share * grad
            return np.multiply(velocity, lr, out=grad)
        grad *= lr
        return grad


class Adam(Rule):
    """Adam with bias correction.

    Its means are kept as sums, in which a gradient of i steps ago counts ``beta**i``; divided by
    what all have counted they are the corrected means, and both divisors go into one factor.

    References
    ----------
    Kingma & Ba (2015), algorithm 1, in the order of the end of section 2; epsilon is that of the
    algorithm, added after the bias correction.
    """

    states = 2

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        super().__init__(params, settings, lr)
        self._beta1, self._beta2, self._eps = settings.beta1, settings.beta2, settings.eps
        self._count1 = self._count2 = 0.0

    def _rate(self) -> Rate:
        self._count1 = 1 + self._beta1 * self._count1
        self._count2 = 1 + self._beta2 * self._count2
        self._root = math.sqrt(self._count2)
        return self.lr * (self._root / self._count1)

    def _move(self, grad: Array, lr: Rate, *own: Array) -> Array:
        gradients, squares = own
        self._swept(gradients, self._beta1)
        gradients += grad
        grad *= grad
        squares *= self._beta2
        squares += grad
        np.sqrt(squares, out=grad)
        grad += self._eps * self._root
        np.divide(gradients, grad, out=grad)
        grad *= lr
        return grad


class RMSProp(Rule):
    """``s = alpha * s + (1 - alpha) * g**2; w -= lr * g / (sqrt(s) + eps)``.

    References
    ----------
    Tieleman & Hinton (2012), lecture 6.5; epsilon outside of the root, as ``torch.optim.RMSprop``.
    """

    states = 1

    def __init__(self, params: Mapping[str, Array], settings: Optimizer, lr: Rate) -> None:
        super().__init__(params, settings, lr)
        self._alpha, self._eps = settings.alpha, settings.eps

    def _move(self, grad: Array, lr: Rate, *own: Array) -> Array:
        (square,) = own
        square *= self._alpha
        square += (1 - self._alpha) * grad * grad
        root = np.sqrt(square)
        root += self._eps
        grad /= root
        grad *= lr
        return grad


OPTIMIZERS: Mapping[str, Callable[[Mapping[str, Array], Optimizer, Rate], Rule]] = {
    "sgd": SGD,
    "adam": Adam,
    "rmsprop": RMSProp,
}

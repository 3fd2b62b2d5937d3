"""Functions of elements and of whole vectors, with derivatives or pullbacks written out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from harness.extras import late
from harness.types import Array

special = late("scipy.special")


Pullback = Callable[[Array], Array]
"""From d result / d value to d result / d input, both of their own shapes."""


@dataclass(frozen=True)
class Options:
    """What some functions need beside their input.

    Attributes
    ----------
    target : ndarray
        Targets of a loss: numbers of the input's shape, or class labels, one per row.
    delta : float
        Where ``huber`` turns from half the square to a line.
    slope : float
        Of ``leaky_relu`` below zero.
    exponent : float
        Of ``power``.
    """

    target: Array
    delta: float = 1.0
    slope: float = 0.01
    exponent: float = 2.0


Function = Callable[[Array, Options], tuple[Array, Pullback]]
"""``function(x, options) -> (value, pullback)``, in the dtype of `x`."""
Functions = Mapping[str, Function]
"""A family of them by name."""


Local = Callable[[Array, Options], Array]


def _elementwise(value: Local, derivative: Local) -> Function:
    """Return a function whose pullback multiplies by its local derivative."""

    def function(x: Array, options: Options) -> tuple[Array, Pullback]:
        return value(x, options), lambda grad: grad * derivative(x, options)

    return function


def _plain(value: Callable[[Array], Array], derivative: Callable[[Array], Array]) -> Function:
    return _elementwise(lambda x, _: value(x), lambda x, _: derivative(x))


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) in the shape and dtype of `x`, so that nothing overflows."""
    small = np.exp(-np.abs(x))
    return np.asarray(np.where(x >= 0, 1, small) / (1 + small))


def _sigmoid_slope(x: Array) -> Array:
    y = sigmoid(x)
    return np.asarray(y * (1 - y))


def _gelu(x: Array) -> Array:
    return np.asarray(x * special.ndtr(x))


def _gelu_slope(x: Array) -> Array:
    density = np.exp(-0.5 * np.square(x)) * (1 / math.sqrt(2 * math.pi))
    return np.asarray(special.ndtr(x) + x * density)


def _logit_slope(p: Array) -> Array:
    return np.asarray(1 / (p * (1 - p)))


ELEMENTWISE: Functions = {
    "identity": _plain(lambda x: x, np.ones_like),
    "exp": _plain(np.exp, np.exp),
    "log": _plain(np.log, lambda x: 1 / x),
    "negative_log": _plain(lambda x: -np.log(x), lambda x: -1 / x),
    "logit": _plain(lambda p: np.log(p / (1 - p)), _logit_slope),
    "sigmoid": _plain(sigmoid, _sigmoid_slope),
    "tanh": _plain(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": _plain(lambda x: np.maximum(x, 0), lambda x: (x > 0).astype(x.dtype)),
    "leaky_relu": _elementwise(
        lambda x, o: np.where(x > 0, x, o.slope * x),
        lambda x, o: np.where(x > 0, 1, o.slope).astype(x.dtype),
    ),
    "gelu": _plain(_gelu, _gelu_slope),
    "softplus": _plain(lambda x: np.logaddexp(x, np.zeros_like(x)), sigmoid),
    "step": _plain(lambda x: (x > 0).astype(x.dtype), np.zeros_like),
    "absolute": _plain(np.abs, np.sign),
    "square": _plain(np.square, lambda x: 2 * x),
    "power": _elementwise(
        lambda x, o: x**o.exponent, lambda x, o: o.exponent * x ** (o.exponent - 1)
    ),
    "chain": _plain(lambda x: (3 * x + 4) ** 2, lambda x: 6 * (3 * x + 4)),
    "branching": _plain(lambda x: x**2 + 3 * x, lambda x: 2 * x + 3),
    "product_of_paths": _plain(lambda x: x**2 * (3 * x), lambda x: 9 * x**2),
}
"""``chain`` is (3x + 4)**2, ``branching`` x**2 + 3x, ``product_of_paths`` x**2 * 3x."""


Both = tuple[Array, Pullback]


def _sum_of_squares(x: Array, _: Options) -> Both:
    return np.sum(x * x), lambda grad: grad * 2 * x


def _relu_sum(x: Array, _: Options) -> Both:
    return np.sum(np.maximum(x, 0)), lambda grad: grad * (x > 0)


def _share(x: Array, _: Options) -> Both:
    """Divide by the sum: what softmax would be without the exponential."""
    total = x.sum(axis=-1, keepdims=True)
    y = x / total
    return y, lambda grad: (grad - (grad * y).sum(axis=-1, keepdims=True)) / total


def _softmax_of(exponentials: Callable[[Array], Array]) -> Function:
    def function(x: Array, _: Options) -> Both:
        e = exponentials(x)
        p = e / e.sum(axis=-1, keepdims=True)
        return p, lambda grad: p * (grad - (grad * p).sum(axis=-1, keepdims=True))

    return function


def _shifted(x: Array) -> Array:
    return np.asarray(np.exp(x - x.max(axis=-1, keepdims=True)))


_softmax, _softmax_naive = _softmax_of(_shifted), _softmax_of(np.exp)


def _log_sum_exp(x: Array, _: Options) -> Both:
    e = _shifted(x)
    total = e.sum(axis=-1)
    value = x.max(axis=-1) + np.log(total)
    return value, lambda grad: grad[..., None] * e / total[..., None]


def _log_sum_exp_naive(x: Array, _: Options) -> Both:
    e = np.exp(x)
    total = e.sum(axis=-1)
    return np.log(total), lambda grad: grad[..., None] * e / total[..., None]


def _log_softmax(x: Array, options: Options) -> Both:
    p, _ = _softmax(x, options)
    value = x - _log_sum_exp(x, options)[0][..., None]
    return value, lambda grad: grad - p * grad.sum(axis=-1, keepdims=True)


def _log_of(softmax: Function) -> Function:
    """Take the logarithm of the finished probabilities, overflow and underflow included."""

    def function(x: Array, options: Options) -> Both:
        p, back = softmax(x, options)
        return np.log(p), lambda grad: back(grad / p)

    return function


_log_softmax_naive, _log_of_softmax = _log_of(_softmax_naive), _log_of(_softmax)


def _nll_of(log_probabilities: Function) -> Function:
    """Return the mean over rows of minus the log-probability of the true class."""

    def function(x: Array, options: Options) -> Both:
        rows, labels = np.atleast_2d(x), options.target.astype(np.int64)
        logs, back = log_probabilities(rows, options)
        hot = np.zeros_like(rows)
        hot[np.arange(len(rows)), labels] = -1 / len(rows)
        # Chosen, not multiplied by 0 and 1: log(0) of another class is not in the sum.
        value = -np.mean(logs[np.arange(len(rows)), labels])
        return np.asarray(value), lambda grad: back(grad * hot).reshape(x.shape)

    return function


def _accuracy(x: Array, options: Options) -> Both:
    """How often the largest score is the true class: a step function, flat where it is smooth."""
    right = np.atleast_2d(x).argmax(axis=-1) == options.target.astype(np.int64)
    return np.asarray(right.mean(dtype=x.dtype)), lambda _: np.zeros_like(x)


def _mse(x: Array, options: Options) -> Both:
    error = x - options.target
    return np.mean(error * error), lambda grad: grad * 2 * error / error.size


def _l1(x: Array, options: Options) -> Both:
    error = x - options.target
    return np.mean(np.abs(error)), lambda grad: grad * np.sign(error) / error.size


def _huber(x: Array, options: Options) -> Both:
    error, delta = x - options.target, options.delta
    size = np.abs(error)
    value = np.where(size <= delta, 0.5 * error * error, delta * (size - 0.5 * delta))
    return np.mean(value), lambda grad: grad * np.clip(error, -delta, delta) / error.size


VECTORS: Functions = {
    "sum_of_squares": _sum_of_squares,
    "relu_sum": _relu_sum,
    "share": _share,
    "softmax": _softmax,
    "softmax_naive": _softmax_naive,
    "log_sum_exp": _log_sum_exp,
    "log_sum_exp_naive": _log_sum_exp_naive,
    "log_softmax": _log_softmax,
    "log_softmax_naive": _log_softmax_naive,
    "cross_entropy": _nll_of(_log_softmax),
    "cross_entropy_naive": _nll_of(_log_softmax_naive),
    "cross_entropy_of_softmax": _nll_of(_log_of_softmax),
    "accuracy": _accuracy,
    "mse": _mse,
    "l1": _l1,
    "huber": _huber,
}
"""``_naive`` overflows; ``_of_softmax`` takes the logarithm of a shifted, finished softmax."""

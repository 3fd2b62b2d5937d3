"""Functions of a whole vector: sums, softmax and losses, with their pullbacks written out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.experiments.probe.function.signature import Function, Functions, Options, Pullback
from harness.types import Array

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

"""Functions of every element alone, with their derivatives written out."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from harness.experiments.probe.function.signature import Function, Functions, Options, Pullback
from harness.extras import late
from harness.types import Array

special = late("scipy.special")

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

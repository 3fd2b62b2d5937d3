"""Layers of a stack: arrays (members, N, ...), parameters as `harness.backends.stacks` has them.

Where `harness.backends.numpy_backend.layers` speaks of every element, or of the last axis, its own
layers serve; what reduces over examples, or multiplies matrices, is here.
"""

# ruff: noqa: ARG002, ARG005 - all layers, and the table of them, share one signature
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.backends.numpy_backend.layer import Cache, Layer
from harness.backends.numpy_backend.layers import (
    GELU,
    LeakyReLU,
    LogSoftmax,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from harness.config import layers
from harness.types import Array


class Flatten(Layer):
    """(S, N, ...) -> (S, N, features)."""

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return `x` flattened; keep its shape."""
        return x.reshape(*x.shape[:2], -1), x.shape

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return `grad` in the shape of the input."""
        return grad.reshape(cache)


class Linear(Layer):
    """(S, N, in) -> (S, N, out), each member with its own W (out, in) and b (1, out).

    Where members share feeds the examples are (F, N, in), and those of a feed are multiplied with
    the weights of all its members at once: one product of many columns.
    """

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the outputs (S, N, out) of `x`; keep `x`."""
        weight, feeds = self.params["weight"], len(x)
        across = _joined(weight, feeds).transpose(0, 2, 1)
        # A product of one feature is no sum, and matmul calls the library for every member.
        out: Array = x * across if x.shape[2] == 1 else np.matmul(x, across)
        if "bias" in self.params:
            out += self.params["bias"].reshape(feeds, 1, -1)
        return (out if feeds == len(weight) else _apart(out, len(weight))), x

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return ``grad @ W``, (S, N, in), for `grad` (S, N, out)."""
        out: Array = np.matmul(grad, self.params["weight"])
        return out

    def gradients(self, grad: Array, cache: Cache) -> dict[str, Array]:
        """Return dW = grad.T @ x and db, the column sums of grad, of every member."""
        columns = _joined(grad.transpose(0, 2, 1), len(cache))
        product: Array = np.matmul(columns, cache)
        grads = {"weight": product.reshape(self.params["weight"].shape)}
        if "bias" in self.params:
            grads["bias"] = grad.sum(axis=1, keepdims=True)
        return grads


def _joined(array: Array, feeds: int) -> Array:
    """Return (S, rows, columns) as (F, rows of all members of a feed, columns)."""
    return array if len(array) == feeds else array.reshape(feeds, -1, array.shape[2])


def _apart(outputs: Array, members: int) -> Array:
    """Return outputs (F, N, those of all members of a feed) as (S, N, out)."""
    feeds, count, columns = outputs.shape
    own = members // feeds
    each = outputs.reshape(feeds, count, own, columns // own).transpose(0, 2, 1, 3)
    return each.reshape(members, count, -1)


class LayerNorm(Layer):
    """Normalise every example (S, N, F) over its own features; weight and bias are (S, 1, F)."""

    def __init__(self, params: Mapping[str, Array], eps: float) -> None:
        super().__init__(params)
        self._eps = eps

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the normalised `x`; keep it before weight and bias, and what it was scaled by."""
        x = np.repeat(x, len(self.params["weight"]) // len(x), axis=0)  # of feeds that are shared
        inverse = 1 / np.sqrt(x.var(axis=2, keepdims=True) + self._eps)
        values = (x - x.mean(axis=2, keepdims=True)) * inverse
        return values * self.params["weight"] + self.params["bias"], (values, inverse)

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return d loss / d input (S, N, F), written over `grad` of that shape."""
        values, inverse = cache
        grad *= self.params["weight"]
        along = (grad * values).mean(axis=2, keepdims=True)
        grad -= grad.mean(axis=2, keepdims=True)
        grad -= values * along
        grad *= inverse
        return grad

    def gradients(self, grad: Array, cache: Cache) -> dict[str, Array]:
        """Return d loss / d weight and bias, (S, 1, F)."""
        return {
            "weight": (grad * cache[0]).sum(axis=1, keepdims=True),
            "bias": grad.sum(axis=1, keepdims=True),
        }


LAYERS: Mapping[type[Any], Callable[[Any, Mapping[str, Array]], Layer]] = {
    layers.Flatten: lambda layer, params: Flatten(),
    layers.Linear: lambda layer, params: Linear(params),
    layers.ReLU: lambda layer, params: ReLU(),
    layers.LeakyReLU: lambda layer, params: LeakyReLU(layer.slope),
    layers.Sigmoid: lambda layer, params: Sigmoid(),
    layers.Tanh: lambda layer, params: Tanh(),
    layers.GELU: lambda layer, params: GELU(),
    layers.Softmax: lambda layer, params: Softmax(),
    layers.LogSoftmax: lambda layer, params: LogSoftmax(),
    layers.LayerNorm: lambda layer, params: LayerNorm(params, layer.eps),
}

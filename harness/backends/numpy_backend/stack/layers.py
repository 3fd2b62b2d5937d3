"""Layers and losses of a stack: arrays (S, N, ...), parameters as in `harness.backends.stacks`.

Where `harness.backends.numpy_backend.layers` speaks of every element, or of the last axis, its own
layers serve; what reduces over examples, or multiplies matrices, is here. Each loss is that of the
same name in ``losses`` there, member by member: from outputs (S, N, C), labels (S, N) or targets
(S, N, D) to a loss (S,) and the gradient of their sum, which is the gradient of each.
"""

# ruff: noqa: ARG002, ARG005 - all layers, and the table of them, share one signature
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
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
from harness.backends.numpy_backend.losses import LOWEST_LOG, SMALLEST
from harness.config import layers
from harness.config.train import CLASS_LOSSES, Train
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


Loss = Callable[[Array, Array], tuple[Array, Array]]


def _mean(values: Array) -> Array:
    """Return the mean over all axes but the first."""
    flat = values.reshape(len(values), -1)
    mean: Array = np.add.reduce(flat, axis=1)
    mean /= flat.shape[1]
    return mean


def _of_labels(labels: Array) -> Array:
    return labels[:, :, None]


def cross_entropy(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Return the mean of ``log(sum_j exp(s_j)) - s_y``, and its gradient."""
    true = _of_labels(labels)
    grad = scores - scores.max(axis=2, keepdims=True)
    own = np.take_along_axis(grad, true, axis=2)
    np.exp(grad, out=grad)
    total = grad.sum(axis=2, keepdims=True)
    loss = _mean(np.log(total) - own)
    grad /= total
    np.put_along_axis(grad, true, np.take_along_axis(grad, true, axis=2) - 1, axis=2)
    grad /= labels.shape[1]
    return loss, grad


def nll(log_probabilities: Array, labels: Array) -> tuple[Array, Array]:
    """Return the mean of ``-log_probabilities[i, y_i]``, and its gradient."""
    true, grad = _of_labels(labels), np.zeros_like(log_probabilities)
    loss = -_mean(np.take_along_axis(log_probabilities, true, axis=2))
    np.put_along_axis(grad, true, -1.0 / labels.shape[1], axis=2)
    return loss, grad


def multiclass_hinge(scores: Array, labels: Array) -> tuple[Array, Array]:
    """Return the mean of ``sum_{j != y} max(0, 1 + s_j - s_y)``, and its gradient."""
    true, count = _of_labels(labels), labels.shape[1]
    margins = scores - np.take_along_axis(scores, true, axis=2)
    margins += 1
    np.maximum(margins, 0, out=margins)
    np.put_along_axis(margins, true, 0, axis=2)
    loss = margins.reshape(len(margins), -1).sum(axis=1) / count
    grad = (margins > 0).astype(scores.dtype)
    np.put_along_axis(grad, true, -grad.sum(axis=2, keepdims=True), axis=2)
    grad /= count
    return loss, grad


def mse(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return the mean squared error over all elements, and its gradient."""
    grad = outputs - targets
    loss = _mean(grad * grad)
    grad *= 2.0 / grad[0].size
    return loss, grad


def l1(outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return the mean absolute error over all elements, and its gradient."""
    apart = outputs - targets
    return _mean(np.abs(apart)), np.sign(apart) / apart[0].size


def huber(outputs: Array, targets: Array, delta: float = 1.0) -> tuple[Array, Array]:
    """Return the mean of Huber's function of ``outputs - targets``, and its gradient."""
    apart = outputs - targets
    size = np.abs(apart)
    loss = _mean(np.where(size < delta, 0.5 * apart * apart, delta * (size - 0.5 * delta)))
    return loss, np.clip(apart, -delta, delta) / apart[0].size


def binary_cross_entropy(probabilities: Array, targets: Array) -> tuple[Array, Array]:
    """Return the mean of ``-(y log p + (1 - y) log(1 - p))``, and its gradient."""
    p = probabilities
    yes, no = np.maximum(np.log(p), LOWEST_LOG), np.maximum(np.log1p(-p), LOWEST_LOG)
    loss = _mean((targets - 1) * no - targets * yes)
    grad = p - targets
    grad /= np.maximum((1 - p) * p, SMALLEST)
    grad /= p[0].size
    return loss, grad


LOSSES: Mapping[str, Loss] = {
    "cross_entropy": cross_entropy,
    "mse": mse,
    "multiclass_hinge": multiclass_hinge,
    "nll": nll,
    "binary_cross_entropy": binary_cross_entropy,
    "l1": l1,
    "huber": huber,
}


def build(train: Train) -> Loss:
    """Return the loss of ``[train]``, its `huber_delta` and `reduction` applied."""
    loss = partial(huber, delta=train.huber_delta) if train.loss == "huber" else LOSSES[train.loss]
    if train.reduction == "mean":
        return loss
    classes = train.loss in CLASS_LOSSES

    def summed(outputs: Array, targets: Array) -> tuple[Array, Array]:
        count = outputs.shape[1] if classes else outputs[0].size
        mean, grad = loss(outputs, targets)
        grad *= count
        return mean * count, grad

    return summed

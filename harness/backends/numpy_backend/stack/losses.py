"""Losses of a stack: from outputs (S, N, C) and targets to a loss a member and its gradient.

Each is that of the same name in `harness.backends.numpy_backend.losses`, member by member: labels
are (S, N), targets (S, N, D), the loss is (S,). The gradient is that of the sum over members,
which is the gradient of each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from harness.backends.numpy_backend.losses import LOWEST_LOG, SMALLEST
from harness.config.train import CLASS_LOSSES, Train
from harness.types import Array

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

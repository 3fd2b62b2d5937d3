"""Losses: from the model's outputs and the targets to (mean loss, d loss / d outputs).

A loss is one function here and one entry in `LOSSES`. `build` gives the one that ``[train]`` asks
for, with its settings and its reduction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from harness.config.train import CLASS_LOSSES, Train
from harness.types import Array

Loss = Callable[[Array, Array], tuple[Any, Array]]
LOWEST_LOG = -100
"""Below it a logarithm of `binary_cross_entropy` is cut off, as ``torch.nn.BCELoss`` does."""
SMALLEST = 1e-12
"""The least ``p * (1 - p)`` that its gradient divides by, as there."""


def cross_entropy(scores: Array, labels: Array) -> tuple[Any, Array]:
    """Return the mean of ``log(sum_j exp(s_j)) - s_y`` and its gradient.

    Parameters
    ----------
    scores : ndarray, (N, C), float
        Unnormalised; the largest score of each row is taken off before ``exp``, so that no
        finite score overflows.
    labels : ndarray, (N,), int64

    Returns
    -------
    loss : 0-d float
        Mean over examples, nats.
    grad : ndarray, (N, C)
        ``(softmax(scores) - one_hot(labels)) / N``.
    """
    rows = np.arange(len(labels))
    shifted = scores - scores.max(axis=1, keepdims=True)
    true = shifted[rows, labels]
    grad = np.exp(shifted, out=shifted)
    total = grad.sum(axis=1, keepdims=True)
    loss = np.mean(np.log(total[:, 0]) - true)
    grad /= total
    grad[rows, labels] -= 1
    grad /= len(labels)
    return loss, grad


def mse(outputs: Array, targets: Array) -> tuple[Any, Array]:
    """Return the mean squared error over all elements, as torch defines it, and its gradient.

    Parameters
    ----------
    outputs, targets : ndarray, (N, D), float

    Returns
    -------
    loss : 0-d float
    grad : ndarray, (N, D)
        ``2 * (outputs - targets) / (N * D)``.
    """
    grad = outputs - targets
    loss = np.mean(np.square(grad))
    grad *= 2.0 / grad.size
    return loss, grad


def multiclass_hinge(scores: Array, labels: Array) -> tuple[Any, Array]:
    """Return the mean of ``sum_{j != y} max(0, 1 + s_j - s_y)`` and its gradient.

    The sum is not divided by the number of classes (``torch.nn.MultiMarginLoss`` does that).

    Parameters
    ----------
    scores : ndarray, (N, C), float
    labels : ndarray, (N,), int64

    Returns
    -------
    loss : 0-d float
        Mean over examples.
    grad : ndarray, (N, C)
        ``1 / N`` where a margin is violated, 0 elsewhere; of the true class, minus their sum.

    References
    ----------
    Weston & Watkins (1999), margin 1.
    """
    rows = np.arange(len(labels))
    margins = scores - scores[rows, labels][:, None]
    margins += 1
    np.maximum(margins, 0, out=margins)
    margins[rows, labels] = 0
    loss = margins.sum() / len(labels)
    grad = (margins > 0).astype(scores.dtype)
    grad[rows, labels] = -grad.sum(axis=1)
    grad /= len(labels)
    return loss, grad


def nll(log_probabilities: Array, labels: Array) -> tuple[Any, Array]:
    """Return the mean of ``-log_probabilities[i, y_i]`` and its gradient.

    Parameters
    ----------
    log_probabilities : ndarray, (N, C), float
        Of a ``log_softmax`` layer; they are taken as they are.
    labels : ndarray, (N,), int64

    Returns
    -------
    loss : 0-d float
        Mean over examples, nats.
    grad : ndarray, (N, C)
        ``-one_hot(labels) / N``.
    """
    rows = np.arange(len(labels))
    loss = -np.mean(log_probabilities[rows, labels])
    grad = np.zeros_like(log_probabilities)
    grad[rows, labels] = -1.0 / len(labels)
    return loss, grad


def binary_cross_entropy(probabilities: Array, targets: Array) -> tuple[Any, Array]:
    """Return the mean of ``-(y log p + (1 - y) log(1 - p))`` and its gradient.

    Parameters
    ----------
    probabilities, targets : ndarray, (N, D), float
        In [0, 1], probabilities those of a ``sigmoid`` layer.

    Returns
    -------
    loss : 0-d float
        Mean over all elements, nats; no logarithm counts as less than `LOWEST_LOG`.
    grad : ndarray, (N, D)
        ``(p - y) / max(p (1 - p), SMALLEST) / (N * D)``: that of the loss without the limit on
        the logarithms, as torch has it.
    """
    p = probabilities
    # np.maximum keeps a nan: a network that diverged must say so.
    yes, no = np.maximum(np.log(p), LOWEST_LOG), np.maximum(np.log1p(-p), LOWEST_LOG)
    terms = (targets - 1) * no - targets * yes
    loss = terms.sum() / terms.size  # np.mean takes as long as all the rest on a few examples
    grad = p - targets
    grad /= np.maximum((1 - p) * p, SMALLEST)
    grad /= grad.size
    return loss, grad


def l1(outputs: Array, targets: Array) -> tuple[Any, Array]:
    """Return the mean absolute error over all elements and its gradient.

    Parameters
    ----------
    outputs, targets : ndarray, (N, D), float

    Returns
    -------
    loss : 0-d float
    grad : ndarray, (N, D)
        ``sign(outputs - targets) / (N * D)``, 0 where they are equal.
    """
    apart = outputs - targets
    grad = np.sign(apart)
    grad /= grad.size
    return np.mean(np.abs(apart)), grad


def huber(outputs: Array, targets: Array, delta: float = 1.0) -> tuple[Any, Array]:
    """Return the mean of Huber's function of ``outputs - targets`` and its gradient.

    Parameters
    ----------
    outputs, targets : ndarray, (N, D), float
    delta : float
        ``0.5 * d**2`` where ``|d| < delta``, ``delta * (|d| - 0.5 * delta)`` elsewhere.

    Returns
    -------
    loss : 0-d float
        Mean over all elements.
    grad : ndarray, (N, D)
        ``clip(outputs - targets, -delta, delta) / (N * D)``.

    References
    ----------
    Huber (1964), without the normalisation by `delta`, as ``torch.nn.HuberLoss``.
    """
    apart = outputs - targets
    size = np.abs(apart)
    loss = np.mean(np.where(size < delta, 0.5 * apart * apart, delta * (size - 0.5 * delta)))
    grad = np.clip(apart, -delta, delta)
    grad /= grad.size
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
    """Return the loss of ``[train]``, its `huber_delta` and `reduction` applied.

    With the reduction ``sum`` loss and gradient are those of the mean times the number of examples,
    or of all elements where the targets are no labels.
    """
    loss = partial(huber, delta=train.huber_delta) if train.loss == "huber" else LOSSES[train.loss]
    if train.reduction == "mean":
        return loss
    classes = train.loss in CLASS_LOSSES

    def summed(outputs: Array, targets: Array) -> tuple[Any, Array]:
        count = len(outputs) if classes else outputs.size
        mean, grad = loss(outputs, targets)
        grad *= count
        return mean * count, grad

    return summed

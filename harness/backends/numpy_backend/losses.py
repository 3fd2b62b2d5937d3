"""Losses: from the model's outputs and the targets to (mean loss, d loss / d outputs).

A loss is one function here and one entry in `LOSSES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.types import Array

Loss = Callable[[Array, Array], tuple[Any, Array]]


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
    grad : ndarray, (N, C)

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


LOSSES: Mapping[str, Loss] = {
    "cross_entropy": cross_entropy,
    "mse": mse,
    "multiclass_hinge": multiclass_hinge,
}

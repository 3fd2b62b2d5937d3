"""Losses as functions of tensors. A loss is one entry of `LOSSES`, without a keyword its mean.

Outputs and targets have the shapes and dtypes that `harness.backends.numpy_backend.losses` states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch.nn import functional

from harness.config.train import Train

Loss = Callable[..., torch.Tensor]
"""``loss(outputs, targets, reduction="mean")``, a 0-d tensor."""


def multiclass_hinge(
    scores: torch.Tensor, labels: torch.Tensor, reduction: str = "mean"
) -> torch.Tensor:
    """Return the mean (or sum) over examples of ``sum_{j != y} max(0, 1 + s_j - s_y)``.

    ``torch.nn.MultiMarginLoss`` divides by the number of classes besides, so it cannot serve.

    Parameters
    ----------
    scores : Tensor, (N, C), float
    labels : Tensor, (N,), int64
    reduction : {'mean', 'sum'}

    Returns
    -------
    Tensor
        0-d, in the dtype of `scores`.

    References
    ----------
    Weston & Watkins (1999), margin 1.
    """
    true = labels[:, None]
    margins = torch.relu(scores - scores.gather(1, true) + 1)
    total = margins.scatter(1, true, 0.0).sum()
    return total / len(labels) if reduction == "mean" else total


def binary_cross_entropy(
    probabilities: torch.Tensor, targets: torch.Tensor, reduction: str = "mean"
) -> torch.Tensor:
    """Return ``functional.binary_cross_entropy``, and nan where it would refuse a nan.

    Parameters
    ----------
    probabilities, targets : Tensor, (N, D), float
        In [0, 1].
    reduction : {'mean', 'sum'}
        Over all elements.

    Returns
    -------
    Tensor
        0-d, nats.
    """
    if probabilities.device.type == "cpu":
        try:
            return functional.binary_cross_entropy(probabilities, targets, reduction=reduction)
        except RuntimeError:
            if not probabilities.isnan().any():
                raise
    # Elsewhere there is nothing to catch: the check ends the process. A divergence is a result.
    known = probabilities.nan_to_num(nan=0.5)
    loss = functional.binary_cross_entropy(known, targets, reduction=reduction)
    return loss + (0 * probabilities).sum()


LOSSES: Mapping[str, Loss] = {
    "cross_entropy": functional.cross_entropy,
    "mse": functional.mse_loss,
    "multiclass_hinge": multiclass_hinge,
    "nll": functional.nll_loss,
    "binary_cross_entropy": binary_cross_entropy,
    "l1": functional.l1_loss,
    "huber": functional.huber_loss,
}


def build(train: Train) -> Loss:
    """Return the loss of ``[train]``, its `huber_delta` and `reduction` applied."""
    loss = LOSSES[train.loss]
    if train.loss == "huber":
        loss = partial(loss, delta=train.huber_delta)
    return loss if train.reduction == "mean" else partial(loss, reduction=train.reduction)

"""Losses of a stack: outputs (S, N, C) and targets to a loss a member, (S,).

Labels are (S, N), targets (S, N, D). Terms of one example, or one element, are torch's own
(``reduction="none"``); each member has the mean, or the sum, of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch.nn import functional

from harness.config.train import Train

Terms = Callable[..., torch.Tensor]
"""From outputs and targets to what is averaged, (S, ...)."""


def _of_classes(
    function: Callable[..., torch.Tensor], scores: torch.Tensor, labels: torch.Tensor
) -> torch.Tensor:
    flat = function(scores.flatten(0, 1), labels.flatten(), reduction="none")
    return flat.view(labels.shape)


def multiclass_hinge(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return ``sum_{j != y} max(0, 1 + s_j - s_y)`` of every example, (S, N)."""
    true = labels[:, :, None]
    margins = torch.relu(scores - scores.gather(2, true) + 1)
    return margins.scatter(2, true, 0.0).sum(2)


def binary_cross_entropy(probabilities: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Return torch's terms, and nan for a nan, which torch refuses: one member may diverge."""
    known = probabilities.nan_to_num(nan=0.5)
    terms = functional.binary_cross_entropy(known, targets, reduction="none")
    return terms + 0 * probabilities


LOSSES: Mapping[str, Terms] = {
    "cross_entropy": partial(_of_classes, functional.cross_entropy),
    "nll": partial(_of_classes, functional.nll_loss),
    "multiclass_hinge": multiclass_hinge,
    "mse": partial(functional.mse_loss, reduction="none"),
    "binary_cross_entropy": binary_cross_entropy,
    "l1": partial(functional.l1_loss, reduction="none"),
    "huber": partial(functional.huber_loss, reduction="none"),
}


def build(train: Train) -> Terms:
    """Return the loss of every member (S,), as ``[train]`` has it."""
    terms = LOSSES[train.loss]
    if train.loss == "huber":
        terms = partial(terms, delta=train.huber_delta)
    reduce = torch.mean if train.reduction == "mean" else torch.sum

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return reduce(terms(outputs, targets).flatten(1), 1)

    return loss

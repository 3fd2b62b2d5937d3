"""Losses of a stack: outputs (S, N, C) and targets to a loss a member, (S,).

Labels are (S, N), targets (S, N, D). Terms of one example, or one element, are torch's own
(``reduction="none"``); each member has the mean, or the sum, of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

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


class SquaredError(torch.autograd.Function):
    """Mean or sum of squares of every member, with the gradient in the form of ``mse_loss``.

    The gradient of single squares, 2 (o - t), would overflow before its mean does, and a training
    that diverges would see nan a step sooner than alone.
    """

    @staticmethod
    def forward(
        ctx: Any, outputs: torch.Tensor, targets: torch.Tensor, reduction: str
    ) -> torch.Tensor:
        """Return the losses (S,)."""
        apart = outputs - targets
        ctx.save_for_backward(apart)
        ctx.scale = 2.0 / apart[0].numel() if reduction == "mean" else 2.0
        squares = (apart * apart).flatten(1)
        return squares.mean(1) if reduction == "mean" else squares.sum(1)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        """Return d loss / d outputs."""
        (apart,) = ctx.saved_tensors
        return ctx.scale * apart * grads[0][:, None, None], None, None


LOSSES: Mapping[str, Terms] = {
    "cross_entropy": partial(_of_classes, functional.cross_entropy),
    "nll": partial(_of_classes, functional.nll_loss),
    "multiclass_hinge": multiclass_hinge,
    "binary_cross_entropy": binary_cross_entropy,
    "l1": partial(functional.l1_loss, reduction="none"),
    "huber": partial(functional.huber_loss, reduction="none"),
}


def build(train: Train) -> Terms:
    """Return the loss of every member (S,), as ``[train]`` has it."""
    if train.loss == "mse":
        return lambda o, t: SquaredError.apply(o, t, train.reduction)  # type: ignore[no-untyped-call]
    terms = LOSSES[train.loss]
    if train.loss == "huber":
        terms = partial(terms, delta=train.huber_delta)
    reduce = torch.mean if train.reduction == "mean" else torch.sum

    def loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return reduce(terms(outputs, targets).flatten(1), 1)

    return loss

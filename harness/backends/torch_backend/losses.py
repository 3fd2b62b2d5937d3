"""Losses as functions of tensors. A loss is one entry of `LOSSES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch.nn import functional

Loss = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def multiclass_hinge(scores: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean over examples of ``sum_{j != y} max(0, 1 + s_j - s_y)``.

    ``torch.nn.MultiMarginLoss`` divides by the number of classes besides, so it cannot serve.

    Parameters
    ----------
    scores : Tensor, (N, C), float
    labels : Tensor, (N,), int64

    References
    ----------
    Weston & Watkins (1999), margin 1.
    """
    true = labels[:, None]
    margins = torch.relu(scores - scores.gather(1, true) + 1)
    return margins.scatter(1, true, 0.0).sum() / len(labels)


LOSSES: Mapping[str, Loss] = {
    "cross_entropy": functional.cross_entropy,
    "mse": functional.mse_loss,
    "multiclass_hinge": multiclass_hinge,
}

"""Normalisation as torch modules, their initial weights and statistics those of the harness."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from harness.backends.protocol import check_batch_norm_input


class BatchNorm(_BatchNorm):
    """``torch.nn.BatchNorm1d`` and ``BatchNorm2d`` in one, with the same refusal as elsewhere."""

    def _check_input_dim(self, input: torch.Tensor) -> None:  # noqa: A002 - torch's own name
        if self.training:
            check_batch_norm_input(input.shape)


def batch_norm(features: int, momentum: float, eps: float) -> nn.Module:
    """Return batch normalisation of (N, F) or (N, C, H, W); statistics start at 0 and 1."""
    return BatchNorm(features, eps=eps, momentum=momentum)


def layer_norm(features: int, eps: float) -> nn.Module:
    """Return layer normalisation of (N, F)."""
    return nn.LayerNorm(features, eps=eps)

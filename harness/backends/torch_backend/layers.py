"""Layers as torch modules, losses as functions of tensors: entries of `LAYERS` and `LOSSES`.

Shapes are those that `harness.backends.numpy_backend.layers`, and ``losses`` there, state: tensors
(N, ...) of the dtype of ``[train]``, weights as ``torch.nn`` has them. Only two modules are ours,
and say why. Without a keyword a loss is its mean.
"""

# ruff: noqa: ARG005 - the entries of the table share one signature
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm

from harness.backends.initial import kept_units
from harness.backends.protocol import check_batch_norm_input
from harness.config import layers
from harness.config.layers import Shape
from harness.config.train import Train


class Dropout(nn.Module):
    """Inverted dropout whose masks come from NumPy, the same as every other backend's.

    ``torch.nn.Dropout`` would draw from torch's own generator. The price is one copy of the mask
    to the device per step.
    """

    def __init__(self, rate: float, rng: np.random.Generator) -> None:
        super().__init__()
        self._rate, self._rng = rate, rng

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return `x` (N, ...) with units dropped while training, `x` itself otherwise."""
        if not self.training:
            return x
        mask = torch.from_numpy(kept_units(tuple(x.shape), self._rate, self._rng))
        return x * (mask.to(x.device, x.dtype) * (1.0 / (1.0 - self._rate)))


class BatchNorm(_BatchNorm):
    """``torch.nn.BatchNorm1d`` and ``BatchNorm2d`` in one, for (N, F) and (N, C, H, W).

    A batch of one value a feature is refused in the words of the other backends.
    """

    def _check_input_dim(self, input: torch.Tensor) -> None:  # noqa: A002 - torch's own name
        if self.training:
            check_batch_norm_input(input.shape)


class Linear(nn.Linear):
    """``torch.nn.Linear`` whose weights are handed in afterwards.

    Drawing them here would be wasted, and would move torch's global generator;
    ``torch.nn.utils.skip_init`` imports sympy, which takes a second.
    """

    def reset_parameters(self) -> None:
        """Draw nothing."""


class Conv2d(nn.Conv2d):
    """``torch.nn.Conv2d`` whose weights are handed in afterwards, see `Linear`."""

    def reset_parameters(self) -> None:
        """Draw nothing."""


def _linear(params: Mapping[str, Shape]) -> nn.Module:
    rows, columns = params["weight"]
    return Linear(columns, rows, bias="bias" in params)


def _conv2d(layer: layers.Conv2d, params: Mapping[str, Shape]) -> nn.Module:
    filters, channels, kernel, _ = params["weight"]
    settings = {"stride": layer.stride, "padding": layer.padding, "bias": "bias" in params}
    return Conv2d(channels, filters, kernel, **settings)  # type: ignore[arg-type]


Build = Callable[[Any, Mapping[str, Shape], np.random.Generator], nn.Module]

LAYERS: Mapping[type[Any], Build] = {
    layers.Flatten: lambda layer, params, rng: nn.Flatten(),
    layers.Linear: lambda layer, params, rng: _linear(params),
    layers.ReLU: lambda layer, params, rng: nn.ReLU(),
    layers.Sigmoid: lambda layer, params, rng: nn.Sigmoid(),
    layers.Tanh: lambda layer, params, rng: nn.Tanh(),
    layers.LeakyReLU: lambda layer, params, rng: nn.LeakyReLU(layer.slope),
    layers.Dropout: lambda layer, params, rng: Dropout(layer.rate, rng),
    layers.GELU: lambda layer, params, rng: nn.GELU(),
    layers.Softmax: lambda layer, params, rng: nn.Softmax(dim=-1),
    layers.LogSoftmax: lambda layer, params, rng: nn.LogSoftmax(dim=-1),
    layers.BatchNorm: lambda layer, params, rng: BatchNorm(
        params["weight"][0], eps=layer.eps, momentum=layer.momentum
    ),
    layers.LayerNorm: lambda layer, params, rng: nn.LayerNorm(params["weight"][0], eps=layer.eps),
    layers.Conv2d: lambda layer, params, rng: _conv2d(layer, params),
    layers.MaxPool2d: lambda layer, params, rng: nn.MaxPool2d(layer.kernel),
}


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

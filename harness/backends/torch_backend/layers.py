"""Layers as torch modules. A layer kind is one entry of `LAYERS`.

Shapes are those that `harness.backends.numpy_backend.layers` states: tensors (N, ...) of the dtype
of ``[train]``, weights as ``torch.nn`` has them. Only two modules are ours, and say why.
"""

# ruff: noqa: ARG005 - the entries of the table share one signature
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from harness.backends.initial import kept_units
from harness.backends.protocol import check_batch_norm_input
from harness.config import layers
from harness.config.layers import Shape


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

"""Layers of a stack as functions of a tensor (members, N, ...) and the member's parameters.

Parameters are shaped as `harness.backends.stacks` has them: weight (S, out, in), bias (S, 1, out).
"""

# ruff: noqa: ARG005 - the entries of the table share one signature
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn import functional

from harness.config import layers

Params = Mapping[str, torch.Tensor]
Forward = Callable[[Any, Params, torch.Tensor], torch.Tensor]


def linear(params: Params, x: torch.Tensor) -> torch.Tensor:
    """Return ``x @ W.T + b`` of every member; `x` (1, N, in) is seen by all."""
    weight = params["weight"]
    x = x.expand(len(weight), -1, -1)
    if "bias" not in params:
        return torch.bmm(x, weight.mT)
    return torch.baddbmm(params["bias"], x, weight.mT)


def _layer_norm(layer: layers.LayerNorm, params: Params, x: torch.Tensor) -> torch.Tensor:
    normalized = functional.layer_norm(x, x.shape[-1:], eps=layer.eps)
    return normalized * params["weight"] + params["bias"]


LAYERS: Mapping[type[Any], Forward] = {
    layers.Flatten: lambda layer, params, x: x.flatten(2),
    layers.Linear: lambda layer, params, x: linear(params, x),
    layers.ReLU: lambda layer, params, x: torch.relu(x),
    layers.LeakyReLU: lambda layer, params, x: functional.leaky_relu(x, layer.slope),
    layers.Sigmoid: lambda layer, params, x: torch.sigmoid(x),
    layers.Tanh: lambda layer, params, x: torch.tanh(x),
    layers.GELU: lambda layer, params, x: functional.gelu(x),
    layers.Softmax: lambda layer, params, x: torch.softmax(x, -1),
    layers.LogSoftmax: lambda layer, params, x: torch.log_softmax(x, -1),
    layers.LayerNorm: _layer_norm,
}

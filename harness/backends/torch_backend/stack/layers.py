"""Layers of a stack as functions of a tensor (members, N, ...) and the member's parameters.

Parameters are shaped as `harness.backends.stacks` has them, but for the weights of products, which
are (S, in, out): autograd gives their gradients in that order, and no step has to turn them.
"""

# ruff: noqa: ARG005 - the entries of the table share one signature
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.nn import functional

from harness.config import layers
from harness.config.model import PlacedLayer

Params = Mapping[str, torch.Tensor]
Forward = Callable[[Any, Params, torch.Tensor], torch.Tensor]


def linear(params: Params, x: torch.Tensor) -> torch.Tensor:
    """Return ``x @ W + b`` of every member, W (S, in, out); `x` (1, N, in) is seen by all."""
    weight = params["weight"]
    x = x.expand(len(weight), -1, -1)
    if "bias" not in params:
        return torch.bmm(x, weight)
    return torch.baddbmm(params["bias"], x, weight)


def turned(placed: Sequence[PlacedLayer]) -> frozenset[str]:
    """Return the names of the parameters whose last two axes are those of a product."""
    return frozenset(f"{p.index}.weight" for p in placed if isinstance(p.layer, layers.Linear))


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

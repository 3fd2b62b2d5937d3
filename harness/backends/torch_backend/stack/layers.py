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


class Product(torch.autograd.Function):
    """``x @ W.T`` of every member; the gradient of W lies in memory as W does.

    That of torch's own is a transposed view, and each step would copy it into the order of the
    parameters.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        """Return the products (S, N, out)."""
        ctx.save_for_backward(x, weight)
        return torch.bmm(x, weight.mT)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor]:
        """Return d loss / d x, None where nobody needs it, and d loss / d W."""
        x, weight = ctx.saved_tensors
        below = torch.bmm(grads[0], weight) if ctx.needs_input_grad[0] else None
        return below, torch.bmm(grads[0].mT, x)


def linear(params: Params, x: torch.Tensor) -> torch.Tensor:
    """Return ``x @ W.T + b`` of every member; `x` (1, N, in) is seen by all."""
    weight = params["weight"]
    x = x.expand(len(weight), -1, -1)
    out: torch.Tensor = Product.apply(x, weight)  # type: ignore[no-untyped-call]
    return out.add_(params["bias"]) if "bias" in params else out


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

"""Layers of a stack with their backward passes: tensors (members, N, ...).

Parameters are shaped as `harness.backends.stacks` has them. The derivative of an element is torch's
own, the kernel that autograd would call. Nothing here builds a graph: on small networks keeping one
takes longer than all that is computed.
"""

# ruff: noqa: ARG002, ARG005 - all layers, and the table of them, share one signature
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn import functional

from harness.config import layers

Params = Mapping[str, torch.Tensor]
Cache = Any
aten = torch.ops.aten


class Layer:
    """A layer without parameters; `params` and `grads` map ``weight`` and ``bias`` to tensors."""

    def __init__(self, params: Params | None = None, grads: Params | None = None) -> None:
        self.params, self.grads = params or {}, grads or {}

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, Cache]:
        """Return the output for `x`, and what the backward pass needs of it."""
        raise NotImplementedError

    def backward(self, grad: torch.Tensor, cache: Cache) -> torch.Tensor:
        """Return d loss / d input from d loss / d output."""
        raise NotImplementedError

    def gradients(self, grad: torch.Tensor, cache: Cache) -> None:
        """Write d loss / d parameter over `grads`, from d loss / d output."""


class Flatten(Layer):
    """(S, N, ...) -> (S, N, features)."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, Cache]:
        """Return `x` flattened; keep its shape."""
        return x.flatten(2), x.shape

    def backward(self, grad: torch.Tensor, cache: Cache) -> torch.Tensor:
        """Return `grad` in the shape of the input."""
        return grad.reshape(cache)


class Linear(Layer):
    """(S, N, in) -> (S, N, out), each member with its own W (out, in) and b (1, out).

    Where members share feeds the examples are (F, N, in), and those of a feed are multiplied with
    the weights of all its members at once: one product of many columns.
    """

    def __init__(self, params: Params, grads: Params) -> None:
        super().__init__(params, grads)
        self._members = params["weight"].shape[0]
        self._joined: dict[int, tuple[torch.Tensor, ...]] = {}

    def _wide(self, feeds: int) -> tuple[torch.Tensor, ...]:
        """Return W (F, in, M * out), its gradient (F, M * out, in), and b (F, 1, M * out) if any.

        They share the memory of the parameters, so that they are made once.
        """
        if feeds not in self._joined:
            weight, grad = (
                of["weight"].view(feeds, -1, of["weight"].shape[2])
                for of in (self.params, self.grads)
            )
            bias = [self.params["bias"].view(feeds, 1, -1)] if "bias" in self.params else []
            self._joined[feeds] = (weight.mT, grad, *bias)
        return self._joined[feeds]

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, Cache]:
        """Return the outputs (S, N, out) of `x`; keep `x`."""
        feeds = x.shape[0]
        weight, _, *bias = self._wide(feeds)
        out = torch.baddbmm(bias[0], x, weight) if bias else torch.bmm(x, weight)
        return (out if feeds == self._members else _apart(out, self._members)), x

    def backward(self, grad: torch.Tensor, cache: Cache) -> torch.Tensor:
        """Return ``grad @ W``, (S, N, in), for `grad` (S, N, out)."""
        return torch.bmm(grad, self.params["weight"])

    def gradients(self, grad: torch.Tensor, cache: Cache) -> None:
        """Write dW = grad.T @ x and db, the column sums of grad, of every member."""
        feeds, count, _ = cache.shape
        columns = grad.mT if feeds == self._members else grad.mT.reshape(feeds, -1, count)
        torch.bmm(columns, cache, out=self._wide(feeds)[1])
        if "bias" in self.grads:
            torch.sum(grad, 1, keepdim=True, out=self.grads["bias"])


def _apart(outputs: torch.Tensor, members: int) -> torch.Tensor:
    """Return outputs (F, N, those of all members of a feed) as (S, N, out)."""
    feeds, count, columns = outputs.shape
    own = members // feeds
    each = outputs.view(feeds, count, own, columns // own).transpose(1, 2)
    return each.reshape(members, count, -1)


class LayerNorm(Layer):
    """Normalise every example (S, N, F) over its own features; weight and bias are (S, 1, F)."""

    def __init__(self, eps: float, params: Params, grads: Params) -> None:
        super().__init__(params, grads)
        self._eps = eps

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, Cache]:
        """Return the normalised `x`; keep it before weight and bias, and what made it."""
        weight = self.params["weight"]
        x = x.repeat_interleave(weight.shape[0] // x.shape[0], 0)  # of feeds that are shared
        values, mean, inverse = torch.native_layer_norm(x, x.shape[-1:], None, None, self._eps)
        return torch.addcmul(self.params["bias"], values, weight), (x, values, mean, inverse)

    def backward(self, grad: torch.Tensor, cache: Cache) -> torch.Tensor:
        """Return d loss / d input, (S, N, F)."""
        x, _, mean, inverse = cache
        given = ((grad * self.params["weight"]).contiguous(), x.contiguous(), x.shape[-1:])
        wanted = [True, False, False]
        found = aten.native_layer_norm_backward(*given, mean, inverse, None, None, wanted)
        own: torch.Tensor = found[0]
        return own

    def gradients(self, grad: torch.Tensor, cache: Cache) -> None:
        """Write d loss / d weight and bias, (S, 1, F)."""
        torch.sum(grad * cache[1], 1, keepdim=True, out=self.grads["weight"])
        torch.sum(grad, 1, keepdim=True, out=self.grads["bias"])


Forward = Callable[[torch.Tensor], torch.Tensor]
Backward = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Each(Layer):
    """What is computed of every element, or along the last axis.

    Parameters
    ----------
    forward : callable
        From input to output.
    backward : callable
        From d loss / d output, and what is kept, to d loss / d input.
    of_input : bool
        Whether the input is kept, not the output.
    """

    def __init__(self, forward: Forward, backward: Backward, *, of_input: bool = False) -> None:
        super().__init__()
        self._forward, self._backward, self._of_input = forward, backward, of_input

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, Cache]:
        """Return the output; keep it, or the input."""
        y = self._forward(x)
        return y, x if self._of_input else y

    def backward(self, grad: torch.Tensor, cache: Cache) -> torch.Tensor:
        """Return d loss / d input."""
        return self._backward(grad, cache)


def _leaky(slope: float) -> Each:
    return Each(
        lambda x: functional.leaky_relu(x, slope),
        lambda grad, x: aten.leaky_relu_backward(grad, x, slope, False),
        of_input=True,
    )


LAYERS: Mapping[type[Any], Callable[[Any, Params, Params], Layer]] = {
    layers.Flatten: lambda layer, params, grads: Flatten(),
    layers.Linear: lambda layer, params, grads: Linear(params, grads),
    layers.ReLU: lambda layer, params, grads: Each(
        torch.relu, lambda grad, y: aten.threshold_backward(grad, y, 0)
    ),
    layers.LeakyReLU: lambda layer, params, grads: _leaky(layer.slope),
    layers.Sigmoid: lambda layer, params, grads: Each(torch.sigmoid, aten.sigmoid_backward),
    layers.Tanh: lambda layer, params, grads: Each(torch.tanh, aten.tanh_backward),
    layers.GELU: lambda layer, params, grads: Each(
        functional.gelu, aten.gelu_backward, of_input=True
    ),
    layers.Softmax: lambda layer, params, grads: Each(
        lambda x: torch.softmax(x, -1),
        lambda grad, y: aten._softmax_backward_data(grad, y, -1, y.dtype),
    ),
    layers.LogSoftmax: lambda layer, params, grads: Each(
        lambda x: torch.log_softmax(x, -1),
        lambda grad, y: aten._log_softmax_backward_data(grad, y, -1, y.dtype),
    ),
    layers.LayerNorm: lambda layer, params, grads: LayerNorm(layer.eps, params, grads),
}

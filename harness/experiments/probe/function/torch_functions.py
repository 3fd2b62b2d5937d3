"""The same functions in torch, differentiated by autograd. Imported only where torch is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from harness.experiments.probe.function.numpy_functions import Options
from harness.registry import Registry
from harness.types import Array


def _labels(o: Any) -> torch.Tensor:
    labels: torch.Tensor = o.target.long()
    return labels


def _rows(x: torch.Tensor) -> torch.Tensor:
    return x if x.ndim > 1 else x[None]


def _softmax_naive(x: torch.Tensor) -> torch.Tensor:
    e = torch.exp(x)
    return e / e.sum(dim=-1, keepdim=True)


def _cross_entropy_naive(x: torch.Tensor, o: Any) -> torch.Tensor:
    return functional.nll_loss(torch.log(_softmax_naive(_rows(x))), _labels(o))


def _cross_entropy_of_softmax(x: torch.Tensor, o: Any) -> torch.Tensor:
    return functional.nll_loss(torch.log(torch.softmax(_rows(x), dim=-1)), _labels(o))


def _accuracy(x: torch.Tensor, o: Any) -> torch.Tensor:
    right: torch.Tensor = _rows(x).argmax(dim=-1) == _labels(o)
    return right.to(x.dtype).mean()


Function = Callable[[torch.Tensor, Any], torch.Tensor]
"""``function(x, options) -> value``; of `options` the target is a tensor."""


def _plain(function: Callable[[torch.Tensor], torch.Tensor]) -> Function:
    return lambda x, _: function(x)


_OF_INPUT: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "identity": lambda x: x * 1,
    "exp": torch.exp,
    "log": torch.log,
    "negative_log": lambda x: -torch.log(x),
    "logit": torch.logit,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "gelu": functional.gelu,
    "softplus": functional.softplus,
    "step": lambda x: (x > 0).to(x.dtype),
    "absolute": torch.abs,
    "square": torch.square,
    "chain": lambda x: (3 * x + 4) ** 2,
    "branching": lambda x: x**2 + 3 * x,
    "product_of_paths": lambda x: x**2 * (3 * x),
    "sum_of_squares": lambda x: (x * x).sum(),
    "relu_sum": lambda x: torch.relu(x).sum(),
    "share": lambda x: x / x.sum(dim=-1, keepdim=True),
    "softmax": lambda x: torch.softmax(x, dim=-1),
    "softmax_naive": _softmax_naive,
    "log_sum_exp": lambda x: torch.logsumexp(x, dim=-1),
    "log_sum_exp_naive": lambda x: torch.log(torch.exp(x).sum(dim=-1)),
    "log_softmax": lambda x: torch.log_softmax(x, dim=-1),
    "log_softmax_naive": lambda x: torch.log(_softmax_naive(x)),
}
_WITH_OPTIONS: Mapping[str, Function] = {
    "leaky_relu": lambda x, o: functional.leaky_relu(x, o.slope),
    "power": lambda x, o: x**o.exponent,
    "cross_entropy": lambda x, o: functional.cross_entropy(_rows(x), _labels(o)),
    "cross_entropy_naive": _cross_entropy_naive,
    "cross_entropy_of_softmax": _cross_entropy_of_softmax,
    "accuracy": _accuracy,
    "mse": lambda x, o: functional.mse_loss(x, o.target),
    "l1": lambda x, o: functional.l1_loss(x, o.target),
    "huber": lambda x, o: functional.huber_loss(x, o.target, delta=o.delta),
}
FUNCTIONS: Registry[Function] = Registry(
    "function",
    (*((name, _plain(function)) for name, function in _OF_INPUT.items()), *_WITH_OPTIONS.items()),
)
"""What ``[params] function`` can name, in torch."""


class _Tensors:
    """`Options` with the target as a tensor."""

    def __init__(self, options: Options, x: torch.Tensor) -> None:
        self.target = torch.as_tensor(np.array(options.target), dtype=x.dtype, device=x.device)
        self.delta, self.slope, self.exponent = options.delta, options.slope, options.exponent


def evaluate(
    name: str, at: Array, options: Options, output: int, device: str
) -> tuple[Array, Array, bool]:
    """Return the value, the gradient of one output (of their sum for -1), and if there is a graph.

    The value is at least 1-d, the gradient of the shape of `at`; both in the dtype of `at`.
    Where no output depends on the input in a way that autograd follows, the gradient is 0.
    """
    x = torch.tensor(at, device=device, requires_grad=True)
    value = FUNCTIONS.get(name)(x, _Tensors(options, x))
    value = value if value.ndim else value.reshape(1)
    scalar = value.sum() if output < 0 else value.reshape(-1)[output]
    if not scalar.requires_grad:
        return value.detach().cpu().numpy(), np.zeros_like(at), False
    (grad,) = torch.autograd.grad(scalar, x)
    return value.detach().cpu().numpy(), grad.cpu().numpy(), True

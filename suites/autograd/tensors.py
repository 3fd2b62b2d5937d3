"""The tensors of scenarios of automatic differentiation, and what is asked of them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator

if TYPE_CHECKING:
    import torch


def tensor(values: Any, device: str, *, grad: bool = True) -> torch.Tensor:
    """Return a float32 leaf."""
    import torch

    return torch.tensor(values, dtype=torch.float32, device=device, requires_grad=grad)


def normal(rng: Generator, device: str, *shape: int) -> torch.Tensor:
    """Draw a tensor of `shape` from N(0, 1) in NumPy, float32, without a gradient."""
    import torch

    return torch.as_tensor(rng.standard_normal(shape).astype(np.float32), device=device)


def backward(tensor: torch.Tensor, **options: Any) -> None:
    """Call ``tensor.backward``, which torch leaves without types."""
    tensor.backward(**options)  # type: ignore[no-untyped-call]


def has_grad(tensor: torch.Tensor) -> float:
    """Return 1 if a tensor has a gradient, without torch's warning about non-leaves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(tensor.grad is not None)


def gradient(tensor: torch.Tensor) -> torch.Tensor:
    """Return a tensor's gradient.

    Raises
    ------
    RuntimeError
        If it has none, which a scenario should have seen to.
    """
    if tensor.grad is None:
        raise RuntimeError("the tensor must have a gradient here, it has none")
    return tensor.grad

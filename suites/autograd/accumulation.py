"""Gradients that add up, and what clears them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import harness
from suites.autograd.tensors import backward, gradient, has_grad, tensor

if TYPE_CHECKING:
    import torch


def _optimizer(parameter: torch.Tensor, lr: float = 0.125) -> torch.optim.Optimizer:
    import torch

    return torch.optim.SGD([parameter], lr=lr)


@harness.experiment(metrics={"ratio": "fixed"}, backends=["torch"])
def twice(device: str) -> Mapping[str, float]:
    """Call ``backward`` twice on equal losses without clearing."""
    w = tensor([1.0, 2.0], device)
    backward((3 * w).sum())
    once = gradient(w).clone()
    backward((3 * w).sum())
    return {"ratio": float((gradient(w) / once).mean())}


@harness.experiment(metrics={"ratio": "fixed", "cleared_to_none": "fixed"}, backends=["torch"])
def cleared(device: str) -> Mapping[str, float]:
    """Clear between two backward passes, by ``zero_grad`` of an optimizer."""
    w = tensor([1.0, 2.0], device)
    optimizer = _optimizer(w)
    backward((3 * w).sum())
    once = gradient(w).clone()
    optimizer.zero_grad()
    none = not has_grad(w)
    backward((3 * w).sum())
    return {"ratio": float((gradient(w) / once).mean()), "cleared_to_none": none}


@harness.experiment(
    metrics={"last_over_first": "fixed", "second_over_first": "fixed"}, backends=["torch"]
)
def never_cleared(device: str, examples: int = 8) -> Mapping[str, float]:
    """Take `examples` steps on one constant slope without clearing; the updates grow."""
    w = tensor([0.0], device)
    optimizer = _optimizer(w)
    updates = []
    for _ in range(examples):
        before = w.item()
        backward((4 * w).sum())
        optimizer.step()
        updates.append(before - w.item())
    second = updates[1] / updates[0] if examples > 1 else float("nan")
    return {"last_over_first": updates[-1] / updates[0], "second_over_first": second}

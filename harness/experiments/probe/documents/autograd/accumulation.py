"""Gradients that add up, and what clears them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.experiments.probe.documents.autograd.scenario import (
    Scenario,
    Scene,
    backward,
    gradient,
    has_grad,
    torch_only,
)

if TYPE_CHECKING:
    import torch

Metrics = Mapping[str, float]


def _optimizer(parameter: torch.Tensor, lr: float = 0.125) -> torch.optim.Optimizer:
    import torch

    return torch.optim.SGD([parameter], lr=lr)


def twice(scene: Scene) -> Metrics:
    """Call ``backward`` twice on equal losses without clearing."""
    w = scene.tensor([1.0, 2.0])
    backward((3 * w).sum())
    once = gradient(w).clone()
    backward((3 * w).sum())
    return {"ratio": float((gradient(w) / once).mean())}


def cleared(scene: Scene) -> Metrics:
    """Clear between two backward passes, by ``zero_grad`` of an optimizer."""
    w = scene.tensor([1.0, 2.0])
    optimizer = _optimizer(w)
    backward((3 * w).sum())
    once = gradient(w).clone()
    optimizer.zero_grad()
    none = not has_grad(w)
    backward((3 * w).sum())
    return {"ratio": float((gradient(w) / once).mean()), "cleared_to_none": none}


def cleared_to_zero(scene: Scene) -> Metrics:
    """Clear with ``set_to_none = False``."""
    w = scene.tensor([1.0, 2.0])
    backward((3 * w).sum())
    _optimizer(w).zero_grad(set_to_none=False)
    return {"has_grad": has_grad(w), "largest": float(gradient(w).abs().max())}


def never_cleared(scene: Scene) -> Metrics:
    """Take `examples` steps on one constant slope without clearing; the updates grow."""
    w = scene.tensor([0.0])
    optimizer = _optimizer(w)
    updates = []
    for _ in range(scene.examples):
        before = w.item()
        backward((4 * w).sum())
        optimizer.step()
        updates.append(before - w.item())
    return {"last_over_first": updates[-1] / updates[0], "second_over_first": _second(updates)}


def _second(updates: list[float]) -> float:
    return updates[1] / updates[0] if len(updates) > 1 else float("nan")


def after_step(scene: Scene) -> Metrics:
    """Look for the gradient after ``optimizer.step()``."""
    w = scene.tensor([1.0, 2.0])
    backward((3 * w).sum())
    before = gradient(w).clone()
    _optimizer(w).step()
    return {"has_grad": has_grad(w), "unchanged": bool((gradient(w) == before).all())}


SCENARIOS: Mapping[str, Scenario] = {
    "twice": torch_only(twice, "ratio"),
    "cleared": torch_only(cleared, "ratio", "cleared_to_none"),
    "cleared_to_zero": torch_only(cleared_to_zero, "has_grad", "largest"),
    "never_cleared": torch_only(never_cleared, "last_over_first", "second_over_first"),
    "after_step": torch_only(after_step, "has_grad", "unchanged"),
}

"""The graph: what it records, what it keeps, how it is left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from numpy.random import Generator

import harness
from suites.autograd.tensors import backward, gradient, normal, tensor
from suites.facts.outcomes import difference, raises

if TYPE_CHECKING:
    import torch


@harness.experiment(
    metrics={
        "value": "fixed",
        "has_grad_fn": "fixed",
        "named_after_operation": "fixed",
        "named_backward": "fixed",
    },
    backends=["torch"],
)
def recorded(device: str) -> Mapping[str, float]:
    """Multiply 2 by 3 and look at the result and the operation behind it."""
    y = tensor(2.0, device) * tensor(3.0, device)
    name = type(y.grad_fn).__name__
    return {
        "value": y.item(),
        "has_grad_fn": y.grad_fn is not None,
        "named_after_operation": name.startswith("Mul"),
        "named_backward": "Backward" in name,
    }


@harness.experiment(
    metrics={"saved_bytes": "fixed", "saved_is_input": "fixed", "saved_bytes_no_grad": "fixed"},
    backends=["torch"],
)
def saved(rng: Generator, device: str, examples: int = 8) -> Mapping[str, float]:
    """Count the bytes that ``x**2`` keeps of `examples` numbers, with a graph and without."""
    import torch

    x = normal(rng, device, examples).requires_grad_()
    with_graph, same = _kept(x)
    with torch.no_grad():
        without, _ = _kept(x)
    return {"saved_bytes": with_graph, "saved_is_input": same, "saved_bytes_no_grad": without}


def _kept(x: torch.Tensor) -> tuple[float, float]:
    import torch

    kept: list[torch.Tensor] = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        kept.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        (x**2).sum()
    same = bool(kept) and all(torch.equal(tensor, x) for tensor in kept)
    return float(sum(tensor.nbytes for tensor in kept)), float(same)


@harness.experiment(metrics={"difference": "fixed"}, backends=["torch"])
def seed(device: str) -> Mapping[str, float]:
    """Compare ``backward()`` with ``backward(gradient=1)`` on a scalar."""
    w, v = tensor([1.0, 2.0], device), tensor([1.0, 2.0], device)
    backward((w**3).sum())
    backward((v**3).sum(), gradient=tensor(1.0, device, grad=False))
    return {"difference": difference(gradient(w), gradient(v))}


@harness.experiment(metrics={"raises": "fixed", "difference": "fixed"}, backends=["torch"])
def vector(device: str) -> Mapping[str, float]:
    """Call ``backward`` on a vector, with and without a gradient for it."""
    import torch

    w, v = tensor([1.0, 2.0], device), tensor([1.0, 2.0], device)
    refused = raises(lambda: backward(w**2))
    y = w**2
    backward(y, gradient=torch.ones_like(y))
    backward((v**2).sum())
    return {"raises": refused, "difference": difference(gradient(w), gradient(v))}


@harness.experiment(
    metrics={
        "requires_grad": "fixed",
        "requires_grad_disabled": "fixed",
        "requires_grad_enabled": "fixed",
        "requires_grad_detached": "fixed",
        "item_is_number": "fixed",
        "raises": "fixed",
    },
    backends=["torch"],
)
def no_grad(device: str) -> Mapping[str, float]:
    """Compute under ``no_grad``, under ``set_grad_enabled``, and by ``detach`` and ``item``."""
    import torch

    w = tensor([1.0, 2.0], device)
    with torch.no_grad():
        quiet = (w**2).sum()
    with torch.set_grad_enabled(mode=False):
        disabled = (w**2).sum()
    with torch.set_grad_enabled(mode=True):
        enabled = (w**2).sum()
    return {
        "requires_grad": quiet.requires_grad,
        "requires_grad_disabled": disabled.requires_grad,
        "requires_grad_enabled": enabled.requires_grad,
        "requires_grad_detached": enabled.detach().requires_grad,
        "item_is_number": isinstance(enabled.item(), float),
        "raises": raises(lambda: backward(quiet)),
    }


@harness.experiment(metrics={"requires_grad": "fixed", "raises": "fixed"}, backends=["torch"])
def evaluation_mode(rng: Generator, device: str, examples: int = 8) -> Mapping[str, float]:
    """Go back through a network in evaluation mode."""
    from torch import nn

    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(), nn.Linear(4, 1)).to(device).eval()
    loss = model(normal(rng, device, examples, 3)).sum()
    return {"requires_grad": loss.requires_grad, "raises": raises(lambda: backward(loss))}


@harness.experiment(metrics={"calls": "fixed", "difference": "fixed"}, backends=["torch"])
def hook(device: str) -> Mapping[str, float]:
    """Watch the gradient of an intermediate result through a hook."""
    w = tensor([1.0, 2.0], device)
    h = w * 3.0
    seen: list[torch.Tensor] = []
    h.register_hook(seen.append)  # type: ignore[no-untyped-call]
    backward((h**2).sum())
    return {"calls": len(seen), "difference": difference(seen[0], 2 * h)}

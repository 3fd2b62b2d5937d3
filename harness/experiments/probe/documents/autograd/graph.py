"""The graph: what it records, what it keeps, how it is left out, how far it grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.experiments.probe.documents.autograd.scenario import (
    Scenario,
    Scene,
    backward,
    difference,
    gradient,
    raises,
    torch_only,
)

if TYPE_CHECKING:
    import torch

Metrics = Mapping[str, float]


def recorded(scene: Scene) -> Metrics:
    """Multiply 2 by 3 and look at the result and the operation behind it."""
    y = scene.tensor(2.0) * scene.tensor(3.0)
    name = type(y.grad_fn).__name__
    return {
        "value": y.item(),
        "has_grad_fn": y.grad_fn is not None,
        "named_after_operation": name.startswith("Mul"),
        "named_backward": "Backward" in name,
    }


def saved(scene: Scene) -> Metrics:
    """Count the bytes that ``x**2`` keeps of `examples` numbers, with a graph and without."""
    import torch

    x = scene.normal(scene.examples).requires_grad_()
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


def seed(scene: Scene) -> Metrics:
    """Compare ``backward()`` with ``backward(gradient=1)`` on a scalar."""
    w, v = scene.tensor([1.0, 2.0]), scene.tensor([1.0, 2.0])
    backward((w**3).sum())
    backward((v**3).sum(), gradient=scene.tensor(1.0, grad=False))
    return {"difference": difference(gradient(w), gradient(v))}


def vector(scene: Scene) -> Metrics:
    """Call ``backward`` on a vector, with and without a gradient for it."""
    import torch

    w, v = scene.tensor([1.0, 2.0]), scene.tensor([1.0, 2.0])
    refused = raises(lambda: backward(w**2))
    y = w**2
    backward(y, gradient=torch.ones_like(y))
    backward((v**2).sum())
    return {"raises": refused, "difference": difference(gradient(w), gradient(v))}


def backward_twice(scene: Scene) -> Metrics:
    """Go back twice through one graph, freed and retained."""
    w = scene.tensor([1.0, 2.0])
    freed, retained = (w**2).sum(), (w**2).sum()
    backward(freed)
    backward(retained, retain_graph=True)
    return {
        "raises": raises(lambda: backward(freed)),
        "raises_when_retained": raises(lambda: backward(retained)),
    }


def no_grad(scene: Scene) -> Metrics:
    """Compute under ``no_grad``, under ``set_grad_enabled``, and by ``detach`` and ``item``."""
    import torch

    w = scene.tensor([1.0, 2.0])
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


def evaluation_mode(scene: Scene) -> Metrics:
    """Go back through a network in evaluation mode."""
    from torch import nn

    model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(), nn.Linear(4, 1)).to(scene.device).eval()
    loss = model(scene.normal(scene.examples, 3)).sum()
    return {"requires_grad": loss.requires_grad, "raises": raises(lambda: backward(loss))}


def summed_losses(scene: Scene) -> Metrics:
    """Add up `examples` losses as tensors and as numbers; count the graph's nodes each time."""
    w = scene.tensor([1.0])
    as_tensors: Any = 0.0
    as_numbers = 0.0
    for _ in range(scene.examples):
        loss = ((w * 2.0) ** 2).sum()
        as_tensors = as_tensors + loss
        as_numbers += loss.item()
    one = _nodes(((w * 2.0) ** 2).sum())
    return {
        "nodes_of_one": one,
        "nodes_of_sum": _nodes(as_tensors),
        "sum": as_tensors.item(),
        "sum_of_items": as_numbers,
    }


def _nodes(tensor: torch.Tensor) -> int:
    seen: set[Any] = set()
    waiting = [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [following for following, _ in node.next_functions]
    return len(seen)


def hook(scene: Scene) -> Metrics:
    """Watch the gradient of an intermediate result through a hook."""
    w = scene.tensor([1.0, 2.0])
    h = w * 3.0
    seen: list[torch.Tensor] = []
    h.register_hook(seen.append)  # type: ignore[no-untyped-call]
    backward((h**2).sum())
    return {"calls": len(seen), "difference": difference(seen[0], 2 * h.detach())}


def nan(scene: Scene) -> Metrics:
    """Put one nan into one input of `examples` and differentiate the mean loss of a layer."""
    from torch import nn

    model = nn.Linear(4, 3).to(scene.device)
    x = scene.normal(scene.examples, 4)
    x[0, 0] = float("nan")
    loss = (model(x) ** 2).mean()
    backward(loss)
    weight = gradient(model.weight)
    return {"loss_is_nan": bool(loss.isnan()), "nan_share": float(weight.isnan().float().mean())}


SCENARIOS: Mapping[str, Scenario] = {
    "recorded": torch_only(
        recorded, "value", "has_grad_fn", "named_after_operation", "named_backward"
    ),
    "saved": torch_only(saved, "saved_bytes", "saved_is_input", "saved_bytes_no_grad"),
    "seed": torch_only(seed, "difference"),
    "vector": torch_only(vector, "raises", "difference"),
    "backward_twice": torch_only(backward_twice, "raises", "raises_when_retained"),
    "no_grad": torch_only(
        no_grad,
        "requires_grad",
        "requires_grad_disabled",
        "requires_grad_enabled",
        "requires_grad_detached",
        "item_is_number",
        "raises",
    ),
    "evaluation_mode": torch_only(evaluation_mode, "requires_grad", "raises"),
    "summed_losses": torch_only(
        summed_losses, "nodes_of_one", "nodes_of_sum", "sum", "sum_of_items"
    ),
    "hook": torch_only(hook, "calls", "difference"),
    "nan": torch_only(nan, "loss_is_nan", "nan_share"),
}

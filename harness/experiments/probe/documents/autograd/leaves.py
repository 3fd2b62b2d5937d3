"""Which tensors keep a gradient, and what an update does to them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from harness.experiments.probe.documents.autograd.scenario import (
    Scenario,
    Scene,
    backward,
    difference,
    gradient,
    has_grad,
    raises,
    torch_only,
)

Metrics = Mapping[str, float]


def leaf(scene: Scene) -> Metrics:
    """Differentiate ``(w * x).sum()`` by a leaf, and look at the leaf."""
    w, x = scene.tensor([2.0, 3.0]), scene.tensor([5.0, 7.0], grad=False)
    backward((w * x).sum())
    return {
        "is_leaf": w.is_leaf,
        "has_grad": has_grad(w),
        "input_has_grad": has_grad(x),
        "difference": difference(gradient(w), x),
    }


def non_leaf(scene: Scene) -> Metrics:
    """Look at an intermediate result after the backward pass."""
    w, x = scene.tensor([2.0, 3.0]), scene.tensor([5.0, 7.0], grad=False)
    h = w * x
    backward((h**2).sum())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = h.grad is not None
    return {"is_leaf": h.is_leaf, "has_grad": found, "warns": bool(caught)}


def retain_grad(scene: Scene) -> Metrics:
    """Ask for the gradient of an intermediate result, before or after the backward pass."""
    w = scene.tensor([2.0, 3.0])
    early, late = w * 5.0, w * 5.0
    early.retain_grad()
    backward((early**2).sum() + (late**2).sum())
    late.retain_grad()
    return {
        "has_grad": has_grad(early),
        "has_grad_when_late": has_grad(late),
        "difference": difference(gradient(early), 2 * early.detach()),
    }


def parameters(_scene: Scene) -> Metrics:
    """Count the parameters of a layer that are leaves and ask for gradients."""
    from torch import nn

    found = list(nn.Linear(3, 2).parameters())
    return {
        "parameters": len(found),
        "leaves": sum(parameter.is_leaf for parameter in found),
        "require_grad": sum(parameter.requires_grad for parameter in found),
    }


def without_requires_grad(scene: Scene) -> Metrics:
    """Call ``backward`` on what came from plain tensors only."""
    w, x = scene.normal(3), scene.normal(3)
    loss = (w * x).sum()
    return {
        "requires_grad": loss.requires_grad,
        "raises": raises(lambda: backward(loss)),
        "has_grad": has_grad(w),
    }


def in_place_update(scene: Scene) -> Metrics:
    """Subtract from a leaf in place, with the graph watching and without."""
    import torch

    w = scene.tensor([1.0, 2.0])
    backward((w**2).sum())
    refused = raises(lambda: w.sub_(gradient(w)))
    with torch.no_grad():
        allowed = raises(lambda: w.sub_(0.5 * gradient(w)))
    return {
        "raises": refused,
        "raises_without_graph": allowed,
        "is_leaf": w.is_leaf,
        "requires_grad": w.requires_grad,
    }


def rebinding_update(scene: Scene) -> Metrics:
    """Write ``w = w - lr * w.grad`` with the graph watching, then go on training."""
    w = scene.tensor([1.0, 2.0])
    backward((w**2).sum())
    w = w - 0.1 * gradient(w)
    backward((w**2).sum())
    return {"is_leaf": w.is_leaf, "has_grad": has_grad(w)}


def shapes(scene: Scene) -> Metrics:
    """Compare the shapes of weights and gradients of a small network."""
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)).to(scene.device)
    backward(model(scene.normal(scene.examples, 5)).sum())
    parameters = list(model.parameters())
    same = sum(gradient(parameter).shape == parameter.shape for parameter in parameters)
    relu = len(list(model[1].parameters()))
    return {"parameters": len(parameters), "same_shape": same, "relu_parameters": relu}


SCENARIOS: Mapping[str, Scenario] = {
    "leaf": torch_only(leaf, "is_leaf", "has_grad", "input_has_grad", "difference"),
    "non_leaf": torch_only(non_leaf, "is_leaf", "has_grad", "warns"),
    "retain_grad": torch_only(retain_grad, "has_grad", "has_grad_when_late", "difference"),
    "parameters": torch_only(parameters, "parameters", "leaves", "require_grad"),
    "without_requires_grad": torch_only(
        without_requires_grad, "requires_grad", "raises", "has_grad"
    ),
    "in_place_update": torch_only(
        in_place_update, "raises", "raises_without_graph", "is_leaf", "requires_grad"
    ),
    "rebinding_update": torch_only(rebinding_update, "is_leaf", "has_grad"),
    "shapes": torch_only(shapes, "parameters", "same_shape", "relu_parameters"),
}

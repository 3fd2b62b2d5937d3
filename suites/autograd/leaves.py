"""Which tensors keep a gradient, and what an update does to them."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

from numpy.random import Generator

import harness
from suites.autograd.tensors import backward, gradient, has_grad, normal, tensor
from suites.facts.outcomes import difference, raises


@harness.experiment(
    metrics={
        "is_leaf": "fixed",
        "has_grad": "fixed",
        "input_has_grad": "fixed",
        "difference": "fixed",
    },
    backends=["torch"],
)
def leaf(device: str) -> Mapping[str, float]:
    """Differentiate ``(w * x).sum()`` by a leaf, and look at the leaf."""
    w, x = tensor([2.0, 3.0], device), tensor([5.0, 7.0], device, grad=False)
    backward((w * x).sum())
    return {
        "is_leaf": w.is_leaf,
        "has_grad": has_grad(w),
        "input_has_grad": has_grad(x),
        "difference": difference(gradient(w), x),
    }


@harness.experiment(
    metrics={"is_leaf": "fixed", "has_grad": "fixed", "warns": "fixed"}, backends=["torch"]
)
def non_leaf(device: str) -> Mapping[str, float]:
    """Look at an intermediate result after the backward pass."""
    w, x = tensor([2.0, 3.0], device), tensor([5.0, 7.0], device, grad=False)
    h = w * x
    backward((h**2).sum())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = h.grad is not None
    return {"is_leaf": h.is_leaf, "has_grad": found, "warns": bool(caught)}


@harness.experiment(
    metrics={"has_grad": "fixed", "has_grad_when_late": "fixed", "difference": "fixed"},
    backends=["torch"],
)
def retain_grad(device: str) -> Mapping[str, float]:
    """Ask for the gradient of an intermediate result, before or after the backward pass."""
    w = tensor([2.0, 3.0], device)
    early, late = w * 5.0, w * 5.0
    early.retain_grad()
    backward((early**2).sum() + (late**2).sum())
    late.retain_grad()
    return {
        "has_grad": has_grad(early),
        "has_grad_when_late": has_grad(late),
        "difference": difference(gradient(early), 2 * early),
    }


@harness.experiment(
    metrics={"parameters": "fixed", "leaves": "fixed", "require_grad": "fixed"},
    backends=["torch"],
)
def parameters() -> Mapping[str, float]:
    """Count the parameters of a layer that are leaves and ask for gradients."""
    from torch import nn

    found = list(nn.Linear(3, 2).parameters())
    return {
        "parameters": len(found),
        "leaves": sum(parameter.is_leaf for parameter in found),
        "require_grad": sum(parameter.requires_grad for parameter in found),
    }


@harness.experiment(
    metrics={
        "raises": "fixed",
        "raises_without_graph": "fixed",
        "is_leaf": "fixed",
        "requires_grad": "fixed",
    },
    backends=["torch"],
)
def in_place_update(device: str) -> Mapping[str, float]:
    """Subtract from a leaf in place, with the graph watching and without."""
    import torch

    w = tensor([1.0, 2.0], device)
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


@harness.experiment(
    metrics={"parameters": "fixed", "same_shape": "fixed", "relu_parameters": "fixed"},
    backends=["torch"],
)
def shapes(rng: Generator, device: str, examples: int = 8) -> Mapping[str, float]:
    """Compare the shapes of weights and gradients of a small network."""
    from torch import nn

    model = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3)).to(device)
    backward(model(normal(rng, device, examples, 5)).sum())
    found = list(model.parameters())
    same = sum(gradient(parameter).shape == parameter.shape for parameter in found)
    relu = len(list(model[1].parameters()))
    return {"parameters": len(found), "same_shape": same, "relu_parameters": relu}

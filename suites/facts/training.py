"""Scenarios of training: gradients, optimizer steps, seeds, and what a graph holds on to."""

from __future__ import annotations

from collections.abc import Mapping
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

import harness
from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch
    from torch import nn

LR = 0.1


def _loss(layer: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    from torch.nn.functional import cross_entropy

    return cross_entropy(layer(x), y)


def _backward(loss: torch.Tensor) -> None:
    loss.backward()  # type: ignore[no-untyped-call]


def _gradient(layer: nn.Linear) -> torch.Tensor:
    assert layer.weight.grad is not None
    return layer.weight.grad.clone()


def _layer(setup: Setup) -> nn.Linear:
    from torch import nn

    return nn.Linear(setup.inputs, setup.outputs).to(setup.device)


@harness.experiment(
    metrics={
        "rule_error": "fixed",
        "same_memory": "fixed",
        "optimizer_holds_it": "fixed",
        "gradient_change": "fixed",
        "gradient_is_none_after_zero_grad": "fixed",
    },
    backends=["torch"],
)
def optimizer_step(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """One step of plain SGD: what changes, where, and what is left behind."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer, x, y = _layer(setup), setup.normal(setup.rows, setup.inputs), setup.labels()
    optimizer = torch.optim.SGD(layer.parameters(), lr=LR)
    _backward(_loss(layer, x, y))
    before, gradient, place = (
        layer.weight.detach().clone(),
        _gradient(layer),
        layer.weight.data_ptr(),
    )
    optimizer.step()
    found = {
        "rule_error": float((layer.weight.detach() - (before - LR * gradient)).abs().max()),
        "same_memory": layer.weight.data_ptr() == place,
        "optimizer_holds_it": optimizer.param_groups[0]["params"][0] is layer.weight,
        "gradient_change": float((_gradient(layer) - gradient).abs().max()),
    }
    optimizer.zero_grad()
    return {**found, "gradient_is_none_after_zero_grad": layer.weight.grad is None}


@harness.experiment(
    metrics={"second_over_first": "fixed", "parts_error": "fixed"},
    backends=["torch"],
)
def gradient_accumulation(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Gradients of two backward passes, and of a batch in four parts against the whole."""
    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer, x, y = _layer(setup), setup.normal(setup.rows, setup.inputs), setup.labels()
    _backward(_loss(layer, x, y))
    once = _gradient(layer)
    _backward(_loss(layer, x, y))
    twice = _gradient(layer)
    layer.weight.grad = None
    for part in range(4):
        _backward(_loss(layer, x[part::4], y[part::4]) * (len(x[part::4]) / setup.rows))
    parts = _gradient(layer)
    return {
        "second_over_first": float(twice.norm() / once.norm()),
        "parts_error": float((parts - once).abs().max() / once.abs().max()),
    }


@harness.experiment(
    metrics={"relative_error": "fixed"},
    backends=["torch"],
)
def gradient_meaning(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """One entry of the gradient against the change of the loss when that weight is moved."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer = _layer(setup).double()
    x, y, step = setup.normal(setup.rows, setup.inputs).double(), setup.labels(), 1e-5
    _backward(_loss(layer, x, y))
    with torch.no_grad():
        layer.weight[0, 0] += step
        high = float(_loss(layer, x, y))
        layer.weight[0, 0] -= 2 * step
        low = float(_loss(layer, x, y))
    measured = (high - low) / (2 * step)
    return {"relative_error": abs(measured / float(_gradient(layer)[0, 0]) - 1)}


@harness.experiment(
    metrics={
        "is_generator": "fixed",
        "accepted": "fixed",
        "lr_of_first": "fixed",
        "lr_of_second": "fixed",
        "groups_differ": "fixed",
    },
    backends=["torch"],
)
def parameter_groups(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """SGD with one group without and one with a learning rate of its own, and no default."""
    import torch

    setup = Setup(rng, device, inputs=inputs, outputs=outputs)
    first, second = _layer(setup), _layer(setup)
    groups: list[dict[str, Any]] = [
        {"params": first.parameters()},
        {"params": second.parameters(), "lr": 1e-3},
    ]
    is_generator = isinstance(first.parameters(), GeneratorType)
    try:
        optimizer = torch.optim.SGD(groups)
    except ValueError:  # before PyTorch 2.0 a default was required
        rates = [0.0, 0.0]
    else:
        rates = [group["lr"] for group in optimizer.param_groups]
    return {
        "is_generator": is_generator,
        "accepted": any(rates),
        "lr_of_first": rates[0],
        "lr_of_second": rates[1],
        "groups_differ": rates[0] != rates[1],
    }


@harness.experiment(
    metrics={"same_seed_difference": "fixed", "other_seed_difference": "fixed"},
    backends=["torch"],
)
def manual_seed(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Short trainings from the global generator: largest difference of weights between runs."""
    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    x, y = setup.normal(setup.rows, setup.inputs), setup.labels()
    first, again, other = (_trained(setup, x, y, seed) for seed in (42, 42, 43))
    return {
        "same_seed_difference": float((first - again).abs().max()),
        "other_seed_difference": float((first - other).abs().max()),
    }


def _trained(setup: Setup, x: torch.Tensor, y: torch.Tensor, seed: int) -> torch.Tensor:
    import torch

    torch.manual_seed(seed)
    layer = _layer(setup)
    optimizer = torch.optim.SGD(layer.parameters(), lr=LR)
    for _ in range(5):
        rows = torch.randperm(setup.rows)[: max(1, setup.rows // 2)].to(setup.device)
        optimizer.zero_grad()
        _backward(_loss(layer, x[rows], y[rows]))
        optimizer.step()
    return layer.weight.detach()


@harness.experiment(
    metrics={
        "graph_inside": "fixed",
        "graph_in_bare_decorator": "fixed",
        "graph_in_called_decorator": "fixed",
        "graph_outside": "fixed",
    },
    backends=["torch"],
)
def no_grad(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """The context manager and the decorator, with and without parentheses."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer, x = _layer(setup), setup.normal(setup.rows, setup.inputs)

    def evaluate() -> torch.Tensor:
        return layer(x)  # type: ignore[no-any-return]

    without: Any = torch.no_grad  # its stubs know only the form with parentheses
    bare, called = without(evaluate), without()(evaluate)
    with torch.no_grad():
        inside = layer(x)
    return {
        "graph_inside": inside.requires_grad,
        "graph_in_bare_decorator": bare().requires_grad,
        "graph_in_called_decorator": called().requires_grad,
        "graph_outside": layer(x).requires_grad,
    }


@harness.experiment(
    metrics={
        "item_is_float": "fixed",
        "loss_dimensions": "fixed",
        "tensor_bytes": "fixed",
        "tensor_bytes_after_backward": "fixed",
        "item_bytes": "fixed",
    },
    backends=["torch"],
)
def loss_history(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Bytes of tensors that a kept loss keeps alive: as a tensor, and as ``loss.item()``.

    Of a network with a hidden layer of `inputs` units; the loss before and after ``backward``.
    """
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    model = nn.Sequential(nn.Linear(setup.inputs, setup.inputs), nn.Tanh(), _layer(setup))
    model.to(setup.device)
    x, y = setup.normal(setup.rows, setup.inputs), setup.labels()
    loss = _loss(model, x, y)
    return {
        "item_is_float": isinstance(loss.item(), float),
        "loss_dimensions": loss.dim(),
        "tensor_bytes": _held(model, x, y, backward=False, item=False),
        "tensor_bytes_after_backward": _held(model, x, y, backward=True, item=False),
        "item_bytes": _held(model, x, y, backward=False, item=True),
    }


def _held(model: nn.Module, x: torch.Tensor, y: torch.Tensor, *, backward: bool, item: bool) -> int:
    """Return the bytes still alive when only the history refers to the loss."""
    from harness.backends.torch_backend.memory import LiveStorages

    history: list[object] = []
    model.zero_grad()
    with LiveStorages([x, y, *model.parameters()]) as storages:
        loss = _loss(model, x, y)
        if backward:
            _backward(loss)
            model.zero_grad()
        history.append(loss.item() if item else loss)
        del loss
        live: int = storages.live
        return live

"""Scenarios of learning a network with one hidden layer: who gets a gradient, who is moved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator

import harness
from harness.datasets.dataset import Dataset
from suites.facts.outcomes import difference
from suites.facts.perceptron import perceptron
from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch

LR = 0.1
DEAD_BIAS = -1e4


def _loss(model: Any, x: torch.Tensor, setup: Setup) -> torch.Tensor:
    from torch.nn import functional

    return functional.cross_entropy(model(x), setup.labels())


@harness.experiment(
    metrics={
        "loss_is_a_number": "fixed",
        "gradients_before": "fixed",
        "gradients_after": "fixed",
        "input_has_gradient": "fixed",
    },
    backends=["torch"],
)
def backward_pass(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """Which tensors have a gradient before and after the backward pass."""
    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
    model = perceptron(setup)
    x = setup.normal(setup.rows, setup.inputs).requires_grad_()
    tensors = [x, *model.parameters()]
    loss = _loss(model, x, setup)
    before = sum(tensor.grad is not None for tensor in tensors)
    loss.backward()  # type: ignore[no-untyped-call]
    return {
        "loss_is_a_number": loss.dim() == 0,
        "gradients_before": before,
        "gradients_after": sum(tensor.grad is not None for tensor in tensors),
        "input_has_gradient": x.grad is not None and bool(x.grad.abs().max() > 0),
    }


@harness.experiment(
    metrics={
        "chain_rule_error": "fixed",
        "changes_with_second_layer": "fixed",
        "largest_when_dead": "fixed",
    },
    backends=["torch"],
)
def first_layer_gradient(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """The first layer's gradient against the chain rule, with other W2, and with dead units.

    `chain_rule_error` is relative: ((softmax - one-hot) / n @ W2 * (z > 0)).T @ x by hand.
    """
    from torch.nn import functional

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
    model: Any = perceptron(setup).double()
    x, y = setup.normal(setup.rows, setup.inputs).double(), setup.labels()
    gradient = _gradient(model, x, y)
    z = model.linear1(x)
    error = model(x).softmax(dim=1) - functional.one_hot(y, setup.outputs)
    by_hand = ((error / setup.rows @ model.linear2.weight) * (z > 0)).T @ x
    model.linear2.weight.data *= 2
    changed = _gradient(model, x, y)
    model.linear1.bias.data.fill_(DEAD_BIAS)
    return {
        "chain_rule_error": difference(gradient, by_hand) / float(gradient.abs().max()),
        "changes_with_second_layer": difference(gradient, changed) > 0,
        "largest_when_dead": float(_gradient(model, x, y).abs().max()),
    }


def _gradient(model: Any, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    import torch
    from torch.nn import functional

    loss = functional.cross_entropy(model(x), y)
    return torch.autograd.grad(loss, [model.linear1.weight])[0]


@harness.experiment(
    metrics={
        "trained_tensors": "fixed",
        "first_layer_change": "fixed",
        "second_layer_change": "fixed",
        "loss_falls": "fixed",
    },
    backends=["torch"],
)
def frozen_layer(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """Steps of SGD with the first layer frozen and a new second layer."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
    model: Any = perceptron(setup)
    for parameter in model.linear1.parameters():
        parameter.requires_grad_(requires_grad=False)
    x, y = setup.normal(setup.rows, setup.inputs), setup.labels()
    first, second = model.linear1.weight.clone(), model.linear2.weight.detach().clone()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=LR)
    losses = []
    for _ in range(5):
        loss = torch.nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses.append(loss.item())
    return {
        "trained_tensors": len(trained),
        "first_layer_change": difference(model.linear1.weight, first),
        "second_layer_change": difference(model.linear2.weight, second),
        "loss_falls": losses[-1] < losses[0],
    }


@harness.experiment(
    metrics={"sgd": "fixed", "adam": "fixed"},
    backends=["torch"],
)
def optimizer_defaults(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10, units: int = 32
) -> Mapping[str, float]:
    """Learning rates of optimizers that were given none; -1 where one must be given."""
    import torch

    setup = Setup(rng, device, inputs=inputs, outputs=outputs, units=units)

    def default(kind: Any) -> float:
        try:
            return float(kind(perceptron(setup).parameters()).defaults["lr"])
        except (TypeError, ValueError):
            return -1.0

    return {"sgd": default(torch.optim.SGD), "adam": default(torch.optim.Adam)}


@harness.experiment(
    metrics={
        "largest_weight": "positive",
        "weight_deviation": "fixed",
        "largest_output": "positive",
        "output_deviation": "fixed",
        "negative_share": "real",
    },
    backends=["torch"],
)
def first_layer_range(
    rng: Generator, device: str, dataset: Dataset, rows: int = 64, units: int = 32
) -> Mapping[str, float]:
    """Weights and outputs of the first layer, as PyTorch draws it, over `rows` images in [0, 1]."""
    import torch

    setup = Setup(rng, device, rows=rows, units=units)
    images = np.asarray(dataset.x_train[: setup.rows], np.float32) / 255.0
    x = torch.from_numpy(images.reshape(len(images), -1)).to(setup.device)
    layer = torch.nn.Linear(x.shape[1], setup.units).to(setup.device)
    with torch.no_grad():
        z = layer(x)
    weight = layer.weight.detach()
    return {
        "largest_weight": float(weight.abs().max()),
        "weight_deviation": float(weight.std()),
        "largest_output": float(z.abs().max()),
        "output_deviation": float(z.std()),
        "negative_share": float((z < 0).double().mean()),
    }


@harness.experiment(
    metrics={
        "difference_from_kaiming_uniform": "fixed",
        "deviation_times_root_fan_in": "fixed",
        "deviation_ratio_fan_in_4": "fixed",
        "deviation_ratio_to_relu_scheme": "fixed",
    },
    backends=["torch"],
)
def default_scheme(
    rng: Generator, device: str, inputs: int = 784, units: int = 32
) -> Mapping[str, float]:
    """``nn.Linear`` as it comes against ``kaiming_uniform_``, drawn from the same seed.

    Ratios are of standard deviations: outputs to inputs of one layer, and what the scheme made
    for ReLU (He et al., 2015) gives instead.
    """
    import torch
    from torch import nn

    setup = Setup(rng, device, inputs=inputs, units=units)
    seed = int(setup.rng.integers(2**31))

    def drawn(a: float) -> torch.Tensor:
        torch.manual_seed(seed)
        return nn.init.kaiming_uniform_(torch.empty(setup.units, setup.inputs), a=a)

    torch.manual_seed(seed)
    default = nn.Linear(setup.inputs, setup.units).weight.detach()
    for_relu = nn.init.kaiming_uniform_(torch.empty(setup.units, setup.inputs), nonlinearity="relu")
    wide = nn.Linear(4 * setup.inputs, setup.units).weight.detach()
    return {
        "difference_from_kaiming_uniform": difference(default, drawn(math.sqrt(5.0))),
        "deviation_times_root_fan_in": float(default.std()) * math.sqrt(setup.inputs),
        "deviation_ratio_fan_in_4": float(wide.std() / default.std()),
        "deviation_ratio_to_relu_scheme": float(default.std() / for_relu.std()),
    }

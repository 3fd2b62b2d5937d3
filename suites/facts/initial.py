"""Scenarios of initial weights: how PyTorch draws them and what becomes of a signal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from numpy.random import Generator

import harness
from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch


@harness.experiment(
    metrics={
        "largest_weight": "positive",
        "largest_bias": "fixed",
        "standard_deviation": "real",
        "variance_ratio": "real",
    },
    backends=["torch"],
)
def default_linear(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """``nn.Linear`` as it comes: bound and spread of its weights in units of 1/sqrt(fan_in).

    `variance_ratio` is the variance of the outputs over that of the inputs, standard normal ones.
    """
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer, root = nn.Linear(setup.inputs, setup.outputs), math.sqrt(setup.inputs)
    x = setup.normal(setup.rows, setup.inputs).cpu()
    with torch.no_grad():
        output = layer(x)
    weight = layer.weight.detach()
    return {
        "largest_weight": float(weight.abs().max()) * root,
        "largest_bias": float(layer.bias.detach().abs().max()) * root,
        "standard_deviation": float(weight.std()) * root,
        "variance_ratio": float(output.var() / x.var()),
    }


@harness.experiment(
    metrics={"default": "real", "standard_normal": "real"},
    backends=["torch"],
)
def initial_confidence(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Mean largest probability before training, with default and with standard normal weights."""
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer = nn.Linear(setup.inputs, setup.outputs)
    x = setup.normal(setup.rows, setup.inputs).cpu()
    with torch.no_grad():
        default = _largest(layer(x))
        layer.weight.copy_(setup.normal(setup.outputs, setup.inputs))
        return {"default": default, "standard_normal": _largest(layer(x))}


def _largest(logits: torch.Tensor) -> float:
    return float(logits.softmax(dim=1).max(dim=1).values.mean())


@harness.experiment(
    metrics={
        "linear_default": "real",
        "conv2d_default": "real",
        "xavier_normal": "real",
        "kaiming_normal": "real",
    },
    backends=["torch"],
)
def initializers(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10, units: int = 32
) -> Mapping[str, float]:
    """Spread of weights as PyTorch draws them, in units of 1/sqrt(fan_in).

    ``nn.Linear`` (outputs, inputs) and ``nn.Conv2d`` (3 to `units` channels, 5 x 5) as they come,
    and a matrix (outputs, inputs) by ``xavier_normal_`` and ``kaiming_normal_`` for ReLU.
    """
    import torch
    from torch import nn

    setup = Setup(rng, device, inputs=inputs, outputs=outputs, units=units)
    torch.manual_seed(int(setup.rng.integers(2**31)))  # the initialisers draw from its generator
    matrix = torch.empty(setup.outputs, setup.inputs)
    drawn = {
        "linear_default": nn.Linear(setup.inputs, setup.outputs).weight,
        "conv2d_default": nn.Conv2d(3, setup.units, 5).weight,
        "xavier_normal": nn.init.xavier_normal_(matrix.clone()),
        "kaiming_normal": nn.init.kaiming_normal_(matrix.clone(), nonlinearity="relu"),
    }
    return {
        name: float(weight.detach().std()) * math.sqrt(weight[0].numel())
        for name, weight in drawn.items()
    }

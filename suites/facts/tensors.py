"""Scenarios of tensors: shapes, sizes, reductions, comparisons."""

from __future__ import annotations

import math
from collections.abc import Mapping

from numpy.random import Generator

import harness
from suites.facts.outcomes import raises
from suites.facts.setups import Setup


@harness.experiment(
    metrics={
        "weight_rows": "fixed",
        "weight_columns": "fixed",
        "bias_size": "fixed",
        "parameter_count": "fixed",
        "output_rows": "fixed",
        "output_columns": "fixed",
        "output_numel": "fixed",
        "gradient_rows": "fixed",
        "gradient_columns": "fixed",
    },
    backends=["torch"],
)
def linear_shapes(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """The shapes of a linear layer, its output and its gradient."""
    from torch import nn
    from torch.nn.functional import cross_entropy

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer = nn.Linear(setup.inputs, setup.outputs).to(setup.device)
    output = layer(setup.normal(setup.rows, setup.inputs))
    cross_entropy(output, setup.labels()).backward()  # type: ignore[no-untyped-call]
    gradient = layer.weight.grad
    return {
        "weight_rows": layer.weight.shape[0],
        "weight_columns": layer.weight.shape[1],
        "bias_size": layer.bias.numel(),
        "parameter_count": sum(p.numel() for p in layer.parameters()),
        "output_rows": output.shape[0],
        "output_columns": output.shape[1],
        "output_numel": output.numel(),
        "gradient_rows": 0 if gradient is None else gradient.shape[0],
        "gradient_columns": 0 if gradient is None else gradient.shape[1],
    }


@harness.experiment(
    metrics={
        "elements": "fixed",
        "first_dimension": "fixed",
        "second_dimension": "fixed",
        "shares_memory": "fixed",
    },
    backends=["torch"],
)
def reshape(rng: Generator, device: str, rows: int = 64, inputs: int = 784) -> Mapping[str, float]:
    """``reshape(-1, inputs)`` of a batch of square pictures."""
    setup = Setup(rng, device, rows=rows, inputs=inputs)
    side = math.isqrt(setup.inputs)
    pictures = setup.normal(setup.rows, 1, side, side)
    flat = pictures.reshape(-1, side * side)
    return {
        "elements": pictures.numel(),
        "first_dimension": flat.shape[0],
        "second_dimension": flat.shape[1],
        "shares_memory": flat.data_ptr() == pictures.data_ptr(),
    }


@harness.experiment(
    metrics={
        "conv_accepts": "fixed",
        "linear_accepts": "fixed",
        "conv_difference": "fixed",
        "linear_difference": "fixed",
        "unsqueezed_dimensions": "fixed",
        "unsqueezed_first": "fixed",
    },
    backends=["torch"],
)
def unbatched(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """One picture without a batch dimension: which layers take it, and with what result."""
    from torch import nn

    setup = Setup(rng, device, inputs=inputs, outputs=outputs)
    side = math.isqrt(setup.inputs)
    picture = setup.normal(1, side, side)
    conv = nn.Conv2d(1, 4, 3).to(setup.device)
    linear = nn.Linear(side * side, setup.outputs).to(setup.device)
    vector = picture.reshape(-1)
    apart = conv(picture) - conv(picture.unsqueeze(0))[0]
    apart_linear = linear(vector) - linear(vector.unsqueeze(0))[0]
    return {
        "conv_accepts": 1 - raises(lambda: conv(picture)),
        "linear_accepts": 1 - raises(lambda: linear(vector)),
        "conv_difference": float(apart.detach().abs().max()),
        "linear_difference": float(apart_linear.detach().abs().max()),
        "unsqueezed_dimensions": picture.unsqueeze(0).dim(),
        "unsqueezed_first": picture.unsqueeze(0).shape[0],
    }


@harness.experiment(
    metrics={
        "tensors": "fixed",
        "value": "fixed",
        "index": "fixed",
        "values_carry_gradient": "fixed",
        "indices_carry_gradient": "fixed",
    },
    backends=["torch"],
)
def max_of_rows(rng: Generator, device: str, outputs: int = 10) -> Mapping[str, float]:
    """``torch.max(preds, dim=1)``: what it returns and through which part gradients flow."""
    import torch

    setup = Setup(rng, device, outputs=outputs)
    probabilities = torch.full((1, setup.outputs), 0.01, device=setup.device)
    probabilities[0, 1:3] = torch.tensor([0.02, 0.9])
    found = torch.max(probabilities.requires_grad_(), dim=1)
    return {
        "tensors": len(found),
        "value": found[0].item(),
        "index": found[1].item(),
        "values_carry_gradient": found[0].requires_grad,
        "indices_carry_gradient": found[1].requires_grad,
    }


@harness.experiment(
    metrics={
        "dimensions_before": "fixed",
        "dimensions_after": "fixed",
        "size": "fixed",
        "mean_dimensions": "fixed",
        "mean_error": "fixed",
    },
    backends=["torch"],
)
def stack(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """``torch.stack`` of one 0-d loss per batch, and its mean."""
    import torch

    setup = Setup(rng, device, rows=rows)
    losses = list(setup.normal(setup.rows).unbind())
    stacked = torch.stack(losses)
    return {
        "dimensions_before": losses[0].dim(),
        "dimensions_after": stacked.dim(),
        "size": stacked.numel(),
        "mean_dimensions": stacked.mean().dim(),
        "mean_error": abs(stacked.mean().item() - math.fsum(map(float, losses)) / setup.rows),
    }


@harness.experiment(
    metrics={
        "is_boolean": "fixed",
        "size": "fixed",
        "sum_minus_loop": "fixed",
        "ratio_minus_loop": "fixed",
        "shapes_differ": "fixed",
    },
    backends=["torch"],
)
def comparison(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10
) -> Mapping[str, float]:
    """Predictions compared with labels at once, against a loop over them."""
    import torch

    setup = Setup(rng, device, rows=rows, outputs=outputs)
    predicted, labels = setup.labels(), setup.labels()
    same = predicted == labels
    one_by_one = sum(int(p) == int(y) for p, y in zip(predicted, labels, strict=True))
    return {
        "is_boolean": same.dtype == torch.bool,
        "size": same.numel(),
        "sum_minus_loop": float(torch.sum(same)) - one_by_one,
        "ratio_minus_loop": float(torch.sum(same)) / len(same) - one_by_one / setup.rows,
        "shapes_differ": predicted.shape != labels.shape,
    }

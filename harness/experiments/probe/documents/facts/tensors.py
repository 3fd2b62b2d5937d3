"""Scenarios of tensors: shapes, sizes, reductions, comparisons."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from harness.experiments.probe.documents.facts.scenario import Scenario, Setup


def linear_shapes(setup: Setup) -> Mapping[str, float]:
    """The shapes of a linear layer, its output and its gradient."""
    from torch import nn
    from torch.nn.functional import cross_entropy

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


def reshape(setup: Setup) -> Mapping[str, float]:
    """``reshape(-1, inputs)`` of a batch of square pictures."""
    side = math.isqrt(setup.inputs)
    pictures = setup.normal(setup.rows, 1, side, side)
    rows = pictures.reshape(-1, side * side)
    return {
        "elements": pictures.numel(),
        "first_dimension": rows.shape[0],
        "second_dimension": rows.shape[1],
        "shares_memory": rows.data_ptr() == pictures.data_ptr(),
    }


def unbatched(setup: Setup) -> Mapping[str, float]:
    """One picture without a batch dimension: which layers take it, and with what result."""
    from torch import nn

    side = math.isqrt(setup.inputs)
    picture = setup.normal(1, side, side)
    conv = nn.Conv2d(1, 4, 3).to(setup.device)
    linear = nn.Linear(side * side, setup.outputs).to(setup.device)
    vector = picture.reshape(-1)
    apart = conv(picture) - conv(picture.unsqueeze(0))[0]
    apart_linear = linear(vector) - linear(vector.unsqueeze(0))[0]
    return {
        "conv_accepts": _accepts(lambda: conv(picture)),
        "linear_accepts": _accepts(lambda: linear(vector)),
        "conv_difference": float(apart.detach().abs().max()),
        "linear_difference": float(apart_linear.detach().abs().max()),
        "unsqueezed_dimensions": picture.unsqueeze(0).dim(),
        "unsqueezed_first": picture.unsqueeze(0).shape[0],
    }


def _accepts(action: Callable[[], object]) -> float:
    try:
        action()
    except (RuntimeError, ValueError):
        return 0.0
    return 1.0


def max_of_rows(setup: Setup) -> Mapping[str, float]:
    """``torch.max(preds, dim=1)``: what it returns and through which part gradients flow."""
    import torch

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


def stack(setup: Setup) -> Mapping[str, float]:
    """``torch.stack`` of one 0-d loss per batch, and its mean."""
    import torch

    losses = list(setup.normal(setup.rows).unbind())
    stacked = torch.stack(losses)
    return {
        "dimensions_before": losses[0].dim(),
        "dimensions_after": stacked.dim(),
        "size": stacked.numel(),
        "mean_dimensions": stacked.mean().dim(),
        "mean_error": abs(stacked.mean().item() - math.fsum(map(float, losses)) / setup.rows),
    }


def comparison(setup: Setup) -> Mapping[str, float]:
    """Predictions compared with labels at once, against a loop over them."""
    import torch

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


SCENARIOS: Mapping[str, Scenario] = {
    "linear_shapes": Scenario(
        (
            "weight_rows",
            "weight_columns",
            "bias_size",
            "parameter_count",
            "output_rows",
            "output_columns",
            "output_numel",
            "gradient_rows",
            "gradient_columns",
        ),
        linear_shapes,
    ),
    "reshape": Scenario(
        ("elements", "first_dimension", "second_dimension", "shares_memory"), reshape
    ),
    "unbatched": Scenario(
        (
            "conv_accepts",
            "linear_accepts",
            "conv_difference",
            "linear_difference",
            "unsqueezed_dimensions",
            "unsqueezed_first",
        ),
        unbatched,
    ),
    "max_of_rows": Scenario(
        ("tensors", "value", "index", "values_carry_gradient", "indices_carry_gradient"),
        max_of_rows,
    ),
    "stack": Scenario(
        ("dimensions_before", "dimensions_after", "size", "mean_dimensions", "mean_error"), stack
    ),
    "comparison": Scenario(
        ("is_boolean", "size", "sum_minus_loop", "ratio_minus_loop", "shapes_differ"), comparison
    ),
}

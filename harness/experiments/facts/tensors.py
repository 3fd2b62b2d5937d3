"""Scenarios of tensors: shapes, sizes, reductions, comparisons."""

from __future__ import annotations

from collections.abc import Mapping

from harness.experiments.facts.base import Scenario, Setup


def linear_shapes(setup: Setup) -> Mapping[str, float]:
    """The shapes of a linear layer, its input, its output and its gradient."""
    import torch
    from torch import nn

    layer = nn.Linear(setup.inputs, setup.outputs).to(setup.device)
    output = layer(setup.normal(setup.rows, setup.inputs))
    torch.nn.functional.cross_entropy(output, setup.labels()).backward()  # type: ignore[no-untyped-call]
    gradient = layer.weight.grad
    assert gradient is not None
    return {
        "weight_rows": layer.weight.shape[0],
        "weight_columns": layer.weight.shape[1],
        "bias_size": layer.bias.shape[0],
        "parameter_count": sum(p.numel() for p in layer.parameters()),
        "output_rows": output.shape[0],
        "output_columns": output.shape[1],
        "output_numel": output.numel(),
        "gradient_rows": gradient.shape[0],
        "gradient_columns": gradient.shape[1],
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
}

"""Scenarios of pictures on their way into a network: views, shapes, types."""

from __future__ import annotations

from collections.abc import Mapping

from harness.experiments.probe.documents.facts.outcomes import raises
from harness.experiments.probe.documents.facts.perceptron import perceptron
from harness.experiments.probe.documents.facts.scenario import Scenario, Setup


def views(setup: Setup) -> Mapping[str, float]:
    """``view`` of a batch of pictures and of one that does not lie in order."""
    side = max(1, round(setup.inputs**0.5))
    x = setup.normal(setup.rows, 1, side, side)
    flat = x.view(-1)
    turned = x.transpose(2, 3)
    return {
        "same_memory": flat.data_ptr() == x.data_ptr(),
        "dimensions": flat.dim(),
        "elements_off": flat.numel() - x.numel(),
        "rows": x.view(x.size(0), -1).shape[0],
        "columns": x.view(x.size(0), -1).shape[1],
        "columns_of_fixed_view": x.view(-1, side * side).shape[1],
        "strides_changed": x.view(x.size(0), -1).stride() != x.stride(),
        "out_of_order_raises": raises(lambda: turned.view(-1)),
    }


def pictures_or_rows(setup: Setup) -> Mapping[str, float]:
    """Batches of pictures and of flat rows, given to a perceptron and to a convolution."""
    from torch import nn

    side = max(1, round(setup.inputs**0.5))
    pictures = setup.normal(setup.rows, 1, side, side)
    model, convolution = perceptron(setup), nn.Conv2d(1, 4, 3).to(setup.device)
    rows = pictures.view(setup.rows, -1)
    return {
        "perceptron_refuses_pictures": raises(lambda: model(pictures)),
        "convolution_refuses_pictures": raises(lambda: convolution(pictures)),
        "convolution_refuses_rows": raises(lambda: convolution(rows)),
    }


def data_types(setup: Setup) -> Mapping[str, float]:
    """The types of tensors of whole and of broken numbers, of weights, and of labels."""
    import torch

    weights = {p.dtype for p in perceptron(setup).parameters()}
    return {
        "default_is_float32": torch.get_default_dtype() == torch.float32,
        "floats_are_float32": torch.tensor([1.0, 2.0]).dtype == torch.float32,
        "zeros_are_float32": torch.zeros(2).dtype == torch.float32,
        "integers_are_int64": torch.tensor([1, 2]).dtype == torch.int64,
        "weights_are_float32": weights == {torch.float32},
    }


SCENARIOS: Mapping[str, Scenario] = {
    "views": Scenario(
        (
            "same_memory",
            "dimensions",
            "elements_off",
            "rows",
            "columns",
            "columns_of_fixed_view",
            "strides_changed",
            "out_of_order_raises",
        ),
        views,
    ),
    "pictures_or_rows": Scenario(
        (
            "perceptron_refuses_pictures",
            "convolution_refuses_pictures",
            "convolution_refuses_rows",
        ),
        pictures_or_rows,
    ),
    "data_types": Scenario(
        (
            "default_is_float32",
            "floats_are_float32",
            "zeros_are_float32",
            "integers_are_int64",
            "weights_are_float32",
        ),
        data_types,
    ),
}

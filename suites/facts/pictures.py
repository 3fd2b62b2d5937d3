"""Scenarios of pictures on their way into a network: views, shapes, types."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator

import harness
from suites.facts.outcomes import raises
from suites.facts.perceptron import perceptron
from suites.facts.setups import Setup


@harness.experiment(
    metrics={
        "same_memory": "fixed",
        "dimensions": "fixed",
        "elements_off": "fixed",
        "rows": "fixed",
        "columns": "fixed",
        "columns_of_fixed_view": "fixed",
        "strides_changed": "fixed",
        "out_of_order_raises": "fixed",
    },
    backends=["torch"],
)
def views(rng: Generator, device: str, rows: int = 64, inputs: int = 784) -> Mapping[str, float]:
    """``view`` of a batch of pictures and of one that does not lie in order."""
    setup = Setup(rng, device, rows=rows, inputs=inputs)
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


@harness.experiment(
    metrics={
        "perceptron_refuses_pictures": "fixed",
        "convolution_refuses_pictures": "fixed",
        "convolution_refuses_rows": "fixed",
    },
    backends=["torch"],
)
def pictures_or_rows(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """Batches of pictures and of flat rows, given to a perceptron and to a convolution."""
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
    side = max(1, round(setup.inputs**0.5))
    pictures = setup.normal(setup.rows, 1, side, side)
    model, convolution = perceptron(setup), nn.Conv2d(1, 4, 3).to(setup.device)
    flat = pictures.view(setup.rows, -1)
    return {
        "perceptron_refuses_pictures": raises(lambda: model(pictures)),
        "convolution_refuses_pictures": raises(lambda: convolution(pictures)),
        "convolution_refuses_rows": raises(lambda: convolution(flat)),
    }


@harness.experiment(
    metrics={
        "default_is_float32": "fixed",
        "floats_are_float32": "fixed",
        "zeros_are_float32": "fixed",
        "integers_are_int64": "fixed",
        "weights_are_float32": "fixed",
    },
    backends=["torch"],
)
def data_types(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10, units: int = 32
) -> Mapping[str, float]:
    """The types of tensors of whole and of broken numbers, of weights, and of labels."""
    import torch

    setup = Setup(rng, device, inputs=inputs, outputs=outputs, units=units)
    weights = {p.dtype for p in perceptron(setup).parameters()}
    return {
        "default_is_float32": torch.get_default_dtype() == torch.float32,
        "floats_are_float32": torch.tensor([1.0, 2.0]).dtype == torch.float32,
        "zeros_are_float32": torch.zeros(2).dtype == torch.float32,
        "integers_are_int64": torch.tensor([1, 2]).dtype == torch.int64,
        "weights_are_float32": weights == {torch.float32},
    }

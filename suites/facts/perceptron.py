"""Scenarios of a network with one hidden layer: its parameters, its outputs, what is saved."""

from __future__ import annotations

import io
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

import harness
from suites.facts.outcomes import difference, raises
from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch
    from torch import nn


def perceptron(setup: Setup, units: int | None = None) -> nn.Module:
    """Return inputs - units - outputs with ReLU, written as a class, drawn by torch."""
    from torch import nn
    from torch.nn import functional

    class Perceptron(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear1 = nn.Linear(setup.inputs, units or setup.units)
            self.linear2 = nn.Linear(units or setup.units, setup.outputs)

        def forward(self, xb: Any) -> Any:
            xb = xb.view(xb.size(0), -1)
            return self.linear2(functional.relu(self.linear1(xb)))

    return Perceptron().to(setup.device)


@harness.experiment(
    metrics={
        "weight1_rows": "fixed",
        "weight1_columns": "fixed",
        "weight2_rows": "fixed",
        "weight2_columns": "fixed",
        "weights_1": "fixed",
        "bias_1": "fixed",
        "weights_2": "fixed",
        "bias_2": "fixed",
        "parameter_count": "fixed",
    },
    backends=["torch"],
)
def mlp_shapes(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10, units: int = 32
) -> Mapping[str, float]:
    """The shapes and sizes of all parameters."""
    setup = Setup(rng, device, inputs=inputs, outputs=outputs, units=units)
    named = dict(perceptron(setup).named_parameters())
    first, second = named["linear1.weight"], named["linear2.weight"]
    return {
        "weight1_rows": first.shape[0],
        "weight1_columns": first.shape[1],
        "weight2_rows": second.shape[0],
        "weight2_columns": second.shape[1],
        "weights_1": first.numel(),
        "bias_1": named["linear1.bias"].numel(),
        "weights_2": second.numel(),
        "bias_2": named["linear2.bias"].numel(),
        "parameter_count": sum(p.numel() for p in named.values()),
    }


@harness.experiment(
    metrics={
        "keys": "fixed",
        "named_by_attribute_and_kind": "fixed",
        "ordered_dict": "fixed",
        "difference_before_loading": "fixed",
        "difference_after_loading": "fixed",
        "other_structure_raises": "fixed",
    },
    backends=["torch"],
)
def mlp_state(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """What a state dict holds, and whether it brings a network back from a file."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
    model, other = perceptron(setup), perceptron(setup)
    state, file, x = model.state_dict(), io.BytesIO(), setup.normal(setup.rows, setup.inputs)
    before = difference(model(x), other(x))
    torch.save(state, file)
    file.seek(0)
    other.load_state_dict(torch.load(file))
    wider = perceptron(setup, setup.units + 1)
    names = ["linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias"]
    return {
        "keys": len(state),
        "named_by_attribute_and_kind": list(state) == names,
        "ordered_dict": isinstance(state, OrderedDict),
        "difference_before_loading": before,
        "difference_after_loading": difference(model(x), other(x)),
        "other_structure_raises": raises(lambda: wider.load_state_dict(state)),
    }


@harness.experiment(
    metrics={
        "difference": "fixed",
        "parameter_count": "fixed",
        "second_input_raises": "fixed",
        "matrix_product_difference": "fixed",
    },
    backends=["torch"],
)
def mlp_sequential(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """The same network as ``nn.Sequential``, and its first layer as a matrix product."""
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
    model: Any = perceptron(setup)
    x = setup.normal(setup.rows, setup.inputs)
    one, two = model.linear1, model.linear2
    chain = nn.Sequential(nn.Flatten(), one, nn.ReLU(), two)
    by_hand = torch.mm(x, one.weight.t()) + one.bias
    largest = float(one(x).detach().abs().max())
    return {
        "difference": difference(model(x), chain(x)),
        "parameter_count": sum(p.numel() for p in chain.parameters()),
        "second_input_raises": raises(lambda: chain(x, x)),
        "matrix_product_difference": difference(by_hand, one(x)) / largest,
    }


@harness.experiment(
    metrics={
        "parameters_of_layer": "fixed",
        "state_of_layer": "fixed",
        "parameters_of_linear": "fixed",
        "parameters_of_conv2d": "fixed",
        "difference": "fixed",
        "sequential_refuses_function": "fixed",
        "least": "fixed",
        "zero_share": "fixed",
        "positive_changed": "fixed",
        "negative_kept": "fixed",
    },
    backends=["torch"],
)
def relu_forms(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784
) -> Mapping[str, float]:
    """ReLU as a layer and as a function."""
    from torch import nn
    from torch.nn import functional

    setup = Setup(rng, device, rows=rows, inputs=inputs)
    layer, x = nn.ReLU(), setup.normal(setup.rows, setup.inputs)
    function: Any = functional.relu
    y = function(x)
    return {
        "parameters_of_layer": sum(p.numel() for p in layer.parameters()),
        "state_of_layer": len(layer.state_dict()),
        "parameters_of_linear": len(list(nn.Linear(2, 2).parameters())),
        "parameters_of_conv2d": len(list(nn.Conv2d(1, 1, 2).parameters())),
        "difference": difference(layer(x), y),
        "sequential_refuses_function": raises(lambda: nn.Sequential(nn.Linear(2, 2), function)),
        "least": float(y.min()),
        "zero_share": float((y == 0).double().mean()),
        "positive_changed": float((y[x > 0] != x[x > 0]).sum()),
        "negative_kept": float((y[x < 0] != 0).sum()),
    }


@harness.experiment(
    metrics={
        "negative_share": "real",
        "row_sum_off_one": "fixed",
        "softmax_row_sum_off_one": "fixed",
        "softmax_least": "fixed",
        "difference_from_softmax": "fixed",
        "difference_from_picked_logit": "fixed",
    },
    backends=["torch"],
)
def logits(
    rng: Generator,
    device: str,
    rows: int = 64,
    inputs: int = 784,
    outputs: int = 10,
    units: int = 32,
) -> Mapping[str, float]:
    """What a network puts out, and what ``cross_entropy`` does with it."""
    from torch.nn import functional

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs, units=units)
    model, x, y = perceptron(setup), setup.normal(setup.rows, setup.inputs), setup.labels()
    raw = model(x)
    probabilities = raw.softmax(dim=1)
    logarithms = functional.nll_loss(probabilities.log(), y)
    picked = raw.logsumexp(dim=1) - raw.gather(1, y[:, None]).squeeze(1)
    loss = functional.cross_entropy(raw, y)
    return {
        "negative_share": float((raw < 0).double().mean()),
        "row_sum_off_one": float((raw.sum(dim=1) - 1).abs().max()),
        "softmax_row_sum_off_one": float((probabilities.sum(dim=1) - 1).abs().max()),
        "softmax_least": float(probabilities.min()),
        "difference_from_softmax": float((loss - logarithms).abs() / loss),
        "difference_from_picked_logit": float((loss - picked.mean()).abs() / loss),
    }


@harness.experiment(
    metrics={
        "index_raises": "fixed",
        "index_is_int64": "fixed",
        "float_index_raises": "fixed",
        "one_hot_raises": "fixed",
        "integer_one_hot_raises": "fixed",
        "one_hot_difference": "fixed",
        "index_bytes": "fixed",
        "one_hot_bytes": "fixed",
        "numbers_ratio": "fixed",
    },
    backends=["torch"],
)
def label_formats(
    rng: Generator, device: str, rows: int = 64, outputs: int = 10
) -> Mapping[str, float]:
    """Which labels ``cross_entropy`` takes, and what they cost in memory."""
    import torch
    from torch.nn import functional

    setup = Setup(rng, device, rows=rows, outputs=outputs)
    raw, y = setup.normal(setup.rows, setup.outputs), setup.labels()
    hot = functional.one_hot(y, setup.outputs)
    loss = functional.cross_entropy(raw, y)
    return {
        "index_raises": raises(lambda: functional.cross_entropy(raw, y)),
        "index_is_int64": y.dtype == torch.int64,
        "float_index_raises": raises(lambda: functional.cross_entropy(raw, y.float())),
        "one_hot_raises": raises(lambda: functional.cross_entropy(raw, hot.float())),
        "integer_one_hot_raises": raises(lambda: functional.cross_entropy(raw, hot)),
        "one_hot_difference": _one_hot_difference(raw, hot, loss),
        "index_bytes": y.element_size(),
        "one_hot_bytes": hot.float()[0].nbytes,
        "numbers_ratio": hot[0].numel() / y[0].numel(),
    }


def _one_hot_difference(raw: torch.Tensor, hot: torch.Tensor, loss: torch.Tensor) -> float:
    """Return how far the loss of one-hot rows is from that of indices; -1 if they are refused."""
    from torch.nn import functional

    try:
        return float((functional.cross_entropy(raw, hot.float()) - loss).abs() / loss)
    except (RuntimeError, TypeError, ValueError):
        return -1.0

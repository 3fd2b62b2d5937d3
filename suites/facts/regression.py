"""Scenarios of linear regression written by hand and with ``nn.Linear``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

import harness
from suites.facts.outcomes import difference, raises
from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch

LR = 0.1


def _backward(loss: torch.Tensor) -> None:
    loss.backward()  # type: ignore[no-untyped-call]


@harness.experiment(
    metrics={
        "untransposed_raises": "fixed",
        "output_rows": "fixed",
        "output_columns": "fixed",
        "layer_difference": "fixed",
        "functional_difference": "fixed",
        "input_major_difference": "fixed",
        "weight_is_contiguous": "fixed",
    },
    backends=["torch"],
)
def manual_model(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """``x @ w.t() + b`` by hand: which products fit, and how far ``nn.Linear`` is from it."""
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    x = setup.normal(setup.rows, setup.inputs)
    w, b = setup.normal(setup.outputs, setup.inputs), setup.normal(setup.outputs)
    by_hand, layer = x @ w.t() + b, nn.Linear(setup.inputs, setup.outputs).to(setup.device)
    with torch.no_grad():
        layer.weight.copy_(w)
        layer.bias.copy_(b)
    return {
        "untransposed_raises": raises(lambda: x @ w),
        "output_rows": by_hand.shape[0],
        "output_columns": by_hand.shape[1],
        "layer_difference": difference(layer(x), by_hand),
        "functional_difference": difference(nn.functional.linear(x, w, b), by_hand),
        "input_major_difference": difference(x @ w.t().contiguous() + b, by_hand),
        "weight_is_contiguous": layer.weight.is_contiguous(),
    }


@harness.experiment(
    metrics={"prediction_error": "fixed", "weight_error": "fixed"},
    backends=["torch"],
)
def mean_squared_error(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784
) -> Mapping[str, float]:
    """Gradients by prediction and by weight, of autograd and of the formulas.

    One output, N = `rows`: ``2 / N * (prediction - target)`` and that times the input, summed.
    """
    setup = Setup(rng, device, rows=rows, inputs=inputs)
    x, y = setup.normal(setup.rows, setup.inputs).double(), setup.normal(setup.rows, 1).double()
    w = setup.normal(1, setup.inputs).double().requires_grad_()
    prediction = x @ w.t()
    prediction.retain_grad()
    wrong = prediction - y
    _backward((wrong**2).mean())
    assert prediction.grad is not None
    assert w.grad is not None
    formula = 2 / setup.rows * wrong.detach()
    return {
        "prediction_error": difference(prediction.grad, formula),
        "weight_error": difference(w.grad, formula.t() @ x),
    }


@harness.experiment(
    metrics={
        "operations": "fixed",
        "in_order": "fixed",
        "operations_of_layer": "fixed",
        "gradients_filled": "fixed",
    },
    backends=["torch"],
)
def graph_of_regression(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """The operations behind the loss of a line by hand, from the loss to the product.

    ``in_order``: whether they are mean, power, subtraction, addition, product. ``operations``
    leaves out the transposition and the leaves; with ``nn.Linear`` product and sum are one.
    """
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    x, y = setup.normal(setup.rows, setup.inputs), setup.normal(setup.rows, setup.outputs)
    w = setup.normal(setup.outputs, setup.inputs).requires_grad_()
    b = setup.normal(setup.outputs).requires_grad_()
    layer = nn.Linear(setup.inputs, setup.outputs).to(setup.device)
    loss = ((x @ w.t() + b - y) ** 2).mean()
    names = _operations(loss)
    _backward(loss)
    return {
        "operations": len(names),
        "in_order": names == ["Mean", "Pow", "Sub", "Add", "Mm"],
        "operations_of_layer": len(_operations(((layer(x) - y) ** 2).mean())),
        "gradients_filled": sum(leaf.grad is not None for leaf in (w, b)),
    }


def _operations(loss: torch.Tensor) -> list[str]:
    """Return the operations from the loss down to the leaves, transpositions left out."""
    names: list[str] = []
    node: Any = loss.grad_fn
    while node is not None:
        names.append(node.name().removesuffix("Backward0"))
        parents = [parent for parent, _ in node.next_functions if parent is not None]
        # Leaves end in AccumulateGrad; the way down is the input that is itself an operation.
        node = next((parent for parent in parents if "Accumulate" not in parent.name()), None)
    return [name for name in names if name != "T"]


@harness.experiment(
    metrics={"weight": "fixed", "bias": "fixed", "last_over_first_loss": "fixed"},
    backends=["torch"],
)
def short_script(rng: Generator, device: str, rows: int = 64) -> Mapping[str, float]:
    """A layer, an optimizer and a loop of loss, backward, step and zero_grad, on y = 2x + 1."""
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows)
    model = nn.Linear(1, 1).to(setup.device)
    optimizer = torch.optim.SGD(model.parameters(), lr=LR)
    losses = []
    for _ in range(setup.rows):
        x = setup.normal(16, 1)
        loss = ((model(x) - (2 * x + 1)) ** 2).mean()
        _backward(loss)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(float(loss))
    return {
        "weight": float(model.weight),
        "bias": float(model.bias),
        "last_over_first_loss": losses[-1] / losses[0],
    }


@harness.experiment(
    metrics={"linear": "fixed", "dropout": "positive", "batch_norm": "positive"},
    backends=["torch"],
)
def linear_modes(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Outputs in training and evaluation mode: of a linear layer, with dropout, with batch norm."""
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    x = setup.normal(setup.rows, setup.inputs)

    def change(*layers: nn.Module) -> float:
        model = nn.Sequential(*layers).to(setup.device)
        return difference(model.train()(x), model.eval()(x))

    return {
        "linear": change(nn.Linear(setup.inputs, setup.outputs)),
        "dropout": change(nn.Linear(setup.inputs, setup.outputs), nn.Dropout(0.5)),
        "batch_norm": change(nn.Linear(setup.inputs, setup.outputs), nn.BatchNorm1d(setup.outputs)),
    }


@harness.experiment(
    metrics={
        "gradient_is_none": "fixed",
        "optimizer_raises": "fixed",
        "weight_change": "fixed",
        "alone_backward_raises": "fixed",
        "data_requires_grad": "fixed",
    },
    backends=["torch"],
)
def forgotten_requires_grad(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784
) -> Mapping[str, float]:
    """A weight without ``requires_grad`` beside a bias with it: gradient, optimizer, update."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs)
    x, y = setup.normal(setup.rows, setup.inputs), setup.normal(setup.rows, 1)
    w, b = setup.normal(1, setup.inputs), setup.normal(1).requires_grad_()
    before = w.clone()
    optimizer = torch.optim.SGD([w, b], lr=LR)
    _backward(((x @ w.t() + b - y) ** 2).mean())
    return {
        "gradient_is_none": w.grad is None,
        "optimizer_raises": raises(optimizer.step),
        "weight_change": difference(w, before),
        "alone_backward_raises": raises(lambda: _backward(((x @ w.t() - y) ** 2).mean())),
        "data_requires_grad": x.requires_grad,
    }


@harness.experiment(
    metrics={
        "raises": "fixed",
        "nan_share_of_weights": "fixed",
        "nan_share_of_parameters": "fixed",
        "isnan_any": "fixed",
        "anomaly_mode_raises": "fixed",
    },
    backends=["torch"],
)
def one_nan(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """One nan in one input of a batch, and one step: what is left of the parameters."""
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    layer = nn.Linear(setup.inputs, setup.outputs).to(setup.device)
    x, y = setup.normal(setup.rows, setup.inputs), setup.normal(setup.rows, setup.outputs)
    x[0, 0] = float("nan")
    optimizer = torch.optim.SGD(layer.parameters(), lr=LR)

    def step() -> None:
        loss = ((layer(x) - y) ** 2).mean()
        _backward(loss)

    silent = raises(step)
    optimizer.step()
    everything = torch.cat([p.detach().ravel() for p in layer.parameters()])
    with torch.autograd.set_detect_anomaly(True, check_nan=True):
        found = raises(step)
    return {
        "raises": silent,
        "nan_share_of_weights": float(layer.weight.isnan().double().mean()),
        "nan_share_of_parameters": float(everything.isnan().double().mean()),
        "isnan_any": bool(torch.isnan(x).any()),
        "anomaly_mode_raises": found,
    }


@harness.experiment(
    metrics={"exists": "fixed", "relative_error": "fixed"},
    backends=["torch"],
)
def learning_rate_gradient(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784
) -> Mapping[str, float]:
    """The loss after one step of descent, differentiated by the learning rate of that step."""
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs)
    x, y = setup.normal(setup.rows, setup.inputs).double(), setup.normal(setup.rows, 1).double()

    def after(lr: torch.Tensor) -> torch.Tensor:
        w = torch.zeros(1, setup.inputs, dtype=torch.float64, device=setup.device)
        w.requires_grad_()
        loss = ((x @ w.t() - y) ** 2).mean()
        (slope,) = torch.autograd.grad(loss, w)
        found: torch.Tensor = ((x @ (w - lr * slope).t() - y) ** 2).mean()
        return found

    lr = torch.tensor(0.01, dtype=torch.float64, device=setup.device, requires_grad=True)
    (gradient,) = torch.autograd.grad(after(lr), lr)
    measured = (after(lr + 1e-6) - after(lr - 1e-6)) / 2e-6
    return {
        "exists": bool(gradient.abs() > 0),
        "relative_error": abs(float(gradient / measured) - 1),
    }

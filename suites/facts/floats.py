"""Scenarios of numbers and weights: precision, underflow, first draws, library operations."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

import harness
from suites.facts.setups import Setup

if TYPE_CHECKING:
    import torch

TINY = 1e-5
LOSS_SCALE = 2.0**16
"""Where torch.amp.GradScaler starts."""


@harness.experiment(
    metrics={
        "float32_is_default": "fixed",
        "float32_bytes": "fixed",
        "float64_bytes": "fixed",
        "float32_digits": "fixed",
        "float64_digits": "fixed",
        "float32_largest_exponent": "fixed",
    },
    backends=["torch"],
)
def precision() -> Mapping[str, float]:
    """Bytes, decimal digits and largest number of the floating-point types, and the default."""
    import torch

    single, double = torch.finfo(torch.float32), torch.finfo(torch.float64)
    return {
        "float32_is_default": torch.zeros(1).dtype == torch.float32,
        "float32_bytes": torch.zeros(1, dtype=torch.float32).element_size(),
        "float64_bytes": torch.zeros(1, dtype=torch.float64).element_size(),
        "float32_digits": -math.log10(single.eps),
        "float64_digits": -math.log10(double.eps),
        "float32_largest_exponent": math.floor(math.log10(single.max)),
    }


@harness.experiment(
    metrics={
        "float32_factors": "fixed",
        "float64_factors": "fixed",
        "float16_gradient": "fixed",
        "scaled_over_true": "fixed",
    },
    backends=["torch"],
)
def underflow() -> Mapping[str, float]:
    """Factors of 1e-5 until a product is zero, and a small float16 gradient with a scaled loss."""
    import torch

    def factors(dtype: torch.dtype) -> int:
        product, count = torch.tensor(1.0, dtype=dtype), 0
        while product > 0:
            product, count = product * TINY, count + 1
        return count

    def gradient(scale: float) -> float:
        w = torch.tensor(1.0, dtype=torch.float16, requires_grad=True)
        loss = (w * 2.0**-14).float() * 2.0**-13 * scale
        loss.backward()  # type: ignore[no-untyped-call]
        assert w.grad is not None
        return float(w.grad) / scale

    return {
        "float32_factors": factors(torch.float32),
        "float64_factors": factors(torch.float64),
        "float16_gradient": gradient(1.0),
        "scaled_over_true": gradient(LOSS_SCALE) / 2.0**-27,
    }


@harness.experiment(
    metrics={
        "uniform_positive_share": "fixed",
        "uniform_mean": "fixed",
        "normal_positive_share": "fixed",
        "normal_mean": "fixed",
        "uniform_positive_outputs": "fixed",
        "normal_positive_outputs": "real",
        "normal_variance_gain": "real",
        "gradient_sign_agreement": "real",
    },
    backends=["torch"],
)
def first_weights(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Weights by ``rand`` and ``randn``: signs, means, and the outputs of a layer of them.

    Outputs are those of N(0, 1) inputs put through ReLU, so none is negative.
    ``gradient_sign_agreement`` is the share of d loss / d weight with the sign of
    d loss / d input of that weight's input, weights by ``rand``.
    """
    import torch

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    shape = (setup.outputs, setup.inputs)
    uniform, normal = torch.rand(shape), torch.randn(shape)
    x = setup.normal(setup.rows, setup.inputs).cpu()
    deviations = {"uniform": uniform, "normal": normal}
    results = {name: x.relu() @ w.t() for name, w in deviations.items()}
    return {
        "uniform_positive_share": float((uniform >= 0).double().mean()),
        "uniform_mean": float(uniform.mean()),
        "normal_positive_share": float((normal > 0).double().mean()),
        "normal_mean": float(normal.mean()),
        "uniform_positive_outputs": float((results["uniform"] > 0).double().mean()),
        "normal_positive_outputs": float((results["normal"] > 0).double().mean()),
        "normal_variance_gain": float((x @ normal.t()).var() / x.var()),
        "gradient_sign_agreement": _sign_agreement(uniform, x),
    }


def _sign_agreement(weight: torch.Tensor, x: torch.Tensor) -> float:
    weight, x = weight.clone().requires_grad_(), x[:1].clone().requires_grad_()
    ((x @ weight.t()) ** 2).mean().backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None
    assert x.grad is not None
    return float((weight.grad.sign() == x.grad.sign()).double().mean())


@harness.experiment(
    metrics={
        "xavier_over_plain": "fixed",
        "xavier_over_root_two": "fixed",
        "kaiming_over_formula": "fixed",
        "default_over_kaiming": "fixed",
    },
    backends=["torch"],
)
def init_formulas(
    rng: Generator, device: str, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Standard deviations of torch's schemes, over the formulas they are said to have.

    ``xavier_over_plain``: over ``1 / sqrt(in + out)``; ``xavier_over_root_two``: over
    ``sqrt(2 / (in + out))``; ``kaiming_over_formula``: over ``sqrt(2 / in)``;
    ``default_over_kaiming``: ``nn.Linear`` over ``sqrt(2 / in)``.
    """
    import torch
    from torch import nn

    setup = Setup(rng, device, inputs=inputs, outputs=outputs)
    empty = torch.empty(setup.outputs, setup.inputs)
    xavier = float(nn.init.xavier_normal_(empty.clone()).std())
    kaiming = float(nn.init.kaiming_normal_(empty.clone(), nonlinearity="relu").std())
    default = float(nn.Linear(setup.inputs, setup.outputs).weight.detach().std())
    both, he = math.sqrt(setup.inputs + setup.outputs), math.sqrt(2 / setup.inputs)
    return {
        "xavier_over_plain": xavier * both,
        "xavier_over_root_two": xavier * both / math.sqrt(2),
        "kaiming_over_formula": kaiming / he,
        "default_over_kaiming": default / he,
    }


@harness.experiment(
    metrics={"default": "real", "kaiming_linear": "fixed", "standard_normal": "real"},
    backends=["torch"],
)
def variance_through_layer(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Variance of a linear layer's outputs over that of its N(0, 1) inputs, by first weights."""
    import torch
    from torch import nn

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    x = setup.normal(setup.rows, setup.inputs).cpu()

    def gain(fill: Callable[[torch.Tensor], Any]) -> float:
        weight = torch.empty(setup.outputs, setup.inputs)
        fill(weight)
        return float((x @ weight.t()).var() / x.var())

    return {
        "default": gain(lambda w: w.copy_(nn.Linear(setup.inputs, setup.outputs).weight.detach())),
        "kaiming_linear": gain(lambda w: nn.init.kaiming_normal_(w, nonlinearity="linear")),
        "standard_normal": gain(lambda w: w.normal_()),
    }


@harness.experiment(
    metrics={
        "functional_operations": "fixed",
        "functional_is_addmm": "fixed",
        "operator_operations": "fixed",
    },
    backends=["torch"],
)
def dispatched(
    rng: Generator, device: str, rows: int = 64, inputs: int = 784, outputs: int = 10
) -> Mapping[str, float]:
    """Operations that ``F.linear`` and ``x @ w.t() + b`` send to the library, views left out."""
    from torch.nn import functional

    setup = Setup(rng, device, rows=rows, inputs=inputs, outputs=outputs)
    x, w = setup.normal(setup.rows, setup.inputs), setup.normal(setup.outputs, setup.inputs)
    b = setup.normal(setup.outputs)
    functional_names = _recorded(lambda: functional.linear(x, w, b))
    operators = _recorded(lambda: x @ w.t() + b)
    return {
        "functional_operations": len(functional_names),
        "functional_is_addmm": functional_names == ["addmm"],
        "operator_operations": len(operators),
    }


def _recorded(action: Callable[[], Any]) -> list[str]:
    from torch.utils._python_dispatch import TorchDispatchMode

    names: list[str] = []

    class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
        def __torch_dispatch__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            names.append(function._schema.name.removeprefix("aten::"))
            return function(*args, **(kwargs or {}))

    with Recorder():  # type: ignore[no-untyped-call]
        action()
    return [name for name in names if name != "t"]

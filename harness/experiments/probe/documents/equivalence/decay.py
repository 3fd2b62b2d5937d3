"""Weight decay in the update rule against a penalty in the loss, on a linear regression.

Ten steps with learning rate 0.01; ``amount`` is the strength of the decay.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from harness.experiments.probe.documents import numeric
from harness.experiments.probe.documents.equivalence.pair import Inputs, Pair, gradient

if TYPE_CHECKING:
    import torch

STEPS, LR = 10, 0.01


def _problem(inputs: Inputs) -> tuple[Any, Any, Any]:
    weight = inputs.weights(inputs.units, inputs.x.shape[1])
    return inputs.x, inputs.normal(len(inputs.x), inputs.units), weight


def sgd_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """``(1 - lr * decay) * W - lr * g``; ``W - lr * (g + decay * W)``."""
    x, y, decayed = _problem(inputs)
    penalised = decayed.copy()
    for _ in range(STEPS):
        decayed = (1 - LR * inputs.amount) * decayed - LR * _slope(decayed, x, y)
        penalised = penalised - LR * (_slope(penalised, x, y) + inputs.amount * penalised)
    return decayed, penalised


def _slope(weight: Any, x: Any, y: Any) -> Any:
    """Return the gradient of half the mean squared error of a row."""
    return (x @ weight.T - y).T @ x / len(x)


def _torch_pair(optimizer: str) -> Pair:
    """An optimizer's own ``weight_decay``; the penalty in the loss of its plain form."""

    def ways(inputs: Inputs) -> tuple[Any, Any]:
        plain = optimizer.removesuffix("W")  # the plain form of AdamW is Adam
        decayed = _trained(inputs.afresh(), optimizer, 0.0, weight_decay=inputs.amount)
        return decayed, _trained(inputs.afresh(), plain, inputs.amount)

    return {"torch": ways}


def _trained(inputs: Inputs, optimizer: str, penalty: float, **options: float) -> torch.Tensor:
    import torch

    x, y, start = (inputs.put(array) for array in _problem(inputs))
    weight = start.requires_grad_()
    rule = getattr(torch.optim, optimizer)([weight], lr=LR, **options)
    for _ in range(STEPS):
        error = 0.5 * (x @ weight.T - y).square().sum() / len(x)
        loss = error + 0.5 * penalty * weight.square().sum()
        (weight.grad,) = torch.autograd.grad(loss, weight)
        rule.step()
    return weight.detach()


def _shrink(inputs: Inputs) -> tuple[Any, Any]:
    """One step of SGD with decay on a zero gradient; ``amount`` times the weight."""
    weight = inputs.normal(inputs.units, inputs.features)
    decay = (1 - inputs.amount) / LR
    return weight - LR * (0 * weight + decay * weight), inputs.amount * weight


def _shrink_torch(inputs: Inputs) -> tuple[Any, Any]:
    import torch

    start = inputs.normal(inputs.units, inputs.features)
    weight = inputs.put(start, grad=True)
    weight.grad = torch.zeros_like(weight)
    torch.optim.SGD([weight], lr=LR, weight_decay=(1 - inputs.amount) / LR).step()
    return weight, inputs.put(start) * inputs.amount


def _penalty(reference: Callable[[Inputs, Any], Any]) -> Pair:
    """The derivative of ``amount / 2 * sum(W**2)``; what it is said to be."""

    def on_numpy(inputs: Inputs) -> tuple[Any, Any]:
        weight = inputs.normal(inputs.units, inputs.features)
        slope = numeric.complex_step(lambda z: 0.5 * inputs.amount * z**2, weight)
        return slope, reference(inputs, weight)

    def on_torch(inputs: Inputs) -> tuple[Any, Any]:
        weight = inputs.put(inputs.normal(inputs.units, inputs.features), grad=True)
        loss = 0.5 * inputs.amount * weight.square().sum()
        return gradient(loss, weight), reference(inputs, weight)

    return {"numpy": on_numpy, "torch": on_torch}


PAIRS: Mapping[str, Pair] = {
    "decay_and_penalty_sgd": {"numpy": sgd_numpy, **_torch_pair("SGD")},
    "decay_and_penalty_adam": _torch_pair("Adam"),
    "decay_and_penalty_adamw": _torch_pair("AdamW"),
    "penalty_gradient": _penalty(lambda inputs, weight: inputs.amount * weight),
    "penalty_gradient_twice": _penalty(lambda _, weight: 2 * weight),
    "shrinking": {"numpy": _shrink, "torch": _shrink_torch},
}

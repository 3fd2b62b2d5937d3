"""Weight decay in the update rule against a penalty in the loss, on a linear regression.

Ten steps with learning rate 0.01; ``amount`` is the strength of the decay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.random import Generator

from harness.datasets.parts import Parts
from harness.datasets.scaling import Scaler
from harness.types import Array
from suites.equivalence.ways import Inputs, apart, gradient, on_both, on_torch
from suites.facts import numeric

if TYPE_CHECKING:
    import torch

STEPS, LR = 10, 0.01
Problem = tuple[Array, Array, Array]
"""Examples (N, D), targets (N, H), first weights (H, D)."""


@on_both
def decay_and_penalty_sgd(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
    amount: float = 0.5,
) -> Mapping[str, float]:
    """``(1 - lr * decay) * W - lr * g``; ``W - lr * (g + decay * W)``."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    if backend == "torch":
        return _by_torch(inputs, units, "SGD", amount)
    x, y, decayed = _problem(inputs, units)
    penalised = decayed.copy()
    for _ in range(STEPS):
        decayed = (1 - LR * amount) * decayed - LR * _slope(decayed, x, y)
        penalised = penalised - LR * (_slope(penalised, x, y) + amount * penalised)
    return apart(decayed, penalised)


@on_torch
def decay_and_penalty_adam(
    rng: Generator,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
    amount: float = 0.5,
) -> Mapping[str, float]:
    """Adam with its own ``weight_decay``; Adam on the loss with the penalty."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    return _by_torch(inputs, units, "Adam", amount)


@on_torch
def decay_and_penalty_adamw(
    rng: Generator,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
    amount: float = 0.5,
) -> Mapping[str, float]:
    """AdamW; Adam on the loss with the penalty."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    return _by_torch(inputs, units, "AdamW", amount)


def _problem(inputs: Inputs, units: int) -> Problem:
    weight = inputs.weights(units, inputs.width)
    return inputs.x, inputs.normal(len(inputs.x), units), weight


def _slope(weight: Any, x: Any, y: Any) -> Any:
    """Return the gradient of half the mean squared error of a row."""
    return (x @ weight.T - y).T @ x / len(x)


def _by_torch(inputs: Inputs, units: int, optimizer: str, amount: float) -> Mapping[str, float]:
    """An optimizer's own ``weight_decay``; the penalty in the loss of its plain form."""
    plain = optimizer.removesuffix("W")  # the plain form of AdamW is Adam
    problem = _problem(inputs, units)
    decayed = _trained(inputs, problem, optimizer, 0.0, weight_decay=amount)
    return apart(decayed, _trained(inputs, problem, plain, amount))


def _trained(
    inputs: Inputs, problem: Problem, optimizer: str, penalty: float, **options: float
) -> torch.Tensor:
    import torch

    x, y, start = (inputs.put(array) for array in problem)
    weight = start.requires_grad_()
    rule = getattr(torch.optim, optimizer)([weight], lr=LR, **options)
    for _ in range(STEPS):
        error = 0.5 * (x @ weight.T - y).square().sum() / len(x)
        loss = error + 0.5 * penalty * weight.square().sum()
        weight.grad = gradient(loss, weight)
        rule.step()
    return weight.detach()


@on_both
def shrinking(
    rng: Generator,
    backend: str,
    device: str,
    features: int = 20,
    units: int = 16,
    amount: float = 0.5,
) -> Mapping[str, float]:
    """One step of SGD with decay on a zero gradient; ``amount`` times the weight."""
    inputs = Inputs(rng, device)
    start, decay = inputs.normal(units, features), (1 - amount) / LR
    if backend == "numpy":
        return apart(start - LR * (0 * start + decay * start), amount * start)
    import torch

    weight = inputs.put(start, grad=True)
    weight.grad = torch.zeros_like(weight)
    torch.optim.SGD([weight], lr=LR, weight_decay=decay).step()
    return apart(weight, inputs.put(start) * amount)


@on_both
def penalty_gradient(
    rng: Generator,
    backend: str,
    device: str,
    features: int = 20,
    units: int = 16,
    amount: float = 0.5,
) -> Mapping[str, float]:
    """The derivative of ``amount / 2 * sum(W**2)``; ``amount * W``."""
    weight, slope = _penalised(Inputs(rng, device), backend, (units, features), amount)
    return apart(slope, amount * weight)


@on_both
def penalty_gradient_twice(
    rng: Generator,
    backend: str,
    device: str,
    features: int = 20,
    units: int = 16,
    amount: float = 0.5,
) -> Mapping[str, float]:
    """The derivative of ``amount / 2 * sum(W**2)``; ``2 * W``."""
    weight, slope = _penalised(Inputs(rng, device), backend, (units, features), amount)
    return apart(slope, 2 * weight)


def _penalised(
    inputs: Inputs, backend: str, shape: tuple[int, int], amount: float
) -> tuple[Any, Any]:
    """Return weights and the derivative of their penalty."""
    drawn = inputs.normal(*shape)
    if backend == "numpy":
        return drawn, numeric.complex_step(lambda z: 0.5 * amount * z**2, drawn)
    weight = inputs.put(drawn, grad=True)
    return weight, gradient(0.5 * amount * weight.square().sum(), weight)

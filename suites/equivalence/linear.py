"""Linear layers forwards and backwards: formulas by hand against the library.

A formula for a derivative is held against one that knows no formula: autograd, or the complex
step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.random import Generator

from harness.backends.numpy_backend.layers import Linear, ReLU
from harness.datasets.parts import Parts
from harness.datasets.scaling import Scaler
from suites.equivalence.ways import Inputs, apart, gradient, on_both
from suites.facts import numeric


@on_both
def linear_by_hand(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
) -> Mapping[str, float]:
    """``x @ W.T + b``; the linear layer of the library."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    x, weight = inputs.x, inputs.weights(units, inputs.width)
    bias = inputs.normal(units)
    if backend == "numpy":
        layer = Linear({"weight": weight, "bias": bias})
        return apart(x @ weight.T + bias, layer.forward(x, training=False)[0])
    from torch.nn import functional

    there = [inputs.put(array) for array in (x, weight, bias)]
    return apart(there[0] @ there[1].T + there[2], functional.linear(*there))


@on_both
def stacked_linear(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
    classes: int = 10,
) -> Mapping[str, float]:
    """Two linear layers without an activation; one with the product of their matrices."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    x = inputs.x
    first, second = inputs.weights(units, inputs.width), inputs.weights(classes, units)
    if backend == "numpy":
        layers = [Linear({"weight": weight}) for weight in (first, second)]
        hidden = layers[0].forward(x, training=False)[0]
        return apart(layers[1].forward(hidden, training=False)[0], x @ (second @ first).T)
    from torch.nn import functional

    z, a, b = (inputs.put(array) for array in (x, first, second))
    return apart(functional.linear(functional.linear(z, a), b), functional.linear(z, b @ a))


@on_both
def bias_gradient(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
) -> Mapping[str, float]:
    """The sum of delta over examples; d loss / d b."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    return _derivative(inputs, backend, units, "bias", lambda part: part["delta"].sum(0))


@on_both
def weight_gradient(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
) -> Mapping[str, float]:
    """``delta.T @ x``; d loss / d W."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    return _derivative(inputs, backend, units, "weight", lambda part: part["delta"].T @ part["x"])


@on_both
def input_gradient(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    units: int = 16,
) -> Mapping[str, float]:
    """``delta @ W``; d loss / d x."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    return _derivative(inputs, backend, units, "x", lambda part: part["delta"] @ part["weight"])


def _derivative(
    inputs: Inputs,
    backend: str,
    units: int,
    name: str,
    formula: Callable[[Mapping[str, Any]], Any],
) -> Mapping[str, float]:
    """Hold a formula against d loss / d `name`; delta is d loss / d output, (N, H)."""
    part = {"x": inputs.x, "weight": inputs.weights(units, inputs.width)}
    part["bias"] = inputs.normal(units)
    part["delta"] = inputs.normal(len(inputs.x), units)
    if backend == "numpy":
        reference = numeric.complex_step(lambda z: _loss({**part, name: z}), part[name])
        return apart(formula(part), reference)
    leaves = {key: inputs.put(value, grad=True) for key, value in part.items()}
    return apart(formula(leaves), gradient(_loss(leaves), leaves[name]))


def _loss(part: Mapping[str, Any]) -> Any:
    """A loss whose derivative by the layer's output is delta."""
    return ((part["x"] @ part["weight"].T + part["bias"]) * part["delta"]).sum()


@on_both
def relu_mask(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
) -> Mapping[str, float]:
    """Incoming gradient times ``x > 0``; the backward pass of the library's ReLU."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    x, delta = inputs.x, inputs.normal(*inputs.x.shape)
    if backend == "numpy":
        _, cache = ReLU().forward(x, training=True)
        return apart(delta * (x > 0), ReLU().backward(delta.copy(), cache))
    z, d = inputs.put(x, grad=True), inputs.put(delta)
    return apart(d * (z > 0), gradient((z.relu() * d).sum(), z))


@on_both
def local_derivative(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
) -> Mapping[str, float]:
    """Incoming gradient times the local derivative of tanh; the derivative of the whole."""
    inputs = Inputs(rng, device, examples, features, data=data, scaler=scaler)
    x, delta = inputs.x, inputs.normal(*inputs.x.shape)
    if backend == "numpy":
        whole = numeric.complex_step(lambda z: np.tanh(z) * delta, x)
        return apart(delta * (1 - np.tanh(x) ** 2), whole)
    z, d = inputs.put(x, grad=True), inputs.put(delta)
    return apart(d * (1 - z.tanh() ** 2), gradient((z.tanh() * d).sum(), z))

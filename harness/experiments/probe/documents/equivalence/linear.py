"""Linear layers forwards and backwards: formulas by hand against the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.backends.numpy_backend.layers import Linear, ReLU
from harness.experiments.probe.documents import numeric
from harness.experiments.probe.documents.equivalence.pair import Inputs, Pair, gradient

Formula = Callable[..., Any]
"""``formula(x, weight, bias, delta)`` by keyword, delta = d loss / d output, (N, H)."""


def by_hand_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """``x @ W.T + b``; the linear layer of the NumPy backend."""
    x, weight, bias = inputs.x, inputs.weights(inputs.units, _width(inputs)), _bias(inputs)
    layer = Linear({"weight": weight, "bias": bias})
    return x @ weight.T + bias, layer.forward(x, training=False)[0]


def by_hand_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same against ``functional.linear``."""
    from torch.nn import functional

    x, weight = inputs.put(inputs.x), inputs.put(inputs.weights(inputs.units, _width(inputs)))
    bias = inputs.put(_bias(inputs))
    return x @ weight.T + bias, functional.linear(x, weight, bias)


def stacked_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """Two linear layers without an activation; one with the product of their matrices."""
    first, second = _two(inputs)
    layers = [Linear({"weight": weight}) for weight in (first, second)]
    hidden = layers[0].forward(inputs.x, training=False)[0]
    return layers[1].forward(hidden, training=False)[0], inputs.x @ (second @ first).T


def stacked_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same with ``functional.linear``."""
    from torch.nn import functional

    first, second = (inputs.put(weight) for weight in _two(inputs))
    x = inputs.put(inputs.x)
    stacked = functional.linear(functional.linear(x, first), second)
    return stacked, functional.linear(x, second @ first)


def _width(inputs: Inputs) -> int:
    return int(inputs.x.shape[1])


def _bias(inputs: Inputs) -> Any:
    return inputs.normal(inputs.units)


def _two(inputs: Inputs) -> tuple[Any, Any]:
    first = inputs.weights(inputs.units, _width(inputs))
    return first, inputs.weights(inputs.classes, inputs.units)


def _loss(x: Any, weight: Any, bias: Any, delta: Any) -> Any:
    """A loss whose derivative by the layer's output is `delta`."""
    return ((x @ weight.T + bias) * delta).sum()


def _parts(inputs: Inputs) -> dict[str, Any]:
    return {
        "x": inputs.x,
        "weight": inputs.weights(inputs.units, _width(inputs)),
        "bias": _bias(inputs),
        "delta": inputs.normal(len(inputs.x), inputs.units),
    }


def _backward(name: str, formula: Formula) -> Pair:
    """A formula for d loss / d `name` against a derivative that knows no formula."""

    def on_numpy(inputs: Inputs) -> tuple[Any, Any]:
        parts = _parts(inputs)
        reference = numeric.complex_step(lambda z: _loss(**{**parts, name: z}), parts[name])
        return formula(**parts), reference

    def on_torch(inputs: Inputs) -> tuple[Any, Any]:
        parts = {key: inputs.put(value, grad=True) for key, value in _parts(inputs).items()}
        return formula(**parts), gradient(_loss(**parts), parts[name])

    return {"numpy": on_numpy, "torch": on_torch}


def relu_mask_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """Incoming gradient times ``x > 0``; the backward pass of the NumPy backend's ReLU."""
    x, delta = inputs.x, inputs.normal(*inputs.x.shape)
    _, cache = ReLU().forward(x, training=True)
    return delta * (x > 0), ReLU().backward(delta.copy(), cache)


def relu_mask_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same, by autograd."""
    import torch

    x, delta = inputs.put(inputs.x, grad=True), inputs.put(inputs.normal(*inputs.x.shape))
    return delta * (x > 0), gradient((torch.relu(x) * delta).sum(), x)


def golden_numpy(inputs: Inputs) -> tuple[Any, Any]:
    """Incoming gradient times the local derivative of tanh; the derivative of the whole."""
    x, delta = inputs.x, inputs.normal(*inputs.x.shape)
    whole = numeric.complex_step(lambda z: np.tanh(z) * delta, x)
    return delta * (1 - np.tanh(x) ** 2), whole


def golden_torch(inputs: Inputs) -> tuple[Any, Any]:
    """The same, by autograd."""
    import torch

    x, delta = inputs.put(inputs.x, grad=True), inputs.put(inputs.normal(*inputs.x.shape))
    return delta * (1 - torch.tanh(x) ** 2), gradient((torch.tanh(x) * delta).sum(), x)


PAIRS: Mapping[str, Pair] = {
    "linear_by_hand": {"numpy": by_hand_numpy, "torch": by_hand_torch},
    "stacked_linear": {"numpy": stacked_numpy, "torch": stacked_torch},
    "bias_gradient": _backward("bias", lambda x, weight, bias, delta: delta.sum(0)),  # noqa: ARG005
    "weight_gradient": _backward("weight", lambda x, weight, bias, delta: delta.T @ x),  # noqa: ARG005
    "input_gradient": _backward("x", lambda x, weight, bias, delta: delta @ weight),  # noqa: ARG005
    "relu_mask": {"numpy": relu_mask_numpy, "torch": relu_mask_torch},
    "local_derivative": {"numpy": golden_numpy, "torch": golden_torch},
}

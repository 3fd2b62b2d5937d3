"""Gradients of one large batch against those of several small ones, for a softmax classifier."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numpy.random import Generator

from harness.backends.numpy_backend.layers import Linear
from harness.backends.numpy_backend.losses import LOSSES
from harness.datasets.parts import Parts
from harness.datasets.scaling import Scaler
from suites.equivalence.ways import Inputs, apart, gradient, on_both

WHOLE = slice(None)
Slope = Callable[[slice, float], Any]
"""The gradient of the mean loss of some rows times a number."""


@on_both
def accumulated_gradients(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    classes: int = 10,
    batches: int = 4,
) -> Mapping[str, float]:
    """Sum of the gradients of the batches, each loss divided by their number; of all rows."""
    inputs = Inputs(rng, device, examples, features, classes, data, scaler)
    slope, rows = _slope(inputs, backend, classes), _slices(inputs, batches)
    return apart(sum(slope(one, 1 / len(rows)) for one in rows), slope(WHOLE, 1.0))


@on_both
def accumulated_unscaled(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    classes: int = 10,
    batches: int = 4,
) -> Mapping[str, float]:
    """Sum of the gradients of the batches; gradient of all rows."""
    inputs = Inputs(rng, device, examples, features, classes, data, scaler)
    slope = _slope(inputs, backend, classes)
    return apart(sum(slope(one, 1.0) for one in _slices(inputs, batches)), slope(WHOLE, 1.0))


@on_both
def scaled_loss(
    rng: Generator,
    backend: str,
    device: str,
    data: Parts | None = None,
    scaler: Scaler | None = None,
    examples: int = 32,
    features: int = 20,
    classes: int = 10,
    batches: int = 4,
) -> Mapping[str, float]:
    """Gradient of the loss divided by the number of batches; the gradient divided by it."""
    inputs = Inputs(rng, device, examples, features, classes, data, scaler)
    slope = _slope(inputs, backend, classes)
    return apart(slope(WHOLE, 1 / batches), slope(WHOLE, 1.0) / batches)


def _slices(inputs: Inputs, batches: int) -> list[slice]:
    """Cut the rows into batches."""
    size = len(inputs.x) // batches
    return [slice(start, start + size) for start in range(0, len(inputs.x), size)]


def _slope(inputs: Inputs, backend: str, classes: int) -> Slope:
    x, labels = inputs.x, inputs.labels
    weight = inputs.weights(classes, inputs.width)
    if backend == "numpy":
        layer = Linear({"weight": weight})

        def by_layer(rows: slice, scale: float) -> Any:
            _, delta = LOSSES["cross_entropy"](x[rows] @ weight.T, labels[rows])
            return layer.gradients(delta * scale, x[rows])["weight"]

        return by_layer
    from torch.nn import functional

    leaf, z, y = inputs.put(weight, grad=True), inputs.put(x), inputs.put(labels)

    def by_autograd(rows: slice, scale: float) -> Any:
        return gradient(functional.cross_entropy(z[rows] @ leaf.T, y[rows]) * scale, leaf)

    return by_autograd

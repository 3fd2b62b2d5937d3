"""One large batch against several small ones, for a linear softmax classifier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from harness.backends.numpy_backend.layers import Linear
from harness.backends.numpy_backend.losses import LOSSES
from harness.experiments.probe.documents.equivalence.pair import Inputs, Pair, Ways, gradient


def _slices(inputs: Inputs, *, uneven: bool = False) -> list[slice]:
    """Cut the rows into batches; `uneven` makes them larger, so that the last is smaller."""
    n = len(inputs.x)
    size = -(-2 * n // (2 * inputs.batches - 1)) if uneven else n // inputs.batches
    size += uneven and n % size == 0
    return [slice(start, start + size) for start in range(0, n, size)]


class _Host:
    """Loss and gradient by the NumPy backend."""

    def __init__(self, inputs: Inputs) -> None:
        self._x, self._y = inputs.x, inputs.labels
        self._w = inputs.weights(inputs.classes, inputs.x.shape[1])

    def loss(self, rows: slice) -> Any:
        return self._both(rows)[0]

    def gradient(self, rows: slice, scale: float = 1.0) -> Any:
        layer, delta = Linear({"weight": self._w}), self._both(rows)[1]
        return layer.gradients(delta * scale, self._x[rows])["weight"]

    def _both(self, rows: slice) -> tuple[Any, Any]:
        return LOSSES["cross_entropy"](self._x[rows] @ self._w.T, self._y[rows])


class _Tensors:
    """Loss and gradient by autograd."""

    def __init__(self, inputs: Inputs) -> None:
        self._x, self._y = inputs.put(inputs.x), inputs.put(inputs.labels)
        self._w = inputs.put(inputs.weights(inputs.classes, inputs.x.shape[1]), grad=True)

    def loss(self, rows: slice) -> Any:
        from torch.nn import functional

        return functional.cross_entropy(self._x[rows] @ self._w.T, self._y[rows])

    def gradient(self, rows: slice, scale: float = 1.0) -> Any:
        return gradient(self.loss(rows) * scale, self._w)


Model = _Host | _Tensors
WHOLE = slice(None)


def _pair(ways: Any) -> Pair:
    def on(model: type[_Host] | type[_Tensors]) -> Ways:
        return lambda inputs: ways(inputs, model(inputs))

    return {"numpy": on(_Host), "torch": on(_Tensors)}


def accumulated(inputs: Inputs, model: Model) -> tuple[Any, Any]:
    """Sum of the gradients of the batches, each loss divided by their number; of all rows."""
    rows = _slices(inputs)
    return sum(model.gradient(r, 1 / len(rows)) for r in rows), model.gradient(WHOLE)


def accumulated_unscaled(inputs: Inputs, model: Model) -> tuple[Any, Any]:
    """Sum of the gradients of the batches; gradient of all rows."""
    return sum(model.gradient(r) for r in _slices(inputs)), model.gradient(WHOLE)


def scaled_loss(inputs: Inputs, model: Model) -> tuple[Any, Any]:
    """Gradient of the loss divided by the number of batches; the gradient divided by it."""
    return model.gradient(WHOLE, 1 / inputs.batches), model.gradient(WHOLE) / inputs.batches


def averaged(inputs: Inputs, model: Model) -> tuple[Any, Any]:
    """Plain mean of the losses of equal batches; loss of all rows."""
    return _mean(inputs, model, _slices(inputs)), inputs.host(model.loss(WHOLE))


def averaged_uneven(inputs: Inputs, model: Model) -> tuple[Any, Any]:
    """Plain mean of the losses where the last batch is smaller; loss of all rows."""
    return _mean(inputs, model, _slices(inputs, uneven=True)), inputs.host(model.loss(WHOLE))


def weighted_uneven(inputs: Inputs, model: Model) -> tuple[Any, Any]:
    """Mean of those losses weighted by the batches' sizes; loss of all rows."""
    rows = _slices(inputs, uneven=True)
    sizes = [len(inputs.x[r]) for r in rows]
    losses = list(_losses(inputs, model, rows))
    return np.average(losses, weights=sizes), inputs.host(model.loss(WHOLE))


def _mean(inputs: Inputs, model: Model, rows: list[slice]) -> Any:
    return np.mean(list(_losses(inputs, model, rows)))


def _losses(inputs: Inputs, model: Model, rows: list[slice]) -> Iterator[Any]:
    return (inputs.host(model.loss(r)) for r in rows)


PAIRS: Mapping[str, Pair] = {
    "accumulated_gradients": _pair(accumulated),
    "accumulated_unscaled": _pair(accumulated_unscaled),
    "scaled_loss": _pair(scaled_loss),
    "averaged_batch_losses": _pair(averaged),
    "averaged_uneven_losses": _pair(averaged_uneven),
    "weighted_uneven_losses": _pair(weighted_uneven),
}

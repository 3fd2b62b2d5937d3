"""What an operation makes of the shapes it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

import harness
from harness.types import Array

REFUSALS = (RuntimeError, ValueError, TypeError)
"""What libraries raise for shapes that do not fit."""
Shapes = Sequence[Sequence[int]]


@harness.experiment(
    metrics={
        "fails": "fixed",
        "message": "fixed",
        "rank": "fixed",
        "elements": "fixed",
        "dim_*": "fixed",
        "shared_*": "fixed",
        "loss": "positive",
        "true_loss": "positive",
        "loss_ratio": "positive",
    },
    backends=["numpy", "torch"],
)
def broadcast(
    rng: Generator,
    backend: str,
    device: str,
    shapes: Shapes,
    operation: str = "add",
    correlation: float = 0.99,
    message: str = "",
) -> Mapping[str, float]:
    """Carry out one operation on operands of given shapes.

    Of a result: ``rank``, ``dim_<i>``, ``elements``, and ``shared_<i>``, whether what the second
    operand did is the same all along dimension i. Of a refusal: ``fails`` = 1, and ``message`` = 1
    if the library said exactly `message`. ``squared_error`` compares predictions (first shape) with
    targets (second shape), both N(0, 1) with a given correlation: ``loss`` is the mean over what
    broadcasting made of them, ``true_loss`` the mean over the pairs.

    Parameters
    ----------
    shapes : sequence of sequence of int
        Of the operands, in order; ``[]`` is a scalar.
    operation : str
        A name of `OPERATIONS`. ``none`` looks at the first operand itself; ``linear`` is
        ``x @ W.T`` (``+ b`` with a third shape).
    correlation : float
        Of predictions and targets.
    message : str
        An error message to hold a refusal against.
    """
    drawn = _operands(rng, shapes, operation, correlation)
    try:
        result = _host(OPERATIONS[operation](*(_put(one, backend, device) for one in drawn)))
    except REFUSALS as error:
        return {"fails": 1.0, "message": float(bool(message) and message in str(error))}
    metrics = {"fails": 0.0, **_shape(result), **_shared(operation, drawn, result)}
    return {**metrics, **_losses(drawn, result)} if operation == "squared_error" else metrics


def _operands(rng: Generator, shapes: Shapes, operation: str, correlation: float) -> list[Array]:
    """Draw float32 operands: whole numbers, so that sums are exact; or predictions, targets."""
    if operation == "squared_error":
        return _related(rng, *shapes, correlation=correlation)
    return [rng.integers(-9, 10, size=shape).astype(np.float32) for shape in shapes]


def _related(
    rng: Generator, prediction: Sequence[int], target: Sequence[int], *, correlation: float
) -> list[Array]:
    y = rng.standard_normal(int(np.prod(target)))
    own = rng.standard_normal(int(np.prod(prediction)))
    x = correlation * np.resize(y, own.shape) + np.sqrt(1 - correlation**2) * own
    return [a.astype(np.float32).reshape(s) for a, s in ((x, prediction), (y, target))]


def _put(array: Array, backend: str, device: str) -> Any:
    if backend == "numpy":
        return array
    import torch

    return torch.from_numpy(np.asarray(array, order="C")).to(device)


def _host(result: Any) -> Array:
    return np.asarray(result.cpu() if hasattr(result, "cpu") else result)


def _linear(x: Any, weight: Any, bias: Any = 0.0) -> Any:
    return x @ weight.T + bias


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "none": lambda x: x,
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a * b,
    "matmul": lambda a, b: a @ b,
    "linear": _linear,
    "squared_error": lambda prediction, target: (prediction - target) ** 2,
}


def _shape(result: Array) -> dict[str, float]:
    sides = {f"dim_{i}": float(size) for i, size in enumerate(result.shape)}
    return {"rank": float(result.ndim), "elements": float(result.size), **sides}


def _shared(operation: str, operands: list[Array], result: Array) -> dict[str, float]:
    if operation != "add":
        return {}
    change = result - operands[0]
    return {
        f"shared_{i}": float((change == change.take([0], axis=i)).all())
        for i in range(result.ndim)
        if result.shape[i]
    }


def _losses(operands: list[Array], squares: Array) -> dict[str, float]:
    prediction, target = (operand.ravel().astype(np.float64) for operand in operands)
    loss = float(squares.mean(dtype=np.float64))
    if prediction.size != target.size:
        return {"loss": loss}
    true = float(np.mean((prediction - target) ** 2))
    return {"loss": loss, "true_loss": true, "loss_ratio": loss / true if true else float("inf")}

"""Probe ``broadcast``: what an operation makes of the shapes it is given.

``[params] shapes`` are those of its operands. Of a result: ``rank``, ``dim_<i>``, ``elements``,
and ``shared_<i>``, whether what the second operand did is the same all along dimension i. Of a
refusal: ``fails`` = 1, and ``message`` = 1 if the library said exactly ``[params] message``.
``squared_error`` compares predictions (first shape) with targets (second shape), both N(0, 1)
with a given correlation: ``loss`` is the mean over what broadcasting made of them, ``true_loss``
the mean over the pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np
from pydantic import Field, NonNegativeInt

from harness.config.settings import Settings
from harness.config.table import Table
from harness.experiments.experiment import Context
from harness.experiments.probe.probe import Probe
from harness.types import Array, Outcome

Operation = Literal["none", "add", "multiply", "matmul", "linear", "squared_error"]
REFUSALS = (RuntimeError, ValueError, TypeError)
"""What libraries raise for shapes that do not fit."""


class Params(Table):
    """``[params]``.

    Attributes
    ----------
    shapes
        Of the operands, in order; ``[]`` is a scalar.
    operation
        ``none`` looks at the first operand itself; ``linear`` is ``x @ W.T`` (``+ b`` with a
        third shape).
    correlation
        Of predictions and targets, for ``squared_error``.
    message
        An error message to hold a refusal against.
    """

    shapes: tuple[tuple[NonNegativeInt, ...], ...]
    operation: Operation = "add"
    correlation: float = Field(default=0.99, ge=0.0, lt=1.0)
    message: str = ""


def run(context: Context, params: Params) -> Outcome:
    """Carry out one operation on operands drawn from the ``probe`` stream."""
    drawn = _operands(context, params)
    handles = [context.backend.put(array, context.device) for array in drawn]
    try:
        result = context.backend.array(OPERATIONS[params.operation](*handles))
    except REFUSALS as error:
        said = bool(params.message) and params.message in str(error)
        return Outcome(metrics={"fails": 1.0, "message": float(said)})
    metrics = {"fails": 0.0, **_shape(result), **_shared(params, drawn, result)}
    if params.operation == "squared_error":
        metrics |= _losses(drawn, result)
    return Outcome(metrics=metrics)


def _operands(context: Context, params: Params) -> list[Array]:
    """Draw float32 operands: whole numbers, so that sums are exact; or predictions, targets."""
    rng = context.streams.generator("probe")
    if params.operation == "squared_error":
        return _related(params, rng)
    return [rng.integers(-9, 10, size=shape).astype(np.float32) for shape in params.shapes]


def _related(params: Params, rng: np.random.Generator) -> list[Array]:
    prediction, target = params.shapes
    y = rng.standard_normal(int(np.prod(target)))
    own = rng.standard_normal(int(np.prod(prediction)))
    shared = params.correlation * np.resize(y, own.shape)
    x = shared + np.sqrt(1 - params.correlation**2) * own
    return [a.astype(np.float32).reshape(s) for a, s in ((x, prediction), (y, target))]


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


def _shared(params: Params, operands: list[Array], result: Array) -> dict[str, float]:
    if params.operation != "add":
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


def _produces(settings: Settings, params: Params) -> frozenset[str]:  # noqa: ARG001
    rank = max((len(shape) for shape in params.shapes), default=0)
    names = {"fails", "message", "rank", "elements", *(f"dim_{i}" for i in range(rank))}
    if params.operation == "add":
        names |= {f"shared_{i}" for i in range(rank)}
    if params.operation == "squared_error":
        names |= {"loss", "true_loss", "loss_ratio"}
    return frozenset(names)


PROBE = Probe("broadcast", run, _produces, params=Params, kinds={"*loss*": "positive"})

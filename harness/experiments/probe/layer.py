"""Probe ``layer``: what the layers of ``[model]`` make of a given matrix, in either mode.

Beside the outputs it reports by which mean and standard deviation every column, and every row,
was normalised, found from outside: ``center`` and ``scale`` of the straight line from output back
to input, ``input = center + scale * output``.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from pydantic import Field, field_validator

from harness.backends.initial import initial_weights
from harness.backends.protocol import Network
from harness.config.experiments import Settings
from harness.config.layers import Layer
from harness.config.model import Model, lay
from harness.config.table import Table
from harness.config.train import Train
from harness.errors import BatchTooSmall, UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe import Probe
from harness.types import Array, Outcome

FEW = 24
"""Outputs up to which each is a metric of its own."""


class Params(Table):
    """``[params]``.

    Attributes
    ----------
    inputs
        Rows of numbers, one per example.
    mode
        ``train`` takes batch statistics and drops units; ``eval`` does not.
    warm
        Passes over `inputs` in training mode beforehand, which move running statistics.
    precision
        What everything is computed in.
    """

    inputs: tuple[tuple[float, ...], ...]
    mode: Literal["train", "eval"] = "eval"
    warm: int = Field(default=0, ge=0)
    precision: Literal["float32", "float64"] = "float32"

    @field_validator("inputs")
    @classmethod
    def _matrix(cls, rows: tuple[tuple[float, ...], ...]) -> tuple[tuple[float, ...], ...]:
        if len({len(row) for row in rows}) != 1 or not rows[0]:
            raise ValueError("must be rows of equal length, at least one number each")
        return rows


def run(context: Context, params: Params) -> Outcome:
    """Pass the matrix through the layers.

    A training batch that batch normalisation refuses is a result, ``raised = 1``.
    """
    x = np.array(params.inputs, dtype=params.precision)
    network, handle = _network(context, params), context.backend.put(x, context.device)
    try:
        for _ in range(params.warm):
            network.predict(handle, training=True)
        out = network.predict(handle, training=params.mode == "train")
    except BatchTooSmall:
        return Outcome(metrics={"raised": 1.0})
    return Outcome(metrics={"raised": 0.0, **describe(x, context.backend.array(out))})


def _network(context: Context, params: Params) -> Network:
    placed = lay(_layers(context.settings.model), (len(params.inputs[0]),))
    init = context.settings.model.init if context.settings.model else None
    assert init is not None  # `_layers` has refused a missing model
    weights = initial_weights(placed, init, context.streams.generator("init"))
    train = Train(loss="mse", steps=1, dtype=params.precision)
    dropout = context.streams.generator("dropout")
    return context.backend.network(placed, weights, train, context.device, dropout)


def _layers(model: Model | None) -> tuple[Layer, ...]:
    if model is None or model.layers is None:
        raise UsageError("probe 'layer' must be given [model] layers, got none")
    return model.layers


def describe(x: Array, out: Array) -> dict[str, float]:
    """Return the outputs, their means and deviations by row and column, and the lines back.

    Deviations divide by the number of values, as normalisation does. Lines are left out where
    input and output differ in shape.
    """
    out, x = out.astype(np.float64), x.astype(np.float64)
    metrics = {"finite": float(np.isfinite(out).all())}
    if out.size <= FEW:
        metrics |= {f"out_{i}_{j}": float(v) for (i, j), v in np.ndenumerate(out)}
    for name, columns, sources in (("column", out.T, x.T), ("row", out, x)):
        for i, values in enumerate(columns):
            metrics[f"{name}_mean_{i}"] = float(values.mean())
            metrics[f"{name}_std_{i}"] = float(values.std())
            if out.shape == x.shape:
                center, scale = line(values, sources[i])
                metrics |= {f"{name}_center_{i}": center, f"{name}_scale_{i}": scale}
    return metrics


def line(out: Array, x: Array) -> tuple[float, float]:
    """Return (center, scale) of the least-squares line ``x = center + scale * out``, (n,) each.

    Both are nan when the outputs do not differ.
    """
    variance = float(out.var())
    if not variance > 0:
        return float("nan"), float("nan")
    scale = float(np.mean((out - out.mean()) * (x - x.mean()))) / variance
    return float(x.mean() - scale * out.mean()), scale


def _produces(settings: Settings, params: Any) -> frozenset[str]:
    placed = lay(_layers(settings.model), (len(params.inputs[0]),))
    x = np.zeros((len(params.inputs), len(params.inputs[0])))
    out = np.zeros((len(x), placed[-1].shape_out[0]))
    return frozenset({"raised", *describe(x, out)})


PROBE = Probe(
    "layer",
    "what the layers of [model] make of a given matrix, in either mode",
    run,
    _produces,
    Params,
    requires=("model",),
)

"""Probe ``signal``: what becomes of N(0, 1) inputs, and of gradients, on the way through a network.

``[model]`` gives activation and initial weights; the network is `depth` hidden layers of `width`
units, or what ``hidden`` or ``layers`` say. The forward pass goes layer by layer, and the gradients
are those of the cross entropy with random labels. Layer k is the k-th with a weight matrix, and
`first_square` the mean square of what the first activation hands on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from pydantic import Field, PositiveInt

from harness.backends.initial import initial_weights
from harness.config.experiments import Settings
from harness.config.kinds import Kind
from harness.config.model import Model, PlacedLayer, place
from harness.config.table import Table
from harness.config.train import Train
from harness.errors import UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe import Probe
from harness.types import Array, Outcome, Series

STATISTICS = ("mean", "variance", "second_moment")
Curve = Literal[
    "mean",
    "variance",
    "second_moment",
    "activation_mean",
    "activation_variance",
    "activation_second_moment",
    "gain",
    "gradient_norm",
]
CURVES: tuple[Curve, ...] = get_args(Curve)


class Params(Table):
    """``[params]``.

    Attributes
    ----------
    width
        Features of an input, and units of a hidden layer.
    depth
        Hidden layers; 0 for those of ``[model]``.
    examples, classes
        Inputs drawn, and outputs of the last layer.
    precision
        What everything is computed in; statistics are taken in float64.
    curves
        The series to keep, of `CURVES`.
    """

    width: PositiveInt = 512
    depth: int = Field(default=5, ge=0)
    examples: PositiveInt = 256
    classes: PositiveInt = 10
    precision: Literal["float32", "float64"] = "float32"
    curves: tuple[Curve, ...] = CURVES


@dataclass
class Trace:
    """What was seen after every layer with a weight matrix, `outputs`, and before the next."""

    statistics: dict[str, list[float]] = field(default_factory=dict)
    finite: list[bool] = field(default_factory=list)
    narrow: list[bool] = field(default_factory=list)

    def note(self, prefix: str, values: Array) -> None:
        """Add mean, variance and second moment of an array of any shape, in float64."""
        wide = values.astype(np.float64)
        with np.errstate(all="ignore"):
            found = (wide.mean(), wide.var(), np.mean(wide**2))
        for name, value in zip(STATISTICS, found, strict=True):
            self.statistics.setdefault(prefix + name, []).append(float(value))

    def overflow(self, values: Array) -> None:
        """Note whether outputs, and their variance in their own precision, are finite."""
        with np.errstate(all="ignore"):
            self.narrow.append(bool(np.isfinite(values.var(dtype=values.dtype))))
        self.finite.append(bool(np.isfinite(values).all()))


def run(context: Context, params: Params) -> Outcome:
    """Send a batch forward and its gradients back."""
    placed = _placed(context.settings.model, params)
    init = _model(context.settings.model).init
    weights = initial_weights(placed, init, context.streams.generator("init"))
    rng = context.streams.generator("data")
    x = rng.standard_normal((params.examples, params.width)).astype(params.precision)
    labels = rng.integers(params.classes, size=params.examples)
    trace = _forward(context, params, placed, weights, x)
    norms = _backward(context, params, placed, weights, (x, labels))
    entering = float(np.mean(x.astype(np.float64) ** 2))
    series: dict[str, Series] = {
        name: Series(curve.x, [_short(y, params) for y in curve.y])
        for name, curve in _series(trace, norms, entering).items()
        if name in params.curves
    }
    return Outcome(metrics=_metrics(trace, norms), series=series)


def _short(value: float, params: Params) -> float:
    """Round to 9 digits where the network itself has no more, to keep records small."""
    return float(f"{value:.9g}") if params.precision == "float32" else value


def _model(model: Model | None) -> Model:
    if model is None:
        raise UsageError("probe 'signal' must be given [model], got none")
    return model


def _placed(model: Model | None, params: Params) -> tuple[PlacedLayer, ...]:
    model = _model(model)
    if params.depth:
        hidden = (params.width,) * params.depth
        model = model.model_copy(update={"hidden": hidden, "layers": None})
    return place(model, (params.width,), params.classes)


def _train(params: Params) -> Train:
    return Train(loss="cross_entropy", steps=1, dtype=params.precision)


def _forward(
    context: Context,
    params: Params,
    placed: Sequence[PlacedLayer],
    weights: Mapping[str, Array],
    x: Array,
) -> Trace:
    backend, trace = context.backend, Trace()
    dropout, handle = context.streams.generator("dropout"), backend.put(x, context.device)
    seen = False
    for step in placed:
        matrix = "weight" in step.params and len(step.params["weight"]) > 1
        if matrix and seen:
            trace.note("activation_", backend.array(handle))
        own = {name: value for name, value in weights.items() if name.startswith(f"{step.index}.")}
        one = backend.network([step], own, _train(params), context.device, dropout)
        handle = one.predict(handle)
        if matrix:
            seen = True
            values = backend.array(handle)
            trace.note("", values)
            trace.overflow(values)
    trace.note("activation_", backend.array(handle))
    return trace


def _backward(
    context: Context,
    params: Params,
    placed: Sequence[PlacedLayer],
    weights: Mapping[str, Array],
    batch: tuple[Array, Array],
) -> list[float]:
    """Return the norm of the gradient of every weight matrix."""
    backend, device = context.backend, context.device
    dropout = context.streams.generator("dropout")
    network = backend.network(placed, weights, _train(params), device, dropout)
    grads = network.gradients(*(backend.put(part, device) for part in batch))
    names = [f"{step.index}.weight" for step in placed if len(step.params.get("weight", ())) > 1]
    return [float(np.linalg.norm(grads[name].astype(np.float64))) for name in names]


def _metrics(trace: Trace, norms: Sequence[float]) -> dict[str, float]:
    # of the hidden layers, where there are any: the last layer is of another width
    hidden = slice(0, max(1, len(norms) - 1))
    variance = trace.statistics["variance"][hidden]
    moments = trace.statistics["activation_second_moment"][hidden]
    with np.errstate(all="ignore"):
        return {
            "overflow_layer": _first_false(trace.finite),
            "variance_overflow_layer": _first_false(trace.narrow),
            "first_square": moments[0],
            "variance_change": float(np.divide(variance[-1], variance[0])),
            "second_moment_change": float(np.divide(moments[-1], moments[0])),
            "gradient_share": float(np.divide(norms[0], norms[-1])),
        }


def _first_false(flags: Sequence[bool]) -> float:
    """Return the number of the first layer, from 1, whose flag is down; 0 when none is."""
    return float(flags.index(False) + 1) if False in flags else 0.0


def _series(trace: Trace, norms: Sequence[float], entering: float) -> dict[str, Series]:
    """Return curves over the layer; `gain` is its variance over the mean square of its input."""
    layers = [float(k + 1) for k in range(len(norms))]
    squares = [entering, *trace.statistics["activation_second_moment"][:-1]]
    with np.errstate(all="ignore"):
        gain = np.divide(trace.statistics["variance"], squares)
    curves = {**trace.statistics, "gradient_norm": list(norms), "gain": gain.tolist()}
    return {name: Series(layers, values) for name, values in curves.items()}


def _produces(settings: Settings, params: Any) -> frozenset[str]:  # noqa: ARG001
    metrics = {"overflow_layer", "variance_overflow_layer", "variance_change"}
    return frozenset(
        {*metrics, "second_moment_change", "gradient_share", "first_square", *params.curves}
    )


KINDS: Mapping[str, Kind] = {
    "*overflow_layer": "count",
    "*": "real",  # means over hundreds of units and inputs
}

PROBE = Probe(
    "signal",
    "what becomes of N(0, 1) inputs, and of gradients, on the way through a network",
    run,
    _produces,
    Params,
    requires=("model",),
    kinds=KINDS,
)

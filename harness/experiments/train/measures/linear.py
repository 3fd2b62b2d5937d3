"""Measures of linear networks: that they are one map, and how near a fitted plane is to the best.

The plane is a single linear layer with one output on regression targets, compared with the best fit
and with the plane that the data were drawn from; other networks give nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from harness.config.experiments import Settings
from harness.config.layers import Flatten, Linear, LogSoftmax, Sigmoid, Softmax
from harness.config.model import PlacedLayer
from harness.datasets.parts import flat
from harness.experiments.train.keep import is_line, line_metrics
from harness.experiments.train.measures.measure import Measure, Trained, Values, always, kinds
from harness.types import Array

Floats = NDArray[np.float64]
LINEAR = (Flatten, Linear)
LAST = (Sigmoid, Softmax, LogSoftmax)
"""Layers that may follow the last linear one: they turn its scores into probabilities."""


def collapse(trained: Trained) -> Values:
    """Return how far the scores lie from those of the product of the weights.

    ``collapse`` is the largest difference over the first block of training examples, relative to
    the largest sum of absolute terms behind a score, which bounds what rounding can do; the
    product is formed in float64. A sigmoid or softmax at the end is left out. None for other
    networks.
    """
    placed = _linear_part(trained.task.placed)
    if not all(isinstance(step.layer, LINEAR) for step in placed):
        return {}
    x, _, _ = next(trained.blocks())
    array = trained.context.backend.array
    outputs = array(trained.task.network.activations(x, len(placed))).astype(np.float64)
    wide = flat(array(x)).astype(np.float64)
    matrix, offset = _product(placed, trained.after)
    sizes, more = _product(placed, {name: np.abs(w) for name, w in trained.after.items()})
    apart = np.abs(outputs - (wide @ matrix.T + offset)).max()
    return {"collapse": float(apart / (np.abs(wide) @ sizes.T + more).max())}


def _linear_part(placed: tuple[PlacedLayer, ...]) -> tuple[PlacedLayer, ...]:
    return placed[:-1] if isinstance(placed[-1].layer, LAST) else placed


def _product(placed: tuple[PlacedLayer, ...], weights: Mapping[str, Array]) -> tuple[Array, Array]:
    """Return W (outputs, features) and b (outputs,) of the one map that the layers make up."""
    features = int(np.prod(placed[0].shape_in))
    matrix, offset = np.eye(features), np.zeros(features)
    for step in placed:
        if step.params:
            weight = weights[f"{step.index}.weight"].astype(np.float64)
            bias = weights.get(f"{step.index}.bias", np.zeros(len(weight)))
            matrix, offset = weight @ matrix, weight @ offset + bias
    return matrix, offset


def _collapse_names(settings: Settings) -> frozenset[str]:
    layers = kinds(settings)
    inner = layers[:-1] if layers and layers[-1] in LAST else layers
    return frozenset({"collapse"} if all(kind in LINEAR for kind in inner) else ())


def least_squares(trained: Trained) -> Values:
    """Return how far training is from the solution of least squares, which it approaches.

    ``least_squares_distance`` is the Euclidean distance of weights and bias from it,
    ``least_squares_loss`` the mean squared error there on the training examples, the smallest
    there is.
    """
    found = _parameters(trained)
    if found is None:
        return {}
    x, y = _examples(trained)
    wide = np.column_stack([x, np.ones(len(x))]) if len(found) > x.shape[1] else x
    best = np.linalg.lstsq(wide, y, rcond=None)[0]
    residual = y - wide @ best
    return {
        "least_squares_distance": float(np.linalg.norm(found - best)),
        "least_squares_loss": float(residual @ residual / len(y)),
    }


def parameter_error(trained: Trained) -> Values:
    """Return the Euclidean distance of weights and bias from those the data were drawn from.

    Only for ``generator = "linear"`` at ``scale = "raw"``, where the two can be compared.
    """
    found, data = _parameters(trained), trained.task.data
    table = data.synthetic
    if found is None or table is None or table.generator != "linear" or data.scale != "raw":
        return {}
    true = np.zeros(flat(trained.split.x_train).shape[1] + 1)
    true[: len(table.coefficients)], true[-1] = table.coefficients, table.intercept
    return {"parameter_error": float(np.linalg.norm(found - true[: len(found)]))}


def _parameters(trained: Trained) -> Floats | None:
    """Return the weights, then the bias if there is one; None for other networks."""
    placed = trained.task.placed
    if not is_line(placed) or np.issubdtype(trained.split.y_train.dtype, np.integer):
        return None
    return np.array(list(line_metrics(placed, trained.after).values()))


def _examples(trained: Trained) -> tuple[Floats, Floats]:
    """Return the training examples (n, d) and targets (n,), in float64."""
    split = trained.split
    x = flat(trained.task.scaler.apply(split.x_train, np.float64))
    return x, np.asarray(split.y_train, np.float64).ravel()


MEASURES = (
    Measure("collapse", collapse, _collapse_names),
    Measure("least_squares", least_squares, always("least_squares_distance", "least_squares_loss")),
    Measure("parameter_error", parameter_error, always("parameter_error")),
)

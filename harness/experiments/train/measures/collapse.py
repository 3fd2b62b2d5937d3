"""Measure ``collapse``: linear layers with nothing between them are one linear map."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.config.layers import Flatten, Linear, LogSoftmax, Sigmoid, Softmax
from harness.config.model import PlacedLayer
from harness.config.settings import Settings
from harness.datasets.parts import flat
from harness.experiments.train.measures.measure import Measure, Trained, Values, kinds
from harness.types import Array

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


def _names(settings: Settings) -> frozenset[str]:
    layers = kinds(settings)
    inner = layers[:-1] if layers and layers[-1] in LAST else layers
    return frozenset({"collapse"} if all(kind in LINEAR for kind in inner) else ())


MEASURES = (Measure("collapse", collapse, _names),)

"""Measures of layers and their units: how far they reach, what is off, equal, moved, or learns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.backends.protocol import Network
from harness.config.experiments import Settings
from harness.config.layers import Conv2d, Linear, ReLU
from harness.experiments.train.measures.measure import (
    Measure,
    Trained,
    Values,
    always,
    kinds,
    matrices,
)
from harness.types import Array

WEIGHTED = (Linear, Conv2d)


def hidden_range(trained: Trained) -> Values:
    """Return the outputs of the first layer with weights, before any activation.

    ``hidden_lowest`` and ``hidden_highest`` over all training examples and units,
    ``hidden_largest`` the larger of their sizes. Nothing where that layer is the last.
    """
    places = [i for i, p in enumerate(trained.task.placed) if isinstance(p.layer, WEIGHTED)]
    if len(places) < 2:
        return {}
    array, network = trained.context.backend.array, trained.task.network
    outputs = (array(network.activations(x, places[0] + 1)) for x, _, _ in trained.blocks())
    low, high = np.array([(z.min(), z.max()) for z in outputs], np.float64).T
    lowest, highest = float(low.min()), float(high.max())
    largest = max(abs(lowest), abs(highest))
    return {"hidden_lowest": lowest, "hidden_highest": highest, "hidden_largest": largest}


def _range_names(settings: Settings) -> frozenset[str]:
    deep = sum(kind in WEIGHTED for kind in kinds(settings)) > 1
    return frozenset({"hidden_lowest", "hidden_highest", "hidden_largest"} if deep else ())


def zero_activations(trained: Trained) -> Values:
    """Return the share of outputs of the first ReLU layer that are exactly 0."""
    end = next(iter(_ends(trained)), None)
    if end is None:
        return {}
    array, network = trained.context.backend.array, trained.task.network
    blocks = [(array(network.activations(x, end)), n) for x, _, n in trained.blocks()]
    total = sum(n for _, n in blocks)
    zeros = sum(float((output == 0).mean()) * n for output, n in blocks)
    return {"zero_activations": zeros / total}


def _ends(trained: Trained) -> list[int]:
    """Return how many layers there are up to each ReLU layer, and with it."""
    return [i + 1 for i, p in enumerate(trained.task.placed) if isinstance(p.layer, ReLU)]


def _zero_names(settings: Settings) -> frozenset[str]:
    return frozenset({"zero_activations"} if ReLU in kinds(settings) else ())


def layer_changes(trained: Trained) -> Values:
    """Return ``weight_change_<i>``, the largest change of a weight of the i-th layer, from 1."""
    pairs = zip(matrices(trained.before), matrices(trained.after), strict=True)
    return {
        f"weight_change_{i}": float(np.abs(after.astype(np.float64) - before).max())
        for i, (before, after) in enumerate(pairs, start=1)
    }


def _numbered(*names: str) -> Callable[[Settings], frozenset[str]]:
    """Return a `Measure.produces` of names that each layer with weights has, numbered from 1."""

    def produced(settings: Settings) -> frozenset[str]:
        layers = sum(kind in WEIGHTED for kind in kinds(settings))
        return frozenset(f"{name}_{i}" for name in names for i in range(1, layers + 1))

    return produced


def dead_units(trained: Trained) -> Values:
    """Return the share of units of each ReLU layer that are 0 on every training example.

    ``dead_units`` is that of the first ReLU layer, ``dead_units_<i>`` that of the i-th.
    """
    return {_name(i): _dead(trained, end) for i, end in enumerate(_ends(trained), start=1)}


def _dead(trained: Trained, end: int) -> float:
    """Return the share of outputs of the first `end` layers that are never positive."""
    array, network = trained.context.backend.array, trained.task.network
    alive = [array(network.activations(x, end)).any(axis=0) for x, _, _ in trained.blocks()]
    return 1.0 - float(np.any(alive, axis=0).mean())


def _name(position: int) -> str:
    return "dead_units" if position == 1 else f"dead_units_{position}"


def _dead_names(settings: Settings) -> frozenset[str]:
    return frozenset(_name(i) for i in range(1, kinds(settings).count(ReLU) + 1))


def distinct_units(trained: Trained) -> Values:
    """Return how many different rows the weights of the first layer have."""
    first = matrices(trained.after)[0]
    return {"distinct_units": float(len(np.unique(first.reshape(len(first), -1), axis=0)))}


def unit_spread(trained: Trained) -> Values:
    """Return how far the units of the first layer lie apart, relative to its largest weight.

    The largest distance of a weight from the mean over the units. Units that start equal stay
    equal to rounding only: a matrix product may sum the terms of each in another order.
    """
    first = matrices(trained.after)[0].astype(np.float64)
    largest = np.abs(first).max()
    apart = np.abs(first - first.mean(axis=0)).max()
    return {"unit_spread": float(apart / largest) if largest else 0.0}


def gradient_norms(trained: Trained) -> Values:
    """Return the norm of d loss / d W over all training examples, layer by layer.

    ``initial_gradient_norm_<i>`` at the initial weights and ``gradient_norm_<i>`` at the final
    ones, of the i-th layer with weights (from 1), in evaluation mode, penalties included.
    """
    networks = {
        "initial_gradient_norm": trained.initial_network(),
        "gradient_norm": trained.task.network,
    }
    return {
        f"{name}_{i}": float(np.linalg.norm(grad.astype(np.float64)))
        for name, network in networks.items()
        for i, grad in enumerate(matrices(_gradients(trained, network)), start=1)
    }


def _gradients(trained: Trained, network: Network) -> dict[str, Array]:
    """Return the gradients of the loss over all training examples, block by block."""
    summed = trained.task.train.reduction == "sum"
    whole = len(trained.split.x_train)
    total: dict[str, Array] = {}
    for x, y, size in trained.blocks():
        share = 1.0 if summed else size / whole
        for name, grad in network.gradients(x, y).items():
            total[name] = total.get(name, 0) + share * grad
    # The order of the layers: a backward pass may give them from the last to the first.
    return {name: total[name] for name in trained.after}


MEASURES = (
    Measure("unit_spread", unit_spread, always("unit_spread")),
    Measure("dead_units", dead_units, _dead_names),
    Measure("distinct_units", distinct_units, always("distinct_units")),
    Measure("hidden_range", hidden_range, _range_names),
    Measure("zero_activations", zero_activations, _zero_names),
    Measure("layer_changes", layer_changes, _numbered("weight_change")),
    Measure("gradient_norms", gradient_norms, _numbered("initial_gradient_norm", "gradient_norm")),
)

"""Measures of the first hidden layer: how far its inputs reach, how many units are off."""

from __future__ import annotations

import numpy as np

from harness.config.layers import Conv2d, Linear, ReLU
from harness.config.settings import Settings
from harness.experiments.train.measures.measure import Measure, Trained, Values, kinds, matrices

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
    ends = [i + 1 for i, p in enumerate(trained.task.placed) if isinstance(p.layer, ReLU)]
    if not ends:
        return {}
    array, network = trained.context.backend.array, trained.task.network
    blocks = [(array(network.activations(x, ends[0])), n) for x, _, n in trained.blocks()]
    total = sum(n for _, n in blocks)
    zeros = sum(float((output == 0).mean()) * n for output, n in blocks)
    return {"zero_activations": zeros / total}


def _zero_names(settings: Settings) -> frozenset[str]:
    return frozenset({"zero_activations"} if ReLU in kinds(settings) else ())


def layer_changes(trained: Trained) -> Values:
    """Return ``weight_change_<i>``, the largest change of a weight of the i-th layer, from 1."""
    pairs = zip(matrices(trained.before), matrices(trained.after), strict=True)
    return {
        f"weight_change_{i}": float(np.abs(after.astype(np.float64) - before).max())
        for i, (before, after) in enumerate(pairs, start=1)
    }


def _change_names(settings: Settings) -> frozenset[str]:
    layers = sum(kind in WEIGHTED for kind in kinds(settings))
    return frozenset(f"weight_change_{i}" for i in range(1, layers + 1))


MEASURES = (
    Measure("hidden_range", hidden_range, _range_names),
    Measure("zero_activations", zero_activations, _zero_names),
    Measure("layer_changes", layer_changes, _change_names),
)

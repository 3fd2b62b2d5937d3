"""Measures of hidden units: dead ones, and copies of each other."""

from __future__ import annotations

import numpy as np

from harness.config.layers import ReLU
from harness.config.settings import Settings
from harness.experiments.train.measures.measure import (
    Measure,
    Trained,
    Values,
    always,
    kinds,
    matrices,
)


def dead_units(trained: Trained) -> Values:
    """Return the share of units of each ReLU layer that are 0 on every training example.

    ``dead_units`` is that of the first ReLU layer, ``dead_units_<i>`` that of the i-th.
    """
    ends = [i + 1 for i, p in enumerate(trained.task.placed) if isinstance(p.layer, ReLU)]
    return {_name(i): _dead(trained, end) for i, end in enumerate(ends, start=1)}


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


MEASURES = (
    Measure("unit_spread", unit_spread, always("unit_spread")),
    Measure("dead_units", dead_units, _dead_names),
    Measure("distinct_units", distinct_units, always("distinct_units")),
)

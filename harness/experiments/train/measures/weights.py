"""Measures of weights: their size, how many are zero, those of inputs that never vary, biases."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from harness import datasets
from harness.config.experiments import Settings
from harness.config.layers import Linear
from harness.config.model import layers_of
from harness.datasets.dataset import Roots
from harness.datasets.parts import flat
from harness.experiments.train.measures.measure import Measure, Trained, Values, always, matrices
from harness.types import Array

SMALL = 1e-3
"""A weight below this share of the largest counts as zero."""
CLASSES = 10
"""Outputs assumed where the data set is not here to be asked."""


def _all(weights: Mapping[str, Array]) -> NDArray[np.float64]:
    """Return every weight, biases left out, as one float64 vector."""
    return np.concatenate([w.ravel().astype(np.float64) for w in matrices(weights)])


def weight_norm(trained: Trained) -> Values:
    """Return the Euclidean norms of all weights at the end, and of their change."""
    before, after = _all(trained.before), _all(trained.after)
    change = float(np.linalg.norm(after - before))
    return {"weight_norm": float(np.linalg.norm(after)), "weight_change": change}


def largest_weight(trained: Trained) -> Values:
    """Return the largest absolute weight."""
    return {"largest_weight": float(np.abs(_all(trained.after)).max())}


def zero_weights(trained: Trained) -> Values:
    """Return the shares of weights below `SMALL` times the largest, and of exact zeros."""
    size = np.abs(_all(trained.after))
    small = size < SMALL * size.max()
    zero = size == 0
    return {"zero_weights": float((small | zero).mean()), "exact_zeros": float(zero.mean())}


def unused_inputs(trained: Trained) -> Values:
    """Return what becomes of inputs that are 0 in every training example.

    ``unused_inputs`` counts them; ``unused_weight`` and ``unused_change`` are their largest
    absolute weight at the end and its largest change, nan where there are none.
    """
    first = next(p for p in trained.task.placed if p.params)
    if not isinstance(first.layer, Linear):
        return {}
    array = trained.context.backend.array
    used = np.any([flat(array(x)).any(axis=0) for x, _, _ in trained.blocks()], axis=0)
    name = f"{first.index}.weight"
    after, before = trained.after[name][:, ~used], trained.before[name][:, ~used]
    return {
        "unused_inputs": float(np.sum(~used)),
        "unused_weight": _largest(after),
        "unused_change": _largest(after - before),
    }


def _largest(values: Array) -> float:
    return float(np.abs(values).max()) if values.size else float("nan")


def biases(trained: Trained) -> Values:
    """Return the last layer's biases, ``bias_0`` ..., and ``bias_spread``, their range."""
    values = [value for name, value in trained.after.items() if name.endswith("bias")]
    if not values:
        return {}
    named = {f"bias_{k}": float(bias) for k, bias in enumerate(values[-1])}
    return {**named, "bias_spread": float(np.ptp(values[-1]))}


def _bias_names(settings: Settings) -> frozenset[str]:
    outputs = range(_outputs(settings))
    return frozenset({"bias_spread", *(f"bias_{k}" for k in outputs)})


def _outputs(settings: Settings) -> int:
    facts = datasets.facts(settings.data, Roots.find(None), {}) if settings.data else None
    outputs = facts.outputs if facts is not None else CLASSES
    layers = layers_of(settings.model, outputs) if settings.model else ()
    return next((layer.out for layer in reversed(layers) if isinstance(layer, Linear)), outputs)


MEASURES = (
    Measure("weight_norm", weight_norm, always("weight_norm", "weight_change")),
    Measure("largest_weight", largest_weight, always("largest_weight")),
    Measure("zero_weights", zero_weights, always("zero_weights", "exact_zeros")),
    Measure(
        "unused_inputs", unused_inputs, always("unused_inputs", "unused_weight", "unused_change")
    ),
    Measure("biases", biases, _bias_names),
)

"""Measures of what a trained network answers: gap, confidence, templates, all solved or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.config.experiments import Settings
from harness.config.layers import Flatten, Linear
from harness.datasets.parts import flat
from harness.experiments.train.measures.measure import (
    BLOCK_BYTES,
    Measure,
    Trained,
    Values,
    always,
    kinds,
)
from harness.types import Array


def _outputs(trained: Trained, x: Array) -> NDArray[np.float64]:
    """Return the outputs (n, outputs) of stored examples (n, *shape)."""
    task, backend = trained.task, trained.context.backend
    width = int(np.prod(x.shape[1:])) * np.dtype(task.train.dtype).itemsize
    size = max(1, BLOCK_BYTES // width)
    found = []
    for start in range(0, len(x), size):
        scaled = task.scaler.apply(x[start : start + size], task.train.dtype)
        here = backend.put(scaled, trained.context.device)
        found.append(backend.array(task.network.predict(here)).astype(np.float64))
    return np.concatenate(found)


def _probabilities(outputs: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    p: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return p


def _accuracy(trained: Trained, x: Array, y: Array) -> float:
    return float((_outputs(trained, x).argmax(axis=1) == np.asarray(y)).mean())


def generalization_gap(trained: Trained) -> Values:
    """Return training accuracy minus validation accuracy (test where there is no validation)."""
    split = trained.split
    held_out = (split.x_validation, split.y_validation)
    if not len(split.x_validation):
        held_out = (split.x_test, split.y_test)
    seen = _accuracy(trained, split.x_train, split.y_train)
    return {"generalization_gap": seen - _accuracy(trained, *held_out)}


def confidence(trained: Trained) -> Values:
    """Return how sure the softmax of the outputs is, on the test examples.

    ``confidence`` is the mean largest probability, ``lowest_probability`` the median over
    examples of the smallest.
    """
    p = _probabilities(_outputs(trained, trained.split.x_test))
    lowest = float(np.median(p.min(axis=1)))
    return {"confidence": float(p.max(axis=1).mean()), "lowest_probability": lowest}


def black_image(trained: Trained) -> Values:
    """Return the answer to an example of zeros, as stored: its label, and class 0's probability."""
    outputs = _outputs(trained, np.zeros_like(trained.split.x_train[:1]))
    return {
        "black_label": float(outputs[0].argmax()),
        "black_probability_0": float(_probabilities(outputs)[0, 0]),
    }


def templates(trained: Trained) -> Values:
    """Return how often a class's weights look most like that class's own mean example.

    Of a single linear layer: the share of rows whose correlation with the mean training
    example of a class, minus the mean of all, is largest for the row's own class.
    """
    placed = trained.task.placed
    if not _single([type(p.layer) for p in placed]):
        return {}
    rows = trained.after[f"{placed[-1].index}.weight"].astype(np.float64)
    x, y = flat(trained.split.x_train), np.asarray(trained.split.y_train)
    means = np.stack([x[y == k].mean(axis=0, dtype=np.float64) for k in range(len(rows))])
    likeness = _unit(rows) @ _unit(means - x.mean(axis=0, dtype=np.float64)).T
    return {"matched_templates": float((likeness.argmax(axis=1) == np.arange(len(rows))).mean())}


def _template_names(settings: Settings) -> frozenset[str]:
    return frozenset({"matched_templates"} if _single(kinds(settings)) else ())


def _single(layers: Sequence[type]) -> bool:
    """Whether a model is one linear layer, with or without a flattening before it."""
    return tuple(layers) in ((Flatten, Linear), (Linear,))


def _unit(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = rows - rows.mean(axis=1, keepdims=True)
    size: NDArray[np.float64] = np.linalg.norm(centred, axis=1, keepdims=True)
    unit: NDArray[np.float64] = centred / np.where(size > 0, size, 1.0)
    return unit


MIDDLE = 0.5
"""Between targets 0 and 1."""


def solved(trained: Trained) -> Values:
    """Return 1 if every training example is answered right, else 0.

    Of class labels the largest score must be the label's; of float targets, which must be 0 or 1
    for that, every output must lie on the side of 0.5 of its target.
    """
    backend, network = trained.context.backend, trained.task.network
    right = True
    for x, y, _ in trained.blocks():
        outputs, wanted = backend.array(network.predict(x)), backend.array(y)
        if np.issubdtype(wanted.dtype, np.integer):
            right &= bool((outputs.argmax(axis=1) == wanted).all())
        else:
            right &= bool(((outputs > MIDDLE) == (wanted > MIDDLE)).all())
    return {"solved": float(right)}


MEASURES = (
    Measure("generalization_gap", generalization_gap, always("generalization_gap")),
    Measure("confidence", confidence, always("confidence", "lowest_probability")),
    Measure("black_image", black_image, always("black_label", "black_probability_0")),
    Measure("templates", templates, _template_names),
    Measure("solved", solved, always("solved")),
)

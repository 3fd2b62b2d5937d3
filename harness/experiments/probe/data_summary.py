"""Probe ``data_summary``: what the examples of ``[data]`` look like, and what a constant achieves.

Counted on the host; `mean`, `std`, `smallest`, `largest` are of the training examples as scaled.
The metrics of a constant answer are those of the commonest training class on the test examples.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.config.experiments import Settings
from harness.datasets.parts import Parts, parts
from harness.datasets.scaling import BLOCK, Scaler
from harness.errors import Skip, UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe import NoParams, Probe
from harness.types import Array, Outcome

VALUES = ("n_train", "n_test", "mean", "std", "smallest", "largest", "zeros")
CLASSES = (
    "smallest_class",
    "largest_class",
    "majority_share",
    "constant_accuracy",
    "constant_macro_recall",
    "constant_macro_f1",
)


def run(context: Context, _: NoParams) -> Outcome:
    """Summarise the data.

    Raises
    ------
    Skip
        For backends other than NumPy, which would count the same.
    UsageError
        If the data set is missing.
    """
    if context.backend.name != "numpy":
        raise Skip(f"examples are counted in NumPy, not with the {context.backend.name} backend")
    data, dataset = context.settings.data, context.dataset
    if data is None or dataset is None:
        raise UsageError("the probe 'data_summary' must have a [data] table")
    split = parts(dataset, data)
    found = _values(split, Scaler.of(data, split))
    if np.issubdtype(split.y_train.dtype, np.integer):
        found |= _classes(np.asarray(split.y_train), np.asarray(split.y_test))
    return Outcome(metrics=found)


def _values(split: Parts, scaler: Scaler) -> dict[str, float]:
    x, total, squares, zeros = split.x_train, 0.0, 0.0, 0
    low, high = np.inf, -np.inf
    for start in range(0, len(x), BLOCK):
        block = scaler.apply(x[start : start + BLOCK], np.float64)
        total, squares = total + block.sum(), squares + np.square(block).sum()
        low, high = min(low, block.min()), max(high, block.max())
        zeros += int(np.sum(x[start : start + BLOCK] == 0))
    mean = total / x.size
    return {
        "n_train": float(len(x)),
        "n_test": float(len(split.x_test)),
        "mean": float(mean),
        "std": float(np.sqrt(squares / x.size - mean**2)),
        "smallest": float(low),
        "largest": float(high),
        "zeros": zeros / x.size,
    }


def _classes(y_train: Array, y_test: Array) -> dict[str, float]:
    counts = np.bincount(y_train)
    constant = np.full_like(y_test, counts.argmax())
    recall, f1 = _macro(constant, y_test)
    return {
        "smallest_class": float(counts.min()),
        "largest_class": float(counts.max()),
        "majority_share": float(counts.max() / counts.sum()),
        "constant_accuracy": float((constant == y_test).mean()),
        "constant_macro_recall": recall,
        "constant_macro_f1": f1,
    }


def _macro(predicted: NDArray[np.int64], y: NDArray[np.int64]) -> tuple[float, float]:
    """Return the means over classes of recall and of F1, which is 0 where nothing is found."""
    classes = np.unique(y)
    hits = np.array([np.sum((predicted == k) & (y == k)) for k in classes], np.float64)
    there = np.array([np.sum(y == k) for k in classes])
    answers = np.array([np.sum(predicted == k) for k in classes])
    return float((hits / there).mean()), float((2 * hits / (there + answers)).mean())


def _produces(settings: Settings, params: NoParams) -> frozenset[str]:  # noqa: ARG001
    return frozenset(VALUES + CLASSES)


PROBE = Probe(
    "data_summary",
    "what the examples of [data] look like, and what a constant achieves",
    run,
    _produces,
    requires=("data",),
)

"""Class labels as numbers to be predicted: what ``[data] targets = "value"`` asks for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from harness.config.data import Data
from harness.datasets.dataset import Dataset, Facts
from harness.errors import DataUnfit
from harness.types import Array


def facts_as_asked(facts: Facts | None, data: Data) -> Facts | None:
    """Return the facts with one output and no classes when labels are taken as values."""
    if facts is None or data.targets == "classes":
        return facts
    return replace(facts, outputs=1, classes=())


def targets_as_asked(dataset: Dataset, data: Data) -> Dataset:
    """Return the data set with its labels as float32 targets (n, 1) when that is asked.

    Raises
    ------
    DataUnfit
        If its targets are no class labels.
    """
    facts = facts_as_asked(dataset.facts, data)
    if facts is None or data.targets == "classes":
        return dataset
    if not np.issubdtype(dataset.y_train.dtype, np.integer):
        raise DataUnfit(
            'data.targets = "value" must be given class labels, got targets of '
            f"{dataset.y_train.dtype} in data set {data.dataset!r}; leave it out"
        )
    y_train, y_test = _column(dataset.y_train), _column(dataset.y_test)
    return replace(dataset, facts=facts, y_train=y_train, y_test=y_test)


def _column(labels: Array) -> Array:
    return np.asarray(labels, np.float32)[:, None]

"""Data to train on: scanned digits, and a line with noise."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from train_runs import dataset

from harness.datasets.dataset import Dataset


@pytest.fixture(scope="module")
def digits() -> Dataset:
    found = load_digits()
    # Shuffled: the last digits of the file are of other writers than the first.
    order = np.random.default_rng(0).permutation(len(found.target))
    x = (found.images[order] * 15).astype(np.uint8)[:, None]
    y = found.target[order].astype(np.int64)
    return dataset(x[:1400], y[:1400], x[1400:], y[1400:], 10)


@pytest.fixture(scope="module")
def line() -> Dataset:
    rng = np.random.default_rng(0)
    x = np.linspace(0, 10, 100, dtype=np.float32)[:, None]
    y = (2 * x + 1 + rng.standard_normal((100, 1))).astype(np.float32)
    return dataset(x, y, x, y, 1)

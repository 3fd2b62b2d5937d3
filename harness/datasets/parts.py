"""The examples a cell trains, validates and tests on: views of a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from harness.config.data import Data, Scale
from harness.datasets.base import Dataset
from harness.errors import UsageError
from harness.types import Array


@dataclass(frozen=True)
class Parts:
    """Views into a `Dataset`; nothing is copied or scaled.

    Attributes
    ----------
    x_train, x_validation, x_test : ndarray
        (n, *shape), as in `Dataset`; `x_validation` has no rows when none were asked for.
    y_train, y_validation, y_test : ndarray
        (n,) or (n, outputs), as in `Dataset`.
    """

    x_train: Array
    y_train: Array
    x_validation: Array
    y_validation: Array
    x_test: Array
    y_test: Array


def parts(dataset: Dataset, data: Data) -> Parts:
    """Apply ``n_train``, ``n_test``, ``n_validation``, ``validation`` and ``split``.

    Parameters
    ----------
    dataset : Dataset
        Whole.
    data : Data
        ``clean``: the validation images are taken out of the first ``n_train``.
        ``leaky``: training draws from all of them, validation images included.

    Raises
    ------
    UsageError
        If the data set has fewer examples than asked for, or none are left to train on.
    """
    n_train = _count("n_train", data.n_train, len(dataset.x_train), "training")
    n_test = _count("n_test", data.n_test, len(dataset.x_test), "test")
    train, validation = _split(n_train, data)
    return Parts(
        dataset.x_train[train],
        dataset.y_train[train],
        dataset.x_train[validation],
        dataset.y_train[validation],
        dataset.x_test[:n_test],
        dataset.y_test[:n_test],
    )


def scaled(x: Array, scale: Scale, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Return examples as floating point, (n, *shape).

    Parameters
    ----------
    x : ndarray
        uint8 images or float32 features.
    scale : {'raw', 'unit'}
        ``raw`` keeps the values, ``unit`` divides pixels by 255.
    dtype : dtype
        float32 or float64; the division is carried out in it.

    Raises
    ------
    UsageError
        If features, which have no largest value, are to be scaled to ``unit``.
    """
    values = x.astype(dtype)
    if scale == "raw":
        return values
    if x.dtype != np.uint8:
        raise UsageError(
            f'data.scale must be "raw" for data that are not pixels ({x.dtype}), got "unit"'
        )
    values /= values.dtype.type(255)
    return values


def flat(x: Array) -> Array:
    """Return (n, features) of (n, *shape)."""
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def _count(key: str, asked: int | None, available: int, noun: str) -> int:
    if asked is not None and asked > available:
        raise UsageError(
            f"data.{key} must be at most the {available} {noun} examples of the data set, "
            f"got {asked}"
        )
    return available if asked is None else asked


def _split(n_train: int, data: Data) -> tuple[slice, slice]:
    """Return the (training, validation) rows."""
    count = data.n_validation
    highest = n_train if data.split == "leaky" else n_train - 1
    if count > highest:
        raise UsageError(
            f"data.n_validation must be at most {highest} of {n_train} training examples with "
            f'split = "{data.split}", got {count}'
        )
    first = data.validation == "first"
    validation = slice(0, count) if first else slice(n_train - count, n_train)
    if data.split == "leaky":
        return slice(0, n_train), validation
    return (slice(count, n_train) if first else slice(0, n_train - count)), validation

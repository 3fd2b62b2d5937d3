"""The examples a cell trains, validates and tests on: views of a data set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.config.data import Data
from harness.datasets.dataset import Dataset
from harness.errors import DataUnfit
from harness.types import Array

Rows = slice | NDArray[np.int64]


@dataclass(frozen=True)
class Parts:
    """Views into a `Dataset`, copies where a setting moves or leaves out examples; unscaled.

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
    """Apply what ``[data]`` says of numbers, ``majority``, ``pixel_order`` and the split.

    Parameters
    ----------
    dataset : Dataset
        Whole.
    data : Data
        ``clean``: the validation images are taken out of the first ``n_train``.
        ``leaky``: training draws from all of them, validation images included.

    Raises
    ------
    DataUnfit
        If the data set has fewer examples than asked for, or none are left to train on, or
        `majority` is asked of targets that are not classes or cannot be reached.
    """
    n_train = _count("n_train", data.n_train, len(dataset.x_train), "training")
    n_test = _count("n_test", data.n_test, len(dataset.x_test), "test")
    x_train, y_train = _thinned(dataset.x_train[:n_train], dataset.y_train[:n_train], data)
    x_test, y_test = _thinned(dataset.x_test[:n_test], dataset.y_test[:n_test], data)
    if data.pixel_order == "permuted":
        x_train, x_test = permuted(x_train), permuted(x_test)
    train, validation = _split(len(x_train), data)
    return Parts(
        x_train[train], y_train[train], x_train[validation], y_train[validation], x_test, y_test
    )


def _thinned(x: Array, y: Array, data: Data) -> tuple[Array, Array]:
    """Leave examples out until class 0 has the share ``data.majority`` of those that stay."""
    if data.majority is None:
        return x, y
    first = y.reshape(len(y), -1)[:, 0]
    if y.size != len(y) or not np.isin(first, np.arange(256)).all():
        raise DataUnfit(
            f"data.majority must be left out for targets that are not classes ({y.dtype}), "
            f"got {data.majority}"
        )
    # In order of their label, so that even steps leave out the same share of every other class.
    by_label = np.argsort(first, kind="stable")
    of_class, others = by_label[first[by_label] == 0], by_label[first[by_label] != 0]
    odds = data.majority / (1.0 - data.majority)
    if len(of_class) > odds * len(others):
        of_class = _evenly(of_class, round(odds * len(others)))
    else:
        others = _evenly(others, round(len(of_class) / odds))
    if not (len(of_class) and len(others)):
        raise DataUnfit(
            f"data.majority must leave examples of class 0 and of another, got {data.majority} "
            f"for {len(y)} examples"
        )
    rows = np.sort(np.concatenate([of_class, others]))
    return x[rows], y[rows]


def _evenly(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return `count` of the rows, evenly spaced, in their order."""
    return rows[(np.arange(count) * len(rows)) // max(count, 1)]


def permuted(x: Array) -> Array:
    """Return a copy of (n, *shape) with the values of every example in one fixed other order."""
    order = np.random.Generator(np.random.PCG64(0)).permutation(int(np.prod(x.shape[1:])))
    return flat(x)[:, order].reshape(x.shape)


def flat(x: Array) -> Array:
    """Return (n, features) of (n, *shape)."""
    return x.reshape(len(x), int(np.prod(x.shape[1:])))


def _count(key: str, asked: int | None, available: int, noun: str) -> int:
    if asked is not None and asked > available:
        raise DataUnfit(
            f"data.{key} must be at most the {available} {noun} examples of the data set, "
            f"got {asked}"
        )
    return available if asked is None else asked


def _split(n_train: int, data: Data) -> tuple[Rows, Rows]:
    """Return the (training, validation) rows."""
    count = data.n_validation
    highest = n_train if data.split == "leaky" else n_train - 1
    if count > highest:
        raise DataUnfit(
            f"data.n_validation must be at most {highest} of {n_train} training examples with "
            f'split = "{data.split}", got {count}'
        )
    everything = slice(0, n_train)
    if data.validation == "random":
        # Not every so many: MNIST's training images alternate between two collections, one harder.
        shuffled = np.random.Generator(np.random.PCG64(0)).permutation(n_train)
        chosen = np.sort(shuffled[:count])
        rest = np.setdiff1d(np.arange(n_train), chosen, assume_unique=True)
        return (everything if data.split == "leaky" else rest), chosen
    first = data.validation == "first"
    validation = slice(0, count) if first else slice(n_train - count, n_train)
    if data.split == "leaky":
        return everything, validation
    return (slice(count, n_train) if first else slice(0, n_train - count)), validation

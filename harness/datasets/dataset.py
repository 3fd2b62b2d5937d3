"""What every data set gives: arrays, names, a fingerprint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from harness.config.data import Data
from harness.types import Array, DataUsed

IMAGES = "images"


@dataclass(frozen=True)
class Facts:
    """What is known of a data set without reading it.

    Attributes
    ----------
    shape : tuple of int
        Shape of one example, channels first for images: ``(1, 28, 28)``; ``(d,)`` for features.
    outputs : int
        Number of classes, or of regression targets.
    n_train, n_test : int
        Examples in each part.
    classes : tuple of str
        Class names; empty for regression.
    """

    shape: tuple[int, ...]
    outputs: int
    n_train: int
    n_test: int
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """A decoded data set.

    Attributes
    ----------
    facts : Facts
        Shapes and names.
    x_train, x_test : ndarray
        (n, *shape), uint8 for images (memory-mapped where large), float32 for features.
    y_train, y_test : ndarray
        (n,) int64 class indices, or (n, outputs) float32 targets.
    used : DataUsed
        Name and fingerprint for the record.
    notes : mapping of str to str
        Facts worth showing, such as ``{"encoding": "JPEG"}``.
    """

    facts: Facts
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    used: DataUsed
    notes: Mapping[str, str] = field(default_factory=dict)


class Loader(Protocol):
    """One kind of data set; an instance is one entry of the catalogue.

    Attributes
    ----------
    name : str
        As suites write it.
    copy_of : str
        Name of the data set whose images this one holds, re-encoded; ``""`` if none.
    """

    @property
    def name(self) -> str:
        """As suites write it."""
        ...

    @property
    def copy_of(self) -> str:
        """Data set whose images this one holds, re-encoded."""
        ...

    def facts(self, data: Data) -> Facts | None:
        """Return what is known without reading files; None when that takes reading."""
        ...

    def missing(self, data: Data) -> str | None:
        """Return None if the data set can be read, else what is missing.

        The text says which file, where it was looked for, and the command that gets it.
        """
        ...

    def load(self, data: Data, rng: np.random.Generator) -> Dataset:
        """Read, check and decode the data set whole; `rng` is the cell's ``data`` stream.

        Raises
        ------
        DataMissing, DataCorrupt
        """
        ...

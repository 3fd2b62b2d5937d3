"""What every data set gives and what may be asked of one; the folders that data sets live in."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import platformdirs

from harness import cache
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


MOST_NUMBERS = 1_000_000_000
"""What a cell may draw, at most; in single precision 4 GB."""


def complaints(data: Data, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the keys of a table: a key, a sentence.

    Parameters
    ----------
    data : Data
        The table.
    facts : Facts
        What is known of the data set.
    """
    for key, there in (("n_train", facts.n_train), ("n_test", facts.n_test)):
        asked = getattr(data, key)
        if asked is not None and asked > there:
            yield key, f"must be at most {there} for {data.dataset}, got {asked} instead"
    if data.n_validation and data.n_validation >= (data.n_train or facts.n_train):
        yield "n_validation", "must be smaller than the number of training examples"
    numbers = (facts.n_train + facts.n_test) * math.prod(facts.shape)
    # What a data set has in its files is there already; only what is drawn takes memory.
    if data.synthetic is not None and numbers > MOST_NUMBERS:
        yield "synthetic", f"must draw at most {MOST_NUMBERS:,} numbers, got {numbers:,}"


@dataclass(frozen=True)
class Roots:
    """Where data sets are looked for and where decoded copies are kept.

    Attributes
    ----------
    data : Path
        Archives and parquet files as published; only ``harness data get`` writes here.
    cache : Path
        Decoded arrays; may be deleted at any time.
    """

    data: Path
    cache: Path

    @classmethod
    def find(cls, data: Path | None = None) -> Roots:
        """Return the roots in force.

        Parameters
        ----------
        data : Path or None
            Data root given on the command line; else ``HARNESS_DATA``, else the user's data
            folder. The cache root is ``HARNESS_CACHE``, else the user's cache folder.
        """
        chosen = (
            data or os.environ.get("HARNESS_DATA") or platformdirs.user_data_dir(cache.APPLICATION)
        )
        return cls(cache.absolute(str(chosen)), cache.root())

"""What ``harness data list``, ``get`` and ``verify`` do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.config.data import Data
from harness.datasets import catalogue
from harness.datasets.dataset import Dataset, Roots
from harness.datasets.files import FileLoader, readable
from harness.errors import DataCorrupt, DataMissing, UsageError


@dataclass(frozen=True)
class Row:
    """One line of ``harness data list``.

    Attributes
    ----------
    name : str
        As suites write it.
    present : bool
        Whether it can be loaded; True for those that need no files or take a path.
    detail : str
        What it is, or what is missing, where it was looked for, and the remedy.
    copy_of : str
        The data set whose images it holds, re-encoded; ``""`` if none.
    """

    name: str
    present: bool
    detail: str
    copy_of: str


def listing(roots: Roots) -> list[Row]:
    """Return one row per data set of the catalogue; reads no data and imports no torch."""
    return [_row(name, roots) for name in catalogue.names()]


def get(
    name: str, roots: Roots, *, source: Path | None = None, mirror: str | None = None
) -> list[str]:
    """Put the files of a data set under the data root, checked; return what was done.

    Parameters
    ----------
    name : str
        As suites write it.
    roots : Roots
        Where to.
    source : Path or None
        Folder with archives at hand; None downloads them, unless they are there and whole.
    mirror : str or None
        Base address that replaces the published ones; else ``HARNESS_<NAME>_MIRROR``.

    Raises
    ------
    UsageError
        If the name is unknown, or there is nowhere to get it from.
    DataMissing
        If `source` lacks a file or the download failed.
    DataCorrupt
        If a file has another checksum; nothing is put in place then.
    DataError
        If a file cannot be read, or the data root cannot be written.
    """
    getter = catalogue.entry(name).get
    if getter is None:
        return [f"{name}: nothing to get; {catalogue.entry(name).summary}"]
    if source is not None and not source.is_dir():
        raise UsageError(f"--from must be a folder, got {source}")
    chosen = mirror or os.environ.get(f"HARNESS_{name.upper().replace('-', '_')}_MIRROR")
    if source is None and _whole(name, roots):
        return [f"{name}: already under {roots.data}, checked"]
    with readable(name):
        return getter(roots, source, chosen or None)


def verify(name: str, roots: Roots, data: Data | None = None) -> Dataset:
    """Check and decode a data set from its files, whatever the cache holds.

    Parameters
    ----------
    name : str
        As suites write it.
    roots : Roots
        Where the files are.
    data : Data or None
        The suite's table, for data sets that need more than a name.

    Returns
    -------
    Dataset
        With its fingerprint in ``used``.

    Raises
    ------
    UsageError, DataMissing, DataCorrupt, DataError
    """
    loader = catalogue.loader(name, roots)
    table = data or Data(dataset=name)
    if isinstance(loader, FileLoader):
        return loader.fresh(table)
    return loader.load(table, np.random.default_rng(0))


def _row(name: str, roots: Roots) -> Row:
    entry, loader = catalogue.entry(name), catalogue.loader(name, roots)
    message = loader.missing(Data(dataset=name)) if entry.get is not None else None
    return Row(name, message is None, message or entry.summary, loader.copy_of)


def _whole(name: str, roots: Roots) -> bool:
    """Whether the files are there and pass their checks; if not, they are fetched."""
    try:
        verify(name, roots)
    except (DataMissing, DataCorrupt):
        return False
    return True

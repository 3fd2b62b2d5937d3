"""The table of data sets, one entry per name a suite can write; listed, fetched and verified."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.config.data import Data
from harness.datasets import cifar10, digits, imagefolder, mnist, parquet, synthetic
from harness.datasets.dataset import Dataset, Loader, Roots
from harness.datasets.files import FileLoader, Reader, readable
from harness.errors import DataCorrupt, DataMissing, UsageError
from harness.registry import Registry

LoaderFactory = Callable[[str, Roots], Loader]
Getter = Callable[[Roots, Path | None, str | None], list[str]]


@dataclass(frozen=True)
class Entry:
    """One data set of the catalogue.

    Attributes
    ----------
    make : callable
        ``make(name, roots) -> Loader``; imports nothing slow.
    summary : str
        One line for ``harness data list``.
    get : callable or None
        ``get(roots, source, mirror) -> lines`` puts its files under the data root; None when it
        needs none, or when they are the user's own.
    takes_path : bool
        True when ``[data] path`` says where it is.
    """

    make: LoaderFactory
    summary: str
    get: Getter | None = None
    takes_path: bool = False


def _files(reader: Reader, copy_of: str = "") -> LoaderFactory:
    return lambda name, roots: FileLoader(name, roots, reader, copy_of)


CATALOGUE: Registry[Entry] = Registry(
    "data set",
    (
        ("digits", Entry(_files(digits.Digits()), "1,797 real 8x8 digits, embedded")),
        ("mnist", Entry(_files(mnist.Mnist()), "70,000 28x28 digits", mnist.get)),
        ("cifar10", Entry(_files(cifar10.Cifar10()), "60,000 32x32 colour images", cifar10.get)),
        (
            "cifar10-jpeg",
            Entry(
                _files(parquet.CIFAR10_JPEG_READER, copy_of="cifar10"),
                "CIFAR-10 re-encoded as JPEG",
                parquet.get,
            ),
        ),
        (
            "synthetic",
            Entry(
                lambda _name, _roots: synthetic.SyntheticLoader(),
                "drawn from the seed, as [data.synthetic] declares",
            ),
        ),
        (
            "parquet",
            Entry(
                _files(parquet.Parquet()),
                "any image data set in the Hugging Face parquet layout, at [data] path",
                takes_path=True,
            ),
        ),
        (
            "imagefolder",
            Entry(
                _files(imagefolder.ImageFolder()),
                "any folder of pictures, train/<class>/ and test/<class>/, at [data] path",
                takes_path=True,
            ),
        ),
    ),
)
"""What ``[data] dataset`` can name."""
entry, names = CATALOGUE.get, CATALOGUE.names


def loader(name: str, roots: Roots) -> Loader:
    """Return the loader of a data set.

    Parameters
    ----------
    name : str
        As suites write it.
    roots : Roots
        Where files are looked for and decoded copies kept.

    Raises
    ------
    UsageError
        If there is none of that name, with the nearest.
    """
    return entry(name).make(name, roots)


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
    return [_row(name, roots) for name in names()]


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
    getter = entry(name).get
    if getter is None:
        return [f"{name}: nothing to get; {entry(name).summary}"]
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
    own = loader(name, roots)
    table = data or Data(dataset=name)
    if isinstance(own, FileLoader):
        return own.fresh(table)
    return own.load(table, np.random.default_rng(0))


def _row(name: str, roots: Roots) -> Row:
    known, own = entry(name), loader(name, roots)
    message = own.missing(Data(dataset=name)) if known.get is not None else None
    return Row(name, message is None, message or known.summary, own.copy_of)


def _whole(name: str, roots: Roots) -> bool:
    """Whether the files are there and pass their checks; if not, they are fetched."""
    try:
        verify(name, roots)
    except (DataMissing, DataCorrupt):
        return False
    return True

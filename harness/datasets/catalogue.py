"""The table of data sets: one entry per name a suite can write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.datasets import cifar10, digits, imagefolder, mnist, parquet, synthetic
from harness.datasets.dataset import Loader, Roots
from harness.datasets.files import FileLoader, Reader
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

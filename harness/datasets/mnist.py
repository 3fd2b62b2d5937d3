"""MNIST, checked and unpacked by torchvision.

Source: LeCun, Cortes and Burges, "The MNIST database of handwritten digits"; the archives and
checksums are those of `torchvision.datasets.MNIST`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness.config.data import Data
from harness.datasets import archives, vision
from harness.datasets.cache import Decoded
from harness.datasets.dataset import Facts, Roots
from harness.datasets.files import Sources
from harness.errors import DataMissing
from harness.types import Array

NAME = "mnist"
CLASSES = tuple(str(digit) for digit in range(10))
RAW = Path("MNIST", "raw")  # where torchvision keeps them
PLACES = (RAW, Path("mnist"), Path())
ARCHIVES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


class Mnist:
    """Reads the four archives; unpacked files alone are not enough, they have no checksum."""

    version = "mnist-1"
    known = Facts((1, 28, 28), 10, 60_000, 10_000, CLASSES)

    def sources(self, data: Data, root: Path) -> Sources:  # noqa: ARG002 - a fixed data set
        """Return the archives in the first place that holds all four."""
        return find(root, f"`harness data get {NAME}`")

    def absent(self) -> str | None:
        """Return which package is not installed."""
        return vision.absent(NAME)

    def decode(self, sources: Sources, scratch: Path) -> Decoded:
        """Let torchvision verify and unpack copies of the archives in `scratch`."""
        mnist = vision.datasets(NAME).MNIST
        archives.copy_verified(sources, checksums(mnist), scratch / RAW, NAME)
        # The checksums hold, so "download" only unpacks.
        x_train, y_train = _arrays(mnist(scratch, train=True, download=True))
        x_test, y_test = _arrays(mnist(scratch, train=False))
        return Decoded(x_train, y_train, x_test, y_test, CLASSES)


def find(root: Path, remedy: str) -> Sources:
    """Return the four archives by name, from the first place under `root` with all of them.

    Raises
    ------
    DataMissing
        Naming the first file that is missing where most of them are, and every place.
    """
    found = [{name: root / place / name for name in ARCHIVES} for place in PLACES]
    lacking = [[name for name, path in files.items() if not path.is_file()] for files in found]
    best = min(range(len(PLACES)), key=lambda index: len(lacking[index]))
    if not lacking[best]:
        return found[best]
    looked = ", ".join(str(root / place) for place in PLACES)
    raise DataMissing(
        f"{NAME}: {', '.join(lacking[best])} must be in one of {looked}. Get it with {remedy}, "
        f"or from archives at hand with `harness data get {NAME} --from DIR`"
    )


def get(roots: Roots, source: Path | None, mirror: str | None) -> list[str]:
    """Put checked archives and their unpacked files under the data root; return what was done.

    Parameters
    ----------
    roots : Roots
        Where to.
    source : Path or None
        Folder with the archives; None downloads them.
    mirror : str or None
        Base address that replaces torchvision's mirrors.

    Raises
    ------
    DataMissing, DataCorrupt, DataError
    """
    mnist = _from(vision.datasets(NAME).MNIST, mirror)
    sums = checksums(mnist)
    held = None if source is None else find(source, "torchvision's mirrors")
    with archives.staged(roots.data) as folder:
        if held is not None:
            archives.copy_verified(held, sums, folder / RAW, NAME)
        address = ", ".join(mnist.mirrors)
        archives.download(lambda: mnist(folder, download=True), folder / RAW, sums, NAME, address)
    origin = "downloaded" if source is None else f"copied from {source}"
    return [f"{roots.data / RAW / name}: {origin}, MD5 {sums[name]} verified" for name in ARCHIVES]


def checksums(mnist: Any) -> Mapping[str, str]:
    """Return torchvision's MD5 sums by archive name."""
    return dict(mnist.resources)


def _from(mnist: Any, mirror: str | None) -> Any:
    """Return the class with another mirror; the name matters, it is part of its paths."""
    if mirror is None:
        return mnist
    return type(mnist.__name__, (mnist,), {"mirrors": [mirror.rstrip("/") + "/"]})


def _arrays(dataset: Any) -> tuple[Array, Array]:
    """Return (n, 1, 28, 28) uint8 images and (n,) int64 labels."""
    return dataset.data.numpy()[:, None], dataset.targets.numpy().astype(np.int64)

"""Handwritten digits: 1,797 of 8x8 that come with scikit-learn, and MNIST.

Sources: Alpaydin and Kaynak, "Optical recognition of handwritten digits", UCI repository, 1998 (its
test part), as packaged by `sklearn.datasets.load_digits`; LeCun, Cortes and Burges, "The MNIST
database of handwritten digits", checked and unpacked by torchvision: the archives and checksums are
those of `torchvision.datasets.MNIST`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harness import extras
from harness.config.data import Data
from harness.datasets import archives, vision
from harness.datasets.cache import Decoded
from harness.datasets.dataset import Facts, Roots
from harness.datasets.files import Sources
from harness.errors import DataMissing
from harness.types import Array

CLASSES = tuple(str(digit) for digit in range(10))
N_TRAIN = 1_437  # the first four fifths, in the order of the file; the last 360 are the test set
NAME = "mnist"
RAW = Path("MNIST", "raw")  # where torchvision keeps them
PLACES = (RAW, Path("mnist"), Path())
ARCHIVES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


class Digits:
    """Embedded: no file to find. Decoded once all the same, scikit-learn is slow to import."""

    known = Facts((1, 8, 8), 10, N_TRAIN, 360, CLASSES)

    @property
    def version(self) -> str:
        """The decoder and the scikit-learn that brought the digits."""
        return f"digits-1 scikit-learn-{extras.version('sklearn')}"

    def sources(self, data: Data, root: Path) -> Sources:  # noqa: ARG002 - embedded
        """Return no file."""
        return {}

    def absent(self) -> str | None:
        """Return that scikit-learn, which brings the digits, is not installed, if so."""
        return extras.missing("sklearn")

    def decode(self, sources: Sources, scratch: Path) -> Decoded:  # noqa: ARG002 - embedded
        """Return the digits, rescaled, and split by position."""
        from sklearn.datasets import load_digits  # more than a second, once

        images, labels = load_digits(return_X_y=True)
        x = rescaled(images.astype(np.uint16)).reshape(-1, 1, 8, 8)
        y = labels.astype(np.int64)
        return Decoded(x[:N_TRAIN], y[:N_TRAIN], x[N_TRAIN:], y[N_TRAIN:], CLASSES)


def rescaled(values: Array) -> Array:
    """Return counts 0-16, of any shape, as pixels 0-255, ``(255 v + 8) // 16`` in integers, uint8.

    Rounded to nearest, so that ``scale = "unit"`` gives 0-1 as for every other data set.
    """
    return ((values.astype(np.uint16) * 255 + 8) // 16).astype(np.uint8)


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

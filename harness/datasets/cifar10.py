"""CIFAR-10, checked, unpacked and read by torchvision.

Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009; the archive and
checksums are those of `torchvision.datasets.CIFAR10`. The batches are pickles: nothing is
unpickled before its MD5 sum was found to be the published one.
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

NAME = "cifar10"
CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
ARCHIVE = "cifar-10-python.tar.gz"
FOLDER = "cifar-10-batches-py"
PLACES = (Path(), Path(NAME))
BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta")


class Cifar10:
    """Reads the unpacked batches, or else the archive."""

    version = "cifar10-1"
    known = Facts((3, 32, 32), 10, 50_000, 10_000, CLASSES)

    def sources(self, data: Data, root: Path) -> Sources:  # noqa: ARG002 - a fixed data set
        """Return the batches, or else the archive, by name."""
        return find(root, f"`harness data get {NAME}`")

    def absent(self) -> str | None:
        """Return which package is not installed."""
        return vision.absent(NAME)

    def decode(self, sources: Sources, scratch: Path) -> Decoded:
        """Let torchvision verify and read copies of the files in `scratch`."""
        cifar = vision.datasets(NAME).CIFAR10
        archives.copy_verified(sources, checksums(cifar), scratch / stage(sources), NAME)
        # The checksums hold, so "download" only unpacks; torchvision checks every batch again.
        x_train, y_train = _arrays(cifar(scratch, train=True, download=True))
        x_test, y_test = _arrays(cifar(scratch, train=False))
        return Decoded(x_train, y_train, x_test, y_test, CLASSES)


def find(root: Path, remedy: str) -> Sources:
    """Return the batches or the archive by name, from the first place that has them.

    Raises
    ------
    DataMissing
        Naming the archive and every place.
    """
    for place in (root / place for place in PLACES):
        batches = {name: place / FOLDER / name for name in BATCHES}
        if all(path.is_file() for path in batches.values()):
            return batches
        if (place / ARCHIVE).is_file():
            return {ARCHIVE: place / ARCHIVE}
    looked = ", ".join(str(root / place) for place in PLACES)
    raise DataMissing(
        f"{NAME}: {ARCHIVE}, or the folder {FOLDER} with its {len(BATCHES)} files, must be in one "
        f"of {looked}. Get it with {remedy}, or from an archive at hand with "
        f"`harness data get {NAME} --from DIR`. Its JPEG copy can stand in: "
        f"--use {NAME}=cifar10-jpeg"
    )


def get(roots: Roots, source: Path | None, mirror: str | None) -> list[str]:
    """Put the checked archive and its batches under the data root; return what was done.

    Parameters
    ----------
    roots : Roots
        Where to.
    source : Path or None
        Folder with the archive or the unpacked batches; None downloads the archive.
    mirror : str or None
        Base address that replaces torchvision's.

    Raises
    ------
    DataMissing, DataCorrupt, DataError
    """
    cifar = _from(vision.datasets(NAME).CIFAR10, mirror)
    sums = checksums(cifar)
    held = {} if source is None else find(source, "torchvision's mirror")
    with archives.staged(roots.data) as folder:
        archives.copy_verified(held, sums, folder / stage(held), NAME)
        archives.download(lambda: cifar(folder, download=True), folder, sums, NAME, cifar.url)
    origin = "downloaded" if source is None else f"copied from {source}"
    return [f"{roots.data / FOLDER}: {origin}, MD5 of every batch verified"]


def checksums(cifar: Any) -> Mapping[str, str]:
    """Return torchvision's MD5 sums by file name."""
    meta = (cifar.meta["filename"], cifar.meta["md5"])
    pairs = [(cifar.filename, cifar.tgz_md5), *cifar.train_list, *cifar.test_list, meta]
    return {str(name): str(md5) for name, md5 in pairs}


def stage(sources: Sources) -> Path:
    """Return the folder torchvision expects the files in, under its root."""
    return Path() if ARCHIVE in sources else Path(FOLDER)


def _from(cifar: Any, mirror: str | None) -> Any:
    if mirror is None:
        return cifar
    url = f"{mirror.rstrip('/')}/{cifar.filename}"
    return type(cifar.__name__, (cifar,), {"url": url})


def _arrays(dataset: Any) -> tuple[Array, Array]:
    """Return (n, 3, 32, 32) uint8 images and (n,) int64 labels."""
    images = np.ascontiguousarray(dataset.data.transpose(0, 3, 1, 2))
    return images, np.asarray(dataset.targets, np.int64)

"""Folders of pictures: ``<path>/train/<class>/*.png`` and ``<path>/test/<class>/*.png``.

Class names are the folders of ``train`` that hold a picture, sorted. Images are put in the order
of the SHA-256 of their relative path: the same on every machine, and mixed, so that the first n of
them hold every class.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness import extras, words
from harness.config.data import Data
from harness.datasets import bounds, pictures
from harness.datasets.cache import Decoded
from harness.datasets.files import Sources
from harness.datasets.parquet import given_path
from harness.errors import DataCorrupt, DataMissing
from harness.types import Array

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp")


class ImageFolder:
    """Reads the folder that the suite's ``[data] path`` names."""

    known = None

    @property
    def version(self) -> str:
        """The decoder and the library that decodes pictures."""
        return f"imagefolder-1 {pictures.version()}"

    def sources(self, data: Data, root: Path) -> Sources:
        """Return every picture by its path relative to the folder, ``"train/cat/1.png"``.

        Raises
        ------
        DataMissing
            If a part holds no picture.
        DataCorrupt
            If a class folder holds something else; files whose name starts with a dot are
            passed over.
        """
        folder = root / given_path(data)
        found = {part: _pictures(folder, part) for part in ("train", "test")}
        for part, names in found.items():
            if not names:
                raise DataMissing(
                    f"{data.dataset}: pictures ({', '.join(SUFFIXES)}) must be in "
                    f"{folder / part}/<class>/, got none. Put them there, or name another data "
                    "folder with --data DIR or HARNESS_DATA"
                )
        return {name: folder / name for names in found.values() for name in names}

    def absent(self) -> str | None:
        """Return that the library that decodes pictures is not installed, if so."""
        return extras.missing("PIL")

    def decode(self, sources: Sources, scratch: Path) -> Decoded:  # noqa: ARG002 - in memory
        """Decode every picture."""
        train = [name for name in sources if name.startswith("train/")]
        test = [name for name in sources if name.startswith("test/")]
        classes = tuple(sorted({_class(name) for name in train}))
        labels = _labels(sources, train, classes), _labels(sources, test, classes)
        x_train, train_formats = _read(sources, train)
        x_test, test_formats = _read(sources, test, x_train.shape[1:])
        note = pictures.encoding(train_formats, test_formats)
        named = tuple(words.plain(name) for name in classes)  # a name that is no text, spelled out
        return Decoded(x_train, labels[0], x_test, labels[1], named, note)


def _pictures(folder: Path, part: str) -> list[str]:
    """Return the relative paths of a part's pictures, in the order of their hash."""
    names = []
    for path in (folder / part).glob("*/*"):
        if path.name.startswith(".") or path.parent.name.startswith("."):
            continue
        if path.suffix.lower() not in SUFFIXES or not path.is_file():
            raise DataCorrupt(f"{path}: must be a picture ({', '.join(SUFFIXES)}); take it away")
        names.append(path.relative_to(folder).as_posix())
    return sorted(names, key=lambda name: hashlib.sha256(os.fsencode(name)).digest())


def _read(
    sources: Sources, names: Sequence[str], shape: tuple[int, ...] | None = None
) -> tuple[Array, frozenset[str]]:
    rows = ((str(sources[name]), _bytes(sources[name])) for name in names)
    return pictures.stack(rows, len(names), str(sources[names[0]].parent.parent), shape)


def _bytes(path: Path) -> bytes:
    bounds.encoded(path.stat().st_size, str(path))
    return path.read_bytes()


def _class(name: str) -> str:
    return name.split("/")[1]


def _labels(sources: Sources, names: Sequence[str], classes: tuple[str, ...]) -> Array:
    index = {name: number for number, name in enumerate(classes)}
    for name in names:
        if _class(name) not in index:
            raise DataCorrupt(f"{sources[name]}: {words.unknown('class', _class(name), classes)}")
    return np.asarray([index[_class(name)] for name in names], np.int64)

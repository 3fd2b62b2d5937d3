"""Image data sets in the Hugging Face parquet layout.

``train-*.parquet`` and ``test-*.parquet`` (or ``validation-*``), in the folder or in its ``data``
folder; a column of encoded pictures, ``struct{bytes, path}`` or plain bytes, and a column of
integer labels. Images keep the order of the shards and rows.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness import extras
from harness.config.data import Data
from harness.datasets import archives, bounds, cifar10, metadata, pictures
from harness.datasets.cache import Decoded
from harness.datasets.dataset import Facts, Roots
from harness.datasets.files import FileLoader, Sources
from harness.datasets.shards import Shard
from harness.errors import DataCorrupt, DataMissing, UsageError
from harness.types import Array

TRAIN = ("train",)
TEST = ("test", "validation", "valid")
SHARD = re.compile(r"-(?P<index>\d{5})-of-(?P<total>\d{5})\b")


@dataclass(frozen=True)
class Parquet:
    """Reads a folder of shards.

    Attributes
    ----------
    folders : tuple of str
        Where to look under the data root; empty when the suite's ``[data] path`` says it.
    remedy : str
        Command that gets the files, for the message.
    known : Facts or None
        What the data set must turn out to be; its class names are used as they are.
    """

    folders: tuple[str, ...] = ()
    remedy: str = ""
    known: Facts | None = None

    @property
    def version(self) -> str:
        """The decoder and the library that decodes pictures."""
        names = "" if self.known is None else ",".join(self.known.classes)
        return f"parquet-1 {pictures.version()} {names}"

    def sources(self, data: Data, root: Path) -> Sources:
        """Return all shards by file name: training, then test."""
        folders = [root / name for name in self.folders or (given_path(data),)]
        for place in (folder / inner for folder in folders for inner in ("", "data")):
            train, test = _shards(place, TRAIN), _shards(place, TEST)
            if train and test:
                return {path.name: path for path in (*train, *test)}
            if train or test:
                lacking = "test-*.parquet" if train else "train-*.parquet"
                raise DataMissing(f"{data.dataset}: {lacking} must be in {place}{self.remedy}")
        looked = ", ".join(f"{folder}, {folder / 'data'}" for folder in folders)
        raise DataMissing(
            f"{data.dataset}: train-*.parquet and test-*.parquet must be in one of {looked}. "
            f"Put them there, or name another data folder with --data DIR or "
            f"HARNESS_DATA{self.remedy}"
        )

    def absent(self) -> str | None:
        """Return which of the libraries that read and decode it is not installed."""
        return extras.missing("pyarrow", "PIL")

    def decode(self, sources: Sources, scratch: Path) -> Decoded:  # noqa: ARG002 - in memory
        """Decode every picture of every shard."""
        paths = list(sources.values())
        train, test = _Part.open(_of(paths, TRAIN)), _Part.open(_of(paths, TEST))
        classes = self._classes((train, test))
        x_train, formats = train.pictures()
        x_test, others = test.pictures(x_train.shape[1:])
        note = pictures.encoding(formats, others)
        return Decoded(x_train, train.labels, x_test, test.labels, classes, note)

    def _classes(self, parts: Sequence[_Part]) -> tuple[str, ...]:
        """Return the names of the classes, numbers where none fit; check every label."""
        known = self.known.classes if self.known else ()
        examples = sum(len(part.labels) for part in parts)
        limit = len(known) or bounds.most_classes(examples)
        reason = f"the {limit} class names" if known else f"{limit:,} for {examples:,} examples"
        for part in parts:
            part.check(limit, reason)
        highest = max(int(part.labels.max()) for part in parts)
        first = parts[0].shards[0]
        named = metadata.class_names(first.metadata(), first.label)
        # Names are an extra of the file: those of fewer classes than there are help nobody.
        fitting = named if len(named) > highest else ()
        return known or fitting or tuple(str(index) for index in range(highest + 1))


@dataclass(frozen=True)
class _Part:
    """The shards of one part, their labels read.

    Attributes
    ----------
    shards : tuple of Shard
        In order, at least one row in all of them together.
    each : tuple of ndarray
        The labels of each shard, (rows,) int64.
    """

    shards: tuple[Shard, ...]
    each: tuple[Array, ...]

    @classmethod
    def open(cls, paths: Sequence[Path]) -> _Part:
        shards = tuple(Shard.open(path) for path in paths)
        bounds.labels(sum(shard.count for shard in shards), str(paths[0].parent))
        part = cls(shards, tuple(shard.labels() for shard in shards))
        if not part.labels.size:
            raise DataCorrupt(f"{paths[0]}: must hold at least one row, got none")
        return part

    @property
    def labels(self) -> Array:
        return np.concatenate(self.each)

    def check(self, limit: int, reason: str) -> None:
        """Refuse the first label that is not below `limit`."""
        for shard, labels in zip(self.shards, self.each, strict=True):
            beyond = np.flatnonzero(labels >= limit)
            if beyond.size:
                row = int(beyond[0])
                raise DataCorrupt(
                    f"{shard.row(row)}: labels must be below {reason}, got {labels[row]}"
                )

    def pictures(self, shape: tuple[int, ...] | None = None) -> tuple[Array, frozenset[str]]:
        """Return (images (n, C, H, W) uint8, picture formats)."""
        rows = (row for shard in self.shards for row in shard.pictures())
        return pictures.stack(rows, len(self.labels), str(self.shards[0].path), shape)


CIFAR10_JPEG = "cifar10-jpeg"
CIFAR10_JPEG_READER = Parquet(
    (CIFAR10_JPEG,),
    f", or copy them with `harness data get {CIFAR10_JPEG} --from DIR`",
    cifar10.Cifar10.known,
)


def get(roots: Roots, source: Path | None, mirror: str | None) -> list[str]:
    """Check the shards of ``cifar10-jpeg`` in `source` and copy them under the data root.

    Raises
    ------
    UsageError
        If `source` is None or `mirror` is given: there is nowhere to download it from.
    DataMissing, DataCorrupt, DataError
    """
    if source is None or mirror is not None:
        raise UsageError(
            f"{CIFAR10_JPEG} cannot be downloaded; name a folder that holds it: "
            f"`harness data get {CIFAR10_JPEG} --from DIR`"
        )
    reader = replace(CIFAR10_JPEG_READER, folders=(CIFAR10_JPEG, ""))
    data = Data(dataset=CIFAR10_JPEG)
    FileLoader(CIFAR10_JPEG, Roots(source, roots.cache), reader).fresh(data)
    with archives.staged(roots.data) as folder:
        (folder / CIFAR10_JPEG).mkdir()
        for name, path in reader.sources(data, source).items():
            shutil.copyfile(path, folder / CIFAR10_JPEG / name)
    return [f"{roots.data / CIFAR10_JPEG}: copied from {source}, every image decoded"]


def given_path(data: Data) -> str:
    """Return ``[data] path``.

    Raises
    ------
    UsageError
        If it is not given, or no path.
    """
    if not data.path:
        raise UsageError(
            f"data.path must name the folder of the {data.dataset} data set, relative to the "
            "data root or absolute; got none"
        )
    if "\0" in data.path:
        raise UsageError(f"data.path must be a path without a NUL, got {data.path!r}")
    return data.path


def _shards(place: Path, prefixes: Sequence[str]) -> list[Path]:
    """Return the shards of the first prefix that has any, in order, none missing."""
    for prefix in prefixes:
        paths = [*place.glob(f"{prefix}.parquet"), *place.glob(f"{prefix}-*.parquet")]
        if paths:
            return _complete(sorted(path for path in paths if path.is_file()))
    return []


def _complete(paths: list[Path]) -> list[Path]:
    """Check names of the form ``-00001-of-00005``; return `paths`."""
    numbers = [match for match in (SHARD.search(path.name) for path in paths) if match]
    for total in {int(match["total"]) for match in numbers}:
        held = {int(match["index"]) for match in numbers if int(match["total"]) == total}
        lacking = sorted(set(range(total)) - held)
        if lacking:
            raise DataMissing(
                f"{paths[0].parent}: shard {lacking[0]:05d}-of-{total:05d} must be beside "
                f"{paths[0].name}; got {len(held)} of {total}"
            )
    return paths


def _of(paths: Sequence[Path], prefixes: Sequence[str]) -> list[Path]:
    return [path for path in paths if re.split(r"[-.]", path.name)[0] in prefixes]

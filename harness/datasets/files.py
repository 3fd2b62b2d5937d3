"""Data sets that are read from files: find, hash, decode once, keep the arrays."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from harness import digest
from harness.config.data import Data
from harness.datasets.cache import Decoded, Entry, unwritable
from harness.datasets.dataset import Dataset, Facts, Roots
from harness.errors import DataCorrupt, DataError, DataMissing
from harness.files import explain
from harness.types import DataUsed

Sources = Mapping[str, Path]


class Reader(Protocol):
    """How the files of one kind of data set are found and decoded."""

    @property
    def version(self) -> str:
        """Kind and version of the decoder; decoded copies of another version are not used."""
        ...

    @property
    def known(self) -> Facts | None:
        """What the data set must turn out to be, when that is known beforehand."""
        ...

    def sources(self, data: Data, root: Path) -> Sources:
        """Return the files by a name that does not depend on where they lie.

        Raises
        ------
        DataMissing
            Naming the file, every place looked, and the command that gets it.
        """
        ...

    def absent(self) -> str | None:
        """Return which package decoding needs and does not find, or None."""
        ...

    def decode(self, sources: Sources, scratch: Path) -> Decoded:
        """Check and decode the files; `scratch` is an empty folder, deleted afterwards.

        Raises
        ------
        DataMissing, DataCorrupt
        """
        ...


@dataclass(frozen=True)
class FileLoader:
    """A `Loader` over the files a `Reader` knows, with a cache of the decoded arrays.

    Attributes
    ----------
    name, copy_of : str
        As in `Loader`.
    roots : Roots
        Where the files and the cache are.
    reader : Reader
        Finds and decodes the files.
    """

    name: str
    roots: Roots
    reader: Reader
    copy_of: str = ""

    def facts(self, data: Data) -> Facts | None:  # noqa: ARG002 - the same for any table
        """Return what is known without reading files."""
        return self.reader.known

    def missing(self, data: Data) -> str | None:
        """Return None if `load` will find what it needs, else what is missing and the remedy."""
        try:
            sources = self._sources(data)
        except DataMissing as error:
            return str(error)
        absent = self.reader.absent()
        if absent is None or self._entry(sources).read() is not None:
            return None
        return absent

    def load(self, data: Data, rng: np.random.Generator) -> Dataset:  # noqa: ARG002 - no randomness
        """Return the data set, decoded now or from the cache.

        Raises
        ------
        DataMissing, DataCorrupt, DataError
        """
        sources = self._sources(data)
        held = self._entry(sources).read() or self._decode(sources)
        return self._dataset(*held)

    def fresh(self, data: Data) -> Dataset:
        """Return the data set decoded from its files, whatever the cache holds."""
        return self._dataset(*self._decode(self._sources(data)))

    def _sources(self, data: Data) -> Sources:
        with readable(self.name):
            return self.reader.sources(data, self.roots.data)

    def _decode(self, sources: Sources) -> tuple[Decoded, str]:
        """Decode, check and keep; return the kept copy, so that a reader sees one kind of array."""
        absent = self.reader.absent()
        if absent is not None:
            raise DataMissing(absent)
        entry = self._entry(sources)
        with readable(self.name), _scratch(self.roots.cache) as folder:
            decoded = self.reader.decode(sources, folder)
        self._check(decoded, sources)
        entry.write(decoded)
        return entry.read() or (decoded, decoded.fingerprint)

    def _check(self, decoded: Decoded, sources: Sources) -> None:
        known = self.reader.known
        if known is not None and decoded.facts != known:
            place = ", ".join(sorted({str(path.parent) for path in sources.values()}))
            raise DataCorrupt(
                f"{self.name} must be {_words(known)}; got {_words(decoded.facts)} in {place}"
            )

    def _entry(self, sources: Sources) -> Entry:
        files = {name: _sha256(path) for name, path in sources.items()}
        key = digest.of_value({"decoder": self.reader.version, "files": files}, length=32)
        return Entry(self.roots.cache / "decoded" / key)

    def _dataset(self, decoded: Decoded, fingerprint: str) -> Dataset:
        return Dataset(
            decoded.facts,
            decoded.x_train,
            decoded.y_train,
            decoded.x_test,
            decoded.y_test,
            DataUsed(self.name, self.name, fingerprint, same_images=True),
            decoded.notes,
        )


def _words(facts: Facts) -> str:
    shape = "x".join(str(size) for size in facts.shape)
    return (
        f"{facts.n_train} training and {facts.n_test} test images "
        f"of shape {shape} in {facts.outputs} classes"
    )


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn what the system says about the files of the data set `name` into a `DataError`."""
    try:
        yield
    except OSError as error:
        raise DataError(f"{name}: {explain(error, 'use its files')}") from error
    except MemoryError as error:
        raise DataError(f"{name}: its examples do not fit in the memory that is free") from error


@contextmanager
def _scratch(cache: Path) -> Iterator[Path]:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix="stage-", dir=cache)
    except OSError as error:
        raise unwritable(cache, error) from error
    with folder as name:
        yield Path(name)


def _sha256(path: Path) -> str:
    try:
        status = path.stat()
        return _hashed(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise DataError(f"{path} must be readable, got: {error.strerror or error}") from error


@lru_cache(maxsize=1024)
def _hashed(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - part of the memo's key
    """Hash a file once per process and version of the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

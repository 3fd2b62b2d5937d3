"""Decoded arrays on disk, so that pictures are decoded once and not once per cell.

An entry is a folder named by a hash of the source files' bytes and of the decoder; the arrays are
plain ``.npy`` files and a manifest, written last, says what they must be. Every file is replaced
atomically. Decoding is deterministic, so processes that fill one entry at the same time write
equal bytes and any mixture of their files is whole.

Every process that reads an entry holds the bytes of the arrays against their CRC-32, once for each
version of a file, and the manifest, which has the fingerprint that records carry, against its own
digest. A CRC finds every changed bit and costs 0.08 s of processor time for the 184 MB of CIFAR-10
and 0.04 s for MNIST, reading included; SHA-256, which the fingerprint is, takes twice as long.
"""

from __future__ import annotations

import json
import os
import uuid
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np

from harness import digest
from harness.datasets.dataset import Facts
from harness.errors import DataError
from harness.types import Array

FORMAT = 2
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
DIGEST = "digest"
KEYS = {"format", "fingerprint", "classes", "notes", "arrays", DIGEST}


@dataclass(frozen=True)
class Decoded:
    """Pixels and labels as read from the files of a data set.

    Attributes
    ----------
    x_train, x_test : ndarray
        (n, channels, height, width) uint8.
    y_train, y_test : ndarray
        (n,) int64.
    classes : tuple of str
        Class names; a label is an index into them.
    notes : mapping of str to str
        As in `Dataset`.
    """

    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    classes: tuple[str, ...]
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """Shapes and counts of the arrays."""
        shape = tuple(int(size) for size in self.x_train.shape[1:])
        counts = len(self.x_train), len(self.x_test)
        return Facts(shape, len(self.classes), *counts, self.classes)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over dtype, shape and bytes of train pixels, labels, test pixels, labels."""
        return digest.of_arrays(*(getattr(self, name) for name in ARRAYS))


@dataclass(frozen=True)
class Entry:
    """One decoded data set in the cache; `folder` need not exist."""

    folder: Path

    def read(self) -> tuple[Decoded, str] | None:
        """Return (arrays, fingerprint), or None when there is no whole entry.

        Pixels are memory-mapped, read-only. An entry whose manifest or files are not what they
        must be counts as absent: it is a copy, and is made again.

        Raises
        ------
        DataError
            If the cache cannot be read.
        """
        manifest = self._manifest()
        if manifest is None:
            return None
        found = {name: self._array(name, manifest["arrays"][name]) for name in ARRAYS}
        arrays = {name: array for name, array in found.items() if array is not None}
        if len(arrays) < len(ARRAYS):
            return None
        decoded = Decoded(
            **arrays, classes=tuple(manifest["classes"]), notes=dict(manifest["notes"])
        )
        return decoded, str(manifest["fingerprint"])

    def write(self, decoded: Decoded) -> None:
        """Write or replace the entry.

        Raises
        ------
        DataError
            If the cache cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            described = {name: self._save(name, getattr(decoded, name)) for name in ARRAYS}
            manifest = {
                "format": FORMAT,
                "fingerprint": decoded.fingerprint,
                "classes": list(decoded.classes),
                "notes": dict(decoded.notes),
                "arrays": described,
            }
            manifest[DIGEST] = digest.of_value(manifest)
            text = digest.canonical(manifest).encode()
            _replace(self.folder / "manifest.json", lambda file: file.write(text))
        except OSError as error:
            raise unwritable(self.folder, error) from error

    def _manifest(self) -> dict[str, Any] | None:
        try:
            manifest = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError, RecursionError):  # not JSON, not UTF-8
            return None
        except OSError as error:
            raise unwritable(self.folder, error) from error
        return manifest if _is_whole(manifest) else None

    def _array(self, name: str, described: Mapping[str, Any]) -> Array | None:
        path = self.folder / f"{name}.npy"
        if not path.is_file() or path.stat().st_size != described["bytes"]:
            return None
        if _crc(path) != described["crc32"]:  # before NumPy reads a header that may be anything
            return None
        mode: Literal["r"] | None = "r" if name.startswith("x") else None
        array: Array = np.load(path, mmap_mode=mode, allow_pickle=False)
        return array

    def _save(self, name: str, array: Array) -> dict[str, Any]:
        path = self.folder / f"{name}.npy"
        size = _replace(path, lambda file: np.save(file, array, allow_pickle=False))
        crc = _crc(path)
        return {"bytes": size, "crc32": crc, "dtype": array.dtype.str, "shape": list(array.shape)}


def _is_whole(manifest: Any) -> bool:
    if not isinstance(manifest, dict) or manifest.keys() != KEYS or manifest["format"] != FORMAT:
        return False
    rest = {key: value for key, value in manifest.items() if key != DIGEST}
    return bool(manifest[DIGEST] == digest.of_value(rest))


def _crc(path: Path) -> int:
    found = path.stat()
    return _summed(path, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


@lru_cache(maxsize=1024)
def _summed(path: Path, *version: int) -> int:  # noqa: ARG001 - part of the memo's key
    """Read a file once per process and version of the file."""
    return zlib.crc32(np.memmap(path, np.uint8, mode="r").data)


def unwritable(folder: Path, error: OSError) -> DataError:
    """Return the error for a cache folder that cannot be used."""
    return DataError(
        "the cache folder must be readable and writable, got "
        f"{error.strerror or error} at {folder}. Set HARNESS_CACHE to a folder that is"
    )


def _replace(path: Path, write: Callable[[IO[bytes]], object]) -> int:
    """Write `path` so that a reader sees the old file or the new one; return its size."""
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        with temporary.open("xb") as file:
            write(file)
            size = file.tell()
        os.replace(temporary, path)  # noqa: PTH105 - named for what it promises
    finally:
        temporary.unlink(missing_ok=True)
    return size

"""What was made once and can be made again: bytes by key, in a folder of the cache.

A key says everything that the bytes depend on, so an entry is never out of date. Each is written
beside its place and then moved there, so that processes may write at the same time, and carries a
digest: what is not as it was written counts as absent. A cache that cannot be read or written costs
time and nothing else, so nothing of it is ever an error.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import platformdirs

APPLICATION = "claims-harness"
_HERE = Path(__file__).parent
_DIGEST = hashlib.sha256
_SIZE = _DIGEST().digest_size
_SPARED = 0.75
"""Share of a full cache that is left after old entries were removed."""


def root() -> Path:
    """Return the cache: ``HARNESS_CACHE``, else the user's cache folder; it may be deleted."""
    return absolute(os.environ.get("HARNESS_CACHE") or platformdirs.user_cache_dir(APPLICATION))


def absolute(text: str) -> Path:
    """Return a path as given in an option or a variable, from the current folder on."""
    text = os.path.expanduser(text)  # noqa: PTH111 - that of Path may raise
    return _joined("" if os.path.isabs(text) else os.getcwd(), text)  # noqa: PTH109, PTH117


@lru_cache(maxsize=64)  # asked for once a case of a suite
def _joined(folder: str, text: str) -> Path:
    return Path(folder, text)


@cache
def source() -> str:
    """Return the digest of the harness's own source, for keys of what all of it may have made."""
    whole = _DIGEST()
    for path in sorted(_HERE.rglob("*.py")):
        whole.update(f"{path.relative_to(_HERE)}\0".encode() + path.read_bytes())
    return whole.hexdigest()


@dataclass(frozen=True)
class Cache:
    """One folder of the cache.

    Attributes
    ----------
    name : str
        Of the folder.
    most : int
        Bytes that it may hold; what was not asked for the longest goes first.
    """

    name: str
    most: int

    def get(self, key: str) -> bytes | None:
        """Return what was kept under a key, None where nothing is, or not as it was written."""
        path = self._path(key)
        try:
            read = path.read_bytes()
            os.utime(path)  # asked for now
        except OSError:
            return None
        said, packed = read[:_SIZE], read[_SIZE:]
        return zlib.decompress(packed) if _DIGEST(packed).digest() == said else None

    def put(self, key: str, data: bytes) -> None:
        """Keep bytes under a key."""
        path, packed = self._path(key), zlib.compress(data)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path, _DIGEST(packed).digest() + packed)
        if key.startswith("0"):  # one in sixteen looks at all the others
            self.trim()

    def trim(self) -> None:
        """Remove the oldest entries of a cache that holds more than it may."""
        entries = sorted(_entries(self._folder))
        total = sum(size for _, size, _ in entries)
        if total <= self.most:
            return
        for _, size, path in entries:
            if total <= self.most * _SPARED:
                break
            with contextlib.suppress(OSError):  # another process removes it as well
                path.unlink()
            total -= size

    @property
    def _folder(self) -> Path:
        return root() / self.name

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / key


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """Yield when each file of a cache was last asked for, its size and its path."""
    for path in folder.glob("*/*"):
        with contextlib.suppress(OSError):  # removed meanwhile
            found = path.stat()
            yield found.st_mtime, found.st_size, path


def _replace(path: Path, data: bytes) -> None:
    descriptor, beside = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(beside, path)  # noqa: PTH105 - named for what it promises
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise

"""What backends share that compute in host memory: arrays, and threads of BLAS and OpenMP."""

# ruff: noqa: ARG002 - the protocol of backends fixes the arguments
from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from threadpoolctl import ThreadpoolController

from harness.types import Array


class HostArrays:
    """The handling of arrays of `Backend`; they need no copying: a handle is the array itself."""

    devices: tuple[str, ...] = ("cpu",)
    library: str
    """Name of the library, for messages."""

    def absent(self, device: str) -> str | None:
        """Return None for cpu, a reason for any other device."""
        if device in self.devices:
            return None
        return f"{self.library} computes on cpu only, not on {device}"

    def broken(self) -> str | None:
        """Return None: whoever calls this has imported NumPy."""
        return None

    def put(self, array: Array, device: str, *, pinned: bool = False) -> Array:
        """Return `array` itself, of whatever shape and dtype."""
        return array

    def move(self, handle: Array, device: str, *, non_blocking: bool = False) -> Array:
        """Return `handle` itself."""
        return handle

    def take(self, handle: Array, index: Array) -> Array:
        """Return the rows `index` (int64, (m,)) of a handle (n, ...), copied: (m, ...)."""
        return np.take(handle, index, axis=0)

    def array(self, handle: Array) -> Array:
        """Return `handle` as an array (a step's loss is a scalar)."""
        return np.asarray(handle)

    def synchronize(self, device: str) -> None:
        """Do nothing: host libraries have finished when they return."""

    def threads(self, count: int) -> None:
        """Let BLAS and OpenMP use `count` threads from here on; 0 for all cores."""
        limit_threads(count)


def resolve(count: int) -> int:
    """Return `count`, or the number of cores for 0.

    Raises
    ------
    ValueError
        If `count` is negative.
    """
    if count < 0:
        raise ValueError(f"the thread count must be 0 (all cores) or more, got {count} instead")
    return count or os.cpu_count() or 1


def limit_threads(count: int) -> None:
    """Limit BLAS and OpenMP to `count` threads from here on; 0 for all cores."""
    # Without ``with`` the limit outlives the object, which is what a cell's process wants.
    _controller().limit(limits=resolve(count))


@contextmanager
def one_each() -> Iterator[int]:
    """Keep BLAS to one thread a call for a while; return how many it was allowed to use.

    As many threads of ours can then call it at once.
    """
    blas = _controller().select(user_api="blas")
    counts = [library.num_threads for library in blas.lib_controllers]
    with blas.limit(limits=1):
        yield max(counts, default=1)


class Pools:
    """The thread counts of the libraries that are loaded, as they are when this is made."""

    def __init__(self) -> None:
        self._counts = _counts()

    def restore(self) -> bool:
        """Put them back; False where they are not as they were, or of other libraries."""
        for one in _controller().lib_controllers:
            wanted = self._counts.get(one.filepath)
            if wanted is not None and one.get_num_threads() != wanted:
                one.set_num_threads(wanted)
        return _counts() == self._counts


def _counts() -> dict[str, int | None]:
    return {one.filepath: one.get_num_threads() for one in _controller().lib_controllers}


_FOUND: list[tuple[int, ThreadpoolController]] = []


def _controller() -> ThreadpoolController:
    """Return the libraries that are loaded; looked for again once more modules are."""
    if not (_FOUND and _FOUND[0][0] == len(sys.modules)):
        _FOUND[:] = [(len(sys.modules), ThreadpoolController())]
    return _FOUND[0][1]

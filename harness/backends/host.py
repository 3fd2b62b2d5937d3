"""What backends share that compute in host memory: their arrays need no copying."""

# ruff: noqa: ARG002 - the protocol of backends fixes the arguments
from __future__ import annotations

import numpy as np

from harness.backends.threads import limit_threads
from harness.types import Array


class HostArrays:
    """The handling of arrays of `Backend`; a handle is the array itself."""

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

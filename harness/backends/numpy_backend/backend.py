"""The NumPy backend's entry in the table."""

# ruff: noqa: ARG002 - the protocol of backends fixes the arguments
from __future__ import annotations

import tracemalloc
from collections.abc import Mapping, Sequence

import numpy as np

from harness.backends.base import Network
from harness.backends.numpy_backend.neighbors import IMPLEMENTATIONS
from harness.backends.numpy_backend.network import NumpyNetwork
from harness.backends.threads import limit_threads
from harness.config.shapes import Placed
from harness.config.train import Train
from harness.types import Array


class NumpyBackend:
    """See `harness.backends.base.Backend` and `Memory`; a handle is the array itself."""

    name = "numpy"
    devices: tuple[str, ...] = ("cpu",)
    experiments: tuple[str, ...] = ("knn", "train", "timing", "probe")
    implementations: tuple[str, ...] = tuple(IMPLEMENTATIONS)

    def absent(self, device: str) -> str | None:
        """Return None for cpu, a reason for any other device."""
        return None if device in self.devices else f"NumPy computes on cpu only, not on {device}"

    def put(self, array: Array, device: str, *, pinned: bool = False) -> Array:
        """Return `array` itself."""
        return array

    def move(self, handle: Array, device: str, *, non_blocking: bool = False) -> Array:
        """Return `handle` itself."""
        return handle

    def take(self, handle: Array, index: Array) -> Array:
        """Return the rows `index` (int64, (m,)), copied."""
        return np.take(handle, index, axis=0)

    def array(self, handle: Array) -> Array:
        """Return `handle` as an array (a step's loss is a scalar)."""
        return np.asarray(handle)

    def synchronize(self, device: str) -> None:
        """Do nothing: NumPy has finished when it returns."""

    def threads(self, count: int) -> None:
        """Let BLAS use `count` threads from here on; 0 for all cores."""
        limit_threads(count)

    def network(
        self,
        layers: Sequence[Placed],
        weights: Mapping[str, Array],
        train: Train,
        device: str,
        dropout: np.random.Generator,
    ) -> Network:
        """Build a network from a copy of `weights`, cast to ``train.dtype``."""
        return NumpyNetwork(layers, weights, train, dropout)

    def neighbors(
        self, train: Array, test: Array, k: int, implementation: str
    ) -> tuple[Array, Array]:
        """Return distances (m, k) float32 and indices (m, k) int64 of the k nearest rows."""
        return IMPLEMENTATIONS[implementation](train, test, k)

    def reset_peak(self, device: str) -> None:
        """Do nothing: counting would slow down what is being timed."""

    def peak(self, device: str) -> int | None:
        """Return None; see `reset_peak`."""
        return None

    def forward_memory(
        self, network: Network, x: Array, device: str, *, grad: bool
    ) -> tuple[int, int]:
        """Return (peak, retained) bytes of one forward pass over `x`, by ``tracemalloc``."""
        if not isinstance(network, NumpyNetwork):
            raise TypeError(f"network must be a NumpyNetwork, got {type(network).__name__}")
        forward = network.forward if grad else network.predict
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()
            held = forward(x)
            after, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        del held
        return peak - before, after - before

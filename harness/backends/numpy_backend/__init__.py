"""The entry of NumPy in the table of backends."""

# ruff: noqa: ARG002 - the protocol of backends fixes the arguments
from __future__ import annotations

import tracemalloc
from collections.abc import Mapping, Sequence

import numpy as np

from harness.backends.host import HostArrays
from harness.backends.numpy_backend.neighbors import IMPLEMENTATIONS
from harness.backends.numpy_backend.network import NumpyNetwork
from harness.backends.numpy_backend.stack import NumpyStack
from harness.backends.protocol import Network, Pool, Stack
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.types import Array


class NumpyBackend(HostArrays):
    """See `harness.backends.protocol.Backend` and `Memory`; a handle is the array itself."""

    name = "numpy"
    library = "NumPy"
    experiments: tuple[str, ...] = ("knn", "train", "timing", "probe")
    implementations: tuple[str, ...] = tuple(IMPLEMENTATIONS)

    def network(
        self,
        layers: Sequence[PlacedLayer],
        weights: Mapping[str, Array],
        train: Train,
        device: str,
        dropout: np.random.Generator,
    ) -> Network:
        """Build a network from a copy of `weights`, cast to ``train.dtype``."""
        return NumpyNetwork(layers, weights, train, dropout)

    def stack(
        self,
        layers: Sequence[PlacedLayer],
        weights: Sequence[Mapping[str, Array]],
        trains: Sequence[Train],
        device: str,
        pool: Pool,
    ) -> Stack:
        """Build networks that are trained side by side from copies of `weights`."""
        return NumpyStack(layers, weights, trains, pool)

    def neighbors(
        self, train: Array, test: Array, k: int, implementation: str
    ) -> tuple[Array, Array]:
        """Return distances (m, k) float32 and indices (m, k) int64 of the k nearest rows.

        Of `train` (n, d) for every row of `test` (m, d), both float32 or float64.
        """
        return IMPLEMENTATIONS[implementation](train, test, k)

    def reset_peak(self, device: str) -> None:
        """Do nothing: counting would slow down what is being timed."""

    def peak(self, device: str) -> int | None:
        """Return None; see `reset_peak`."""
        return None

    def forward_memory(
        self, network: Network, x: Array, device: str, *, grad: bool
    ) -> tuple[int, int]:
        """Return (peak, retained) bytes of a forward pass over `x` (N, *shape) by tracemalloc."""
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

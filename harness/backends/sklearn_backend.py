"""The entry of scikit-learn in the table of backends: brute-force neighbours, no networks.

scikit-learn is imported on first use: it takes a second that no other backend should pay.
"""

# ruff: noqa: ARG002 - the protocol of backends fixes the arguments
from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from harness import extras
from harness.backends.host import HostArrays
from harness.backends.protocol import Network
from harness.config.model import PlacedLayer
from harness.config.train import Train
from harness.errors import UsageError
from harness.types import Array


class SklearnBackend(HostArrays):
    """See `harness.backends.protocol.Backend`; a handle is the array itself."""

    name = "sklearn"
    library = "scikit-learn"
    experiments: tuple[str, ...] = ("knn", "timing", "peer")
    implementations: tuple[str, ...] = ("no_loop",)

    def absent(self, device: str) -> str | None:
        """Return why `device` cannot be used here, or None."""
        return super().absent(device) or extras.missing("sklearn")

    def network(
        self,
        layers: Sequence[PlacedLayer],
        weights: Mapping[str, Array],
        train: Train,
        device: str,
        dropout: np.random.Generator,
    ) -> Network:
        """Refuse: scikit-learn's networks take neither our weights nor our batches.

        Raises
        ------
        UsageError
        """
        raise UsageError(
            "the sklearn backend trains no networks; use backend numpy or torch, or experiment peer"
        )

    def neighbors(
        self, train: Array, test: Array, k: int, implementation: str
    ) -> tuple[Array, Array]:
        """Return distances (m, k) float32 and indices (m, k) int64 of the k nearest rows.

        Of `train` (n, d) for every row of `test` (m, d), both float32 or float64. Equal
        distances are sorted by index here. Two things stay the peer's own: it rounds distances to
        float32, so that neighbours closer than that are ties, and it chooses which of the rows
        that tie with the k-th are among the k.
        """
        from sklearn.neighbors import NearestNeighbors

        search = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(train)
        distances, indices = search.kneighbors(test)
        order = np.lexsort((indices, distances), axis=1)
        distances = np.take_along_axis(distances, order, axis=1)
        indices = np.take_along_axis(indices, order, axis=1)
        return distances.astype(np.float32), indices.astype(np.int64)

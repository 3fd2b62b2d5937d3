"""What a search of nearest neighbours is given, be it for its answer or for its time."""

from __future__ import annotations

import numpy as np

from harness.config.other import Knn
from harness.datasets.parts import flat
from harness.datasets.scaling import Scaler
from harness.errors import DataUnfit, UsageError
from harness.types import Array


def features(x: Array, scaler: Scaler) -> Array:
    """Return examples as rows of scaled features, float32 (n, d)."""
    return flat(scaler.apply(x, np.float32))


def check_neighbors(knn: Knn, available: int) -> None:
    """Raise UsageError unless some k is asked for and none exceeds the examples searched."""
    if not knn.n_neighbors:
        raise UsageError("[knn] n_neighbors must name at least one k, got an empty list")
    if max(knn.n_neighbors) > available:
        raise DataUnfit(
            f"[knn] n_neighbors must be at most {available}, the training examples searched, "
            f"got {max(knn.n_neighbors)}; raise [data] n_train or drop the larger k"
        )

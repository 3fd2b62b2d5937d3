"""scikit-learn as a peer: an independent implementation where it has the algorithm."""

from __future__ import annotations

from harness.backends.sklearn_backend.backend import SklearnBackend

__all__ = ["SklearnBackend"]

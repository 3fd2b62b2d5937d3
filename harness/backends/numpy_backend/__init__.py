"""The algorithms from scratch in NumPy: what the documents teach, written to be read and run."""

from __future__ import annotations

from harness.backends.numpy_backend.backend import NumpyBackend

__all__ = ["NumpyBackend"]

"""Networks trained side by side in NumPy: every array has a first axis of members."""

from __future__ import annotations

from harness.backends.numpy_backend.stack.stack import NumpyStack

__all__ = ["NumpyStack"]

"""The algorithms through PyTorch. torch itself is imported on first use, never with this."""

from __future__ import annotations

from harness.backends.torch_backend.backend import TorchBackend

__all__ = ["TorchBackend"]

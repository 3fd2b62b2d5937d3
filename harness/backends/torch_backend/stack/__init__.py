"""Networks trained side by side in torch: every tensor has a first axis of members."""

from __future__ import annotations

from harness.backends.torch_backend.stack.stack import TorchStack

__all__ = ["TorchStack"]

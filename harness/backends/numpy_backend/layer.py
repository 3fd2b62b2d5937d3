"""What a layer of the NumPy backend is.

``forward`` returns the output and what ``backward`` will need of it (the cache), so that inference
keeps nothing. ``backward`` turns d loss / d output into d loss / d input and may overwrite its
argument, which nobody else holds. Gradients of parameters come from ``gradients``, apart from
``backward``, because the first layer's input gradient is never needed and would cost a third of
that layer's work.

Arrays have one example a row, (N, ...), and the dtype of ``[train]``, float32 or float64, in which
everything is computed. A gradient has the shape and dtype of what it belongs to. What a layer says
of an element holds for arrays of any shape.
"""

# ruff: noqa: ARG002 - all layers share one signature
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.types import Array

Cache = Any


class Layer:
    """A layer without parameters; `params` maps ``weight`` and ``bias`` to arrays."""

    def __init__(self, params: Mapping[str, Array] | None = None) -> None:
        self.params: dict[str, Array] = dict(params or {})

    def forward(self, x: Array, *, training: bool) -> tuple[Array, Cache]:
        """Return the output for `x` (N, ...), float, and the cache for the backward pass."""
        raise NotImplementedError

    def backward(self, grad: Array, cache: Cache) -> Array:
        """Return d loss / d input, in its shape, from d loss / d output, in that of the output."""
        raise NotImplementedError

    def gradients(self, grad: Array, cache: Cache) -> dict[str, Array]:
        """Return d loss / d parameter, in its shape and by its name, from d loss / d output."""
        return {}

    def statistics(self) -> tuple[Array, ...]:
        """Return the arrays that a forward pass in training changes beside the parameters."""
        return ()

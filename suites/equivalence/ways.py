"""Two ways to compute the same thing: what both are given, and how far apart they come out.

With a table ``[data]`` inputs are the first of its training examples, otherwise N(0, 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator

import harness
from harness.config.kinds import Kind
from harness.datasets.parts import Parts, flat
from harness.datasets.scaling import Scaler
from harness.types import Array

if TYPE_CHECKING:
    import torch

MEASURED: Mapping[str, Kind] = {"relative_difference": "fixed", "ratio": "fixed"}
"""What `apart` makes of two ways."""
on_both = harness.experiment(metrics=MEASURED, backends=["numpy", "torch"])
on_numpy = harness.experiment(metrics=MEASURED, backends=["numpy"])
on_torch = harness.experiment(metrics=MEASURED, backends=["torch"])


@dataclass(frozen=True)
class Inputs:
    """Draws in float64, the same for every library.

    Attributes
    ----------
    rng : numpy.random.Generator
        The cell's.
    device : str
        Where tensors are to lie.
    examples, features, classes : int
        Rows N, columns D and classes C of what is drawn; data have columns and classes of their
        own.
    data : Parts, optional
        The examples of the suite.
    scaler : Scaler, optional
        How they are scaled.
    """

    rng: Generator
    device: str = "cpu"
    examples: int = 32
    features: int = 20
    classes: int = 10
    data: Parts | None = None
    scaler: Scaler | None = None

    def normal(self, *shape: int) -> Array:
        """Draw an array of `shape` from N(0, 1)."""
        return self.rng.standard_normal(shape)

    def weights(self, out: int, inputs: int) -> Array:
        """Draw a weight matrix (out, in) with variance 1 / in."""
        drawn: Array = self.normal(out, inputs) / np.sqrt(inputs)
        return drawn

    @cached_property
    def x(self) -> Array:
        """The examples, (N, D)."""
        if self.data is None or self.scaler is None:
            return self.normal(self.examples, self.features)
        some = self.scaler.apply(self.data.x_train[: self.examples], np.float64)
        return np.ascontiguousarray(flat(some))

    @cached_property
    def labels(self) -> Array:
        """Their classes, (N,) int64; drawn uniformly where there are no data."""
        if self.data is None:
            return self.rng.integers(self.classes, size=self.examples)
        return self.data.y_train[: self.examples].astype(np.int64)

    @property
    def width(self) -> int:
        """D."""
        return int(self.x.shape[1])

    def put(self, array: Array, *, grad: bool = False) -> torch.Tensor:
        """Return a tensor on the device; with `grad` a leaf."""
        import torch

        tensor = torch.tensor(array, device=self.device)
        return tensor.requires_grad_() if grad else tensor


def host(value: Any) -> Array:
    """Return a tensor, an array or a number in host memory."""
    return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)


def gradient(loss: Any, leaf: torch.Tensor) -> torch.Tensor:
    """Return d loss / d leaf by autograd."""
    import torch

    (found,) = torch.autograd.grad(loss, leaf)
    return found


def apart(one: Any, other: Any) -> dict[str, float]:
    """Return how far one way is from the other, which is the reference.

    ``ratio`` is that of their lengths, nan where the reference is 0.

    Raises
    ------
    ValueError
        If they differ in shape.
    """
    a, b = (host(way).astype(np.float64) for way in (one, other))
    if a.shape != b.shape:
        raise ValueError(f"two ways must have one shape, got {a.shape} and {b.shape}")
    length = np.linalg.norm(b.ravel())
    ratio = float(np.linalg.norm(a.ravel()) / length) if b.any() else float("nan")
    return {"relative_difference": relative_difference(a, b), "ratio": ratio}


def relative_difference(one: Array, other: Array) -> float:
    """Return ``max|a - b| / max|b|``; 0 if both are zero everywhere."""
    most, size = float(np.abs(one - other).max()), float(np.abs(other).max())
    if most == 0:
        return 0.0
    return most / size if size else float("inf")

"""What a pair of ways is, and the inputs that all of them draw from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.datasets.parts import parts
from harness.datasets.scaling import Scaler
from harness.experiments.experiment import Context
from harness.types import Array

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Inputs:
    """Sizes, and draws from the cell's ``probe`` stream, the same for every backend.

    Attributes
    ----------
    context : Context
        The cell's.
    examples, features, units, classes, batches : int
        Rows N, columns D, hidden units or outputs H, classes C; batches the rows are cut into.
    dtype : dtype
        Of every floating-point array.
    amount : float
        The one number that some pairs depend on.
    """

    context: Context
    examples: int = 32
    features: int = 20
    units: int = 16
    classes: int = 10
    batches: int = 4
    dtype: Any = np.float64
    amount: float = 0.5
    rng: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        # One generator for the whole pair, so that successive draws differ.
        object.__setattr__(self, "rng", self.context.streams.generator("probe"))

    def afresh(self) -> Inputs:
        """Return inputs that draw the same numbers once more, from the start."""
        return replace(self)

    def normal(self, *shape: int) -> Array:
        """Draw an array of `shape` from N(0, 1)."""
        drawn: Array = self.rng.standard_normal(shape).astype(self.dtype)
        return drawn

    @cached_property
    def x(self) -> Array:
        """The examples, (N, D): the first of the data set, or N(0, 1)."""
        dataset, data = self.context.dataset, self.context.settings.data
        if dataset is None or data is None:
            return self.normal(self.examples, self.features)
        split = parts(dataset, data)
        some = Scaler.of(data, split).apply(split.x_train[: self.examples], self.dtype)
        return np.ascontiguousarray(some.reshape(len(some), -1))

    @cached_property
    def labels(self) -> Array:
        """Their classes, (N,) int64: of the data set, or drawn uniformly."""
        dataset, data = self.context.dataset, self.context.settings.data
        if dataset is None or data is None:
            return self.rng.integers(self.classes, size=self.examples)
        return parts(dataset, data).y_train[: self.examples].astype(np.int64)

    def weights(self, out: int, inputs: int) -> Array:
        """Draw a weight matrix (out, in) with variance 1 / in."""
        drawn: Array = (self.normal(out, inputs) / np.sqrt(inputs)).astype(self.dtype)
        return drawn

    def put(self, array: Array, *, grad: bool = False) -> torch.Tensor:
        """Return a tensor on the device; with `grad` a leaf."""
        import torch

        tensor = torch.tensor(array, device=self.context.device)
        return tensor.requires_grad_() if grad else tensor

    def host(self, value: Any) -> Array:
        """Return a tensor, an array or a number in host memory."""
        return np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)


Ways = Callable[[Inputs], tuple[Any, Any]]
"""Computes the same thing twice; the second is the reference."""
Pair = Mapping[str, Ways]
"""Backend to `Ways`."""


def gradient(loss: Any, leaf: torch.Tensor) -> torch.Tensor:
    """Return d loss / d leaf by autograd, keeping the graph."""
    import torch

    (found,) = torch.autograd.grad(loss, leaf, retain_graph=True)
    return found

"""What a scenario is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.datasets.dataset import Dataset

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Setup:
    """What a scenario may use.

    Attributes
    ----------
    rng : numpy.random.Generator
        The cell's ``probe`` stream; there is no other source of randomness.
    device : str
        Where tensors are to lie.
    rows, inputs, outputs, units, examples : int
        Sizes of the suite: examples of a batch, features of one, outputs, units of a hidden
        layer, examples in all.
    dataset : Dataset or None
        The decoded data when the suite has a [data] table.
    """

    rng: np.random.Generator
    device: str = "cpu"
    rows: int = 64
    inputs: int = 784
    outputs: int = 10
    units: int = 32
    examples: int = 1003
    dataset: Dataset | None = None

    def normal(self, *shape: int) -> torch.Tensor:
        """Return a float32 tensor of standard normal draws on the device."""
        import torch

        return torch.from_numpy(self.rng.standard_normal(shape, np.float32)).to(self.device)

    def labels(self) -> torch.Tensor:
        """Return int64 labels (rows,) below `outputs` on the device."""
        import torch

        return torch.from_numpy(self.rng.integers(self.outputs, size=self.rows)).to(self.device)


@dataclass(frozen=True)
class Scenario:
    """A piece of code whose outcome is known to be a few numbers.

    Attributes
    ----------
    metrics : tuple of str
        Names of all that `run` returns; known without running, so that claims can be checked.
    run : callable
        ``run(setup)`` returns one number per metric, 0 or 1 for no and yes. It imports torch
        inside, reports what happened and expects nothing.
    revision : int
        Raised when what it measures changes, for its cases alone.
    """

    metrics: tuple[str, ...]
    run: Callable[[Setup], Mapping[str, float]]
    revision: int = 0

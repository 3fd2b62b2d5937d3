"""What scenarios draw from, and the sizes they are played with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Setup:
    """What a scenario may use.

    Attributes
    ----------
    rng : numpy.random.Generator
        The cell's; the global generator of torch, which modules use, is seeded from it.
    device : str
        Where tensors are to lie.
    rows, inputs, outputs, units, examples : int
        Sizes of the suite: examples of a batch, features of one, outputs, units of a hidden
        layer, examples in all; 0 where a scenario has no use for it.
    """

    rng: np.random.Generator
    device: str
    rows: int = 0
    inputs: int = 0
    outputs: int = 0
    units: int = 0
    examples: int = 0

    def __post_init__(self) -> None:
        import torch

        torch.manual_seed(int(self.rng.integers(2**31)))

    def normal(self, *shape: int) -> torch.Tensor:
        """Return a float32 tensor of standard normal draws on the device."""
        import torch

        return torch.from_numpy(self.rng.standard_normal(shape, np.float32)).to(self.device)

    def labels(self) -> torch.Tensor:
        """Return int64 labels (rows,) below `outputs` on the device."""
        import torch

        return torch.from_numpy(self.rng.integers(self.outputs, size=self.rows)).to(self.device)

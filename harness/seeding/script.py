"""The one stream of a published PyTorch script: ``torch.manual_seed`` and whatever follows it.

``torch.Generator`` seeded alike draws what torch's global generator does, on cpu, so the global
one is left alone. Every draw is of float32, torch's default, since its numbers depend on that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike

from harness.errors import Skip
from harness.types import Array

if TYPE_CHECKING:
    import torch

Size = int | tuple[int, ...] | None


class ScriptGenerator:
    """Draws as a script does, through the methods of ``numpy.random.Generator``.

    Only what has a counterpart in such scripts is here.

    Parameters
    ----------
    seed : int
        What the script gives ``torch.manual_seed``.
    aside : numpy.random.Generator
        For draws that the script never made; see `aside`.

    Raises
    ------
    Skip
        If torch is not installed.
    """

    def __init__(self, seed: int, aside: np.random.Generator) -> None:
        try:
            import torch
        except ImportError as error:
            raise Skip(f'[seeds] rng = "torch" needs torch, which is missing: {error}') from None
        self.aside = aside
        self._torch = torch
        self._source = torch.Generator().manual_seed(seed)

    def standard_normal(self, size: Size = None, dtype: DTypeLike = np.float64) -> Array:
        """Draw N(0, 1) of shape `size`, as ``torch.randn``: in float32, then cast to `dtype`."""
        return self._array(self._torch.randn(_shape(size), generator=self._source), dtype)

    def random(self, size: Size = None, dtype: DTypeLike = np.float64) -> Array:
        """Draw uniformly from [0, 1), as ``torch.rand``: in float32, then cast to `dtype`."""
        return self._array(self._torch.rand(_shape(size), generator=self._source), dtype)

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Size = None) -> Array:
        """Draw uniformly from [low, high) as ``Tensor.uniform_``: in float32, given as float64."""
        drawn = self._torch.empty(_shape(size)).uniform_(low, high, generator=self._source)
        return self._array(drawn, np.float64)

    def integers(self, low: int, high: int | None = None, size: Size = None) -> Array:
        """Draw int64 of shape `size` from [low, high), or [0, low), as ``torch.randint``."""
        low, high = (0, low) if high is None else (low, high)
        drawn = self._torch.randint(low, high, _shape(size), generator=self._source)
        return self._array(drawn, np.int64)

    def permutation(self, n: int) -> Array:
        """Return an order of 0 to n - 1, int64, as an epoch of ``DataLoader(shuffle=True)`` has.

        The loader draws a seed for its workers, then its sampler one for a generator of its own.
        """
        for _ in range(2):
            drawn = self._torch.empty((), dtype=self._torch.int64).random_(generator=self._source)
        order = self._torch.Generator().manual_seed(int(drawn.item()))
        return self._array(self._torch.randperm(n, generator=order), np.int64)

    def __getattr__(self, name: str) -> Any:
        """Refuse what no script draws."""
        raise AttributeError(f'[seeds] rng = "torch" has no {name!r}; use rng = "pcg64"')

    def _array(self, drawn: torch.Tensor, dtype: DTypeLike) -> Array:
        array: Array = drawn.numpy().astype(dtype)
        return array[()]


def aside(rng: np.random.Generator) -> np.random.Generator:
    """Return a stream for draws that a published script never made, such as a test part.

    It is `rng` itself, except where that repeats a script, whose later draws would move.
    """
    return rng.aside if isinstance(rng, ScriptGenerator) else rng


def _shape(size: Size) -> tuple[int, ...]:
    if size is None:
        return ()
    return (size,) if isinstance(size, int) else tuple(size)

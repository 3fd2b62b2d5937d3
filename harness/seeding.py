"""Where every random number of a cell comes from: keyed streams, or the one of a script.

A stream is addressed by (root, suite, repetition, role) and by nothing else. Backend, device and
the case's parameters are left out of the key on purpose: cells that differ only in those share
data, split, initial weights (where shapes agree) and batch order, so they can be compared in
pairs, and adding a case shifts nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import numpy as np
from numpy.typing import DTypeLike

from harness.errors import Skip
from harness.types import Array

if TYPE_CHECKING:
    import torch


Role = Literal["data", "split", "init", "shuffle", "dropout", "order", "probe"]
ROLES: tuple[str, ...] = get_args(Role)
SCRIPTED = frozenset({"data", "init", "shuffle"})
"""Roles that one stream serves, in the order in which they draw, when a script is repeated."""
Size = int | tuple[int, ...] | None


def suite_key(suite: str) -> int:
    """Return the 32-bit key of a suite id (first four bytes of its SHA-256)."""
    return int.from_bytes(hashlib.sha256(suite.encode()).digest()[:4], "big")


@dataclass(frozen=True)
class Streams:
    """The random streams of one cell.

    Attributes
    ----------
    suite : str
        Suite id.
    repetition : int
        Seed number of the cell.
    root : int
        Root seed of the suite.
    script : int or None
        What a PyTorch script to be repeated gives ``torch.manual_seed``: see `SCRIPTED`.
    """

    suite: str
    repetition: int
    root: int = 0
    script: int | None = None

    def sequence(self, role: Role) -> np.random.SeedSequence:
        """Return the seed sequence of a role."""
        key = (suite_key(self.suite), self.repetition, ROLES.index(role))
        return np.random.SeedSequence(self.root, spawn_key=key)

    def generator(self, role: Role) -> np.random.Generator:
        """Return a fresh PCG64 generator of a role; equal calls give equal draws.

        With a `script` the `SCRIPTED` roles share one stream instead, which goes on from call to
        call.

        Raises
        ------
        Skip
            If there is a `script` and torch is not installed.
        """
        if self.script is not None and role in SCRIPTED:
            return cast(np.random.Generator, self._scripted)
        return self._own(role)

    def _own(self, role: Role) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64(self.sequence(role)))

    @cached_property
    def _scripted(self) -> ScriptGenerator:
        return ScriptGenerator(self.script or 0, aside=self._own("data"))


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

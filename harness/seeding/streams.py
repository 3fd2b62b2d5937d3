"""Keyed random streams.

A stream is addressed by (root, suite, repetition, role) and by nothing else. Backend, device and
the case's parameters are left out of the key on purpose: cells that differ only in those share
data, split, initial weights (where shapes agree) and batch order, so they can be compared in
pairs, and adding a case shifts nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast, get_args

import numpy as np

from harness.seeding.script import ScriptGenerator

Role = Literal["data", "split", "init", "shuffle", "dropout", "order", "probe"]
ROLES: tuple[str, ...] = get_args(Role)
SCRIPTED = frozenset({"data", "init", "shuffle"})
"""Roles that one stream serves, in the order in which they draw, when a script is repeated."""


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

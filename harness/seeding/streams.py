"""Keyed random streams.

A stream is addressed by (root, suite, repetition, role) and by nothing else. Backend, device and
the case's parameters are left out of the key on purpose: cells that differ only in those share
data, split, initial weights (where shapes agree) and batch order, so they can be compared in
pairs, and adding a case shifts nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

Role = Literal["data", "split", "init", "shuffle", "dropout", "order", "probe"]
ROLES: tuple[str, ...] = get_args(Role)


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
    """

    suite: str
    repetition: int
    root: int = 0

    def sequence(self, role: Role) -> np.random.SeedSequence:
        """Return the seed sequence of a role."""
        key = (suite_key(self.suite), self.repetition, ROLES.index(role))
        return np.random.SeedSequence(self.root, spawn_key=key)

    def generator(self, role: Role) -> np.random.Generator:
        """Return a fresh PCG64 generator of a role; equal calls give equal draws."""
        return np.random.Generator(np.random.PCG64(self.sequence(role)))

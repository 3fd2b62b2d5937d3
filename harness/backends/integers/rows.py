"""Rows of integers, shifted by the middle of their range, and their squared norms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.backends.integers.span import Span, cached
from harness.types import Array

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """Shifted rows (n, d) and their squared norms (n,)."""

    values: Floats
    squared: Integers

    @classmethod
    def empty(cls, n: int, d: int) -> Rows:
        """Return memory for n rows."""
        return cls(np.empty((n, d), np.float32), np.empty(n, np.int64))

    def __len__(self) -> int:
        return len(self.squared)

    def __getitem__(self, part: slice) -> Rows:
        return Rows(self.values[part], self.squared[part])

    def fill(self, rows: Array, span: Span, parts: Sequence[slice]) -> None:
        """Take over n rows, shifted; a product over one of `parts` is exact."""
        middle = rows.dtype.type(span.middle)
        for some in cached(rows):
            block = self.values[some]
            np.subtract(rows[some], middle, out=block, casting="same_kind")
            norms = [np.einsum("ij,ij->i", block[:, part], block[:, part]) for part in parts]
            np.sum(norms, axis=0, dtype=np.int64, out=self.squared[some])

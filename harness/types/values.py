"""What the values between the stages are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scalar = str | int | float | bool
Array = NDArray[Any]


def identical(one: Mapping[str, Scalar], other: Mapping[str, Scalar]) -> bool:
    """Whether two tables are the same, in their order and types too: 1 equals 1.0 and True."""
    return one is other or (
        one == other
        and list(one) == list(other)
        and list(map(type, one.values())) == list(map(type, other.values()))
    )


def as_float_array(values: Sequence[float]) -> NDArray[np.float64]:
    """Return `values` as a float64 vector (n,)."""
    return np.asarray(values, dtype=np.float64)

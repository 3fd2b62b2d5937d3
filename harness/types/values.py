"""What the values between the stages are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scalar = str | int | float | bool
Array = NDArray[Any]


def as_float_array(values: Sequence[float]) -> NDArray[np.float64]:
    """Return `values` as a float64 vector (n,)."""
    return np.asarray(values, dtype=np.float64)

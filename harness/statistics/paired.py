"""Ratios of paired values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.statistics.checks import Values, pair


def log_ratio(a: Values, b: Values) -> NDArray[np.float64]:
    """Return ``log(a / b)`` per pair, shape (n,).

    Raises
    ------
    ValueError
        If a value is not positive.
    """
    first, second = pair(a, b)
    bad = int(np.count_nonzero((first <= 0) | (second <= 0)))
    if bad:
        raise ValueError(f"a log ratio needs positive values, got {bad} pairs with one that is not")
    logs: NDArray[np.float64] = np.log(first) - np.log(second)
    return logs

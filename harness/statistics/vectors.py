"""What the functions of this package take: vectors and pairs of them, checked; and their ratios."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Values = Sequence[float] | NDArray[np.float64]
"""A vector of floats, shape (n,); estimates and intervals of it are float64 in its own unit."""


def vector(values: Values, least: int = 1) -> NDArray[np.float64]:
    """Return `values` as a float64 vector of at least `least` finite numbers.

    Raises
    ------
    ValueError
        If there are fewer values, the shape is not (n,), or a value is inf or nan.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < least:
        raise ValueError(
            f"values must be a vector of at least {least} numbers, got shape {array.shape}"
        )
    if not np.isfinite(array).all():
        bad = int(np.count_nonzero(~np.isfinite(array)))
        raise ValueError(f"values must be finite, got {bad} inf or nan; deal with them first")
    return array


def pair(a: Values, b: Values, least: int = 1) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return two float64 vectors of equal length, (n,) each, checked as by `vector`."""
    first, second = vector(a, least), vector(b, least)
    if first.size != second.size:
        raise ValueError(f"pairs must have equal lengths, got {first.size} and {second.size}")
    return first, second


def probability(level: float, name: str = "level") -> float:
    """Return `level` if it lies in (0, 1); ValueError otherwise."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"{name} must lie between 0 and 1, got {level}")
    return level


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

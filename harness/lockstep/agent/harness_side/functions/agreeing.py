"""Whether two results are the same, up to the rounding of floating-point numbers."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

ROUNDING = 2.0**-26
"""Relative: the root of the precision of a float64."""


def same(one: Any, other: Any) -> bool:
    """Return whether two results say the same.

    Numbers may differ by the root of their precision, relative to the larger, or to the largest of
    an array. A list, a tuple and an array of the same numbers are the same; what else there is
    must be equal.
    """
    if one is other:
        return True
    if _is_array(one) or _is_array(other):
        return _same_arrays(one, other)
    if isinstance(one, (str, bytes)) or isinstance(other, (str, bytes)):
        return bool(one == other)
    if isinstance(one, (int, float, complex)) and isinstance(other, (int, float, complex)):
        return _same_numbers(one, other)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if hasattr(one, "equals"):  # pandas, polars: their == has no truth
        return bool(one.equals(other))
    return bool(one == other)


def _same_numbers(one: Any, other: Any) -> bool:
    if one == other or (one != one and other != other):  # both are nan
        return True
    if isinstance(one, int) and isinstance(other, int):
        return False
    return bool(abs(one - other) <= ROUNDING * max(abs(one), abs(other)) < math.inf)


def _is_array(value: Any) -> bool:
    """Return whether a value is an array or a scalar of NumPy, or a tensor of torch."""
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    kinds = (
        *((numpy.ndarray, numpy.generic) if numpy else ()),
        *((torch.Tensor,) if torch else ()),
    )
    return isinstance(value, kinds)


def _same_arrays(one: Any, other: Any) -> bool:
    import numpy as np

    try:
        left, right = (np.asarray(_on_host(value)) for value in (one, other))
    except (TypeError, ValueError):
        return False
    if left.shape != right.shape:
        return False
    if left.dtype.kind not in "fc" and right.dtype.kind not in "fc":
        return bool(np.array_equal(left, right))
    if left.dtype.kind not in "biufc" or right.dtype.kind not in "biufc":
        return False
    floats = [array.dtype for array in (left, right) if array.dtype.kind in "fc"]
    rounding = math.sqrt(max(float(np.finfo(dtype).eps) for dtype in floats))
    finite = np.abs(left[np.isfinite(left)])
    largest = float(finite.max()) if finite.size else 0.0
    return bool(np.allclose(left, right, rtol=rounding, atol=rounding * largest, equal_nan=True))


def _on_host(value: Any) -> Any:
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value

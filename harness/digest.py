"""Content hashes: canonical JSON for settings, raw bytes for arrays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: Any) -> str:
    """Return the one JSON text of `value`: sorted keys, no blanks, no NaN."""
    return _encode(value)


def of_value(value: Any, length: int = 16) -> str:
    """Return the first `length` hex digits of SHA-256 over canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:length]


def of_arrays(*arrays: NDArray[Any]) -> str:
    """Return SHA-256 (64 hex digits) over dtype, shape and bytes of the arrays, in order."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def of_weights(weights: Mapping[str, NDArray[Any]]) -> str:
    """Return the digest of named arrays of any dtype and shape, whatever their order."""
    return of_arrays(*(weights[name] for name in sorted(weights)))

"""Numbers with units, as people write them: ``10m``, ``50us``, ``1MiB``, ``5%``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from harness.errors import UsageError

SECONDS: Mapping[str, float] = {
    "ns": 1e-9,
    "us": 1e-6,
    "ms": 1e-3,
    "s": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
}
BYTES: Mapping[str, float] = {
    "B": 1.0,
    "kB": 1e3,
    "MB": 1e6,
    "GB": 1e9,
    "KiB": 2.0**10,
    "MiB": 2.0**20,
    "GiB": 2.0**30,
}
_NUMBER = re.compile(r"\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z%]*)\s*", re.ASCII)


def seconds(text: str) -> float:
    """Return a duration in seconds.

    Raises
    ------
    UsageError
        If it is not a number of 0 or more with one of `SECONDS`.
    """
    return _with_unit(text, SECONDS, "a duration", "10m, 30s, 50us")


def size(text: str) -> float:
    """Return a size in bytes.

    Raises
    ------
    UsageError
        If it is not a number of 0 or more with one of `BYTES`.
    """
    return _with_unit(text, BYTES, "a size", "512KiB, 1MiB")


def share(text: str) -> float:
    """Return a relative change: ``"5%"`` and ``"0.05"`` are the same.

    Raises
    ------
    UsageError
        If it is not a number of 0 or more, with or without ``%``.
    """
    found = _NUMBER.fullmatch(text)
    if found is None or found[2] not in ("", "%"):
        raise UsageError(f"a relative change must be like 5% or 0.05, got {text!r}")
    return float(found[1]) / (100.0 if found[2] else 1.0)


def _with_unit(text: str, units: Mapping[str, float], what: str, examples: str) -> float:
    found = _NUMBER.fullmatch(text)
    if found is None or found[2] not in units or not math.isfinite(float(found[1])):
        raise UsageError(
            f"{what} must be a number with a unit ({', '.join(units)}), "
            f"e.g. {examples}; got {text!r}"
        )
    return float(found[1]) * units[found[2]]

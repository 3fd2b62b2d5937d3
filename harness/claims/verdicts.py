"""Verdicts as JSON values, and how many there are of each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from harness.types import VERDICTS, Verdict


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return how many verdicts there are of each name, all names present."""
    return {name: sum(verdict.verdict == name for verdict in verdicts) for name in VERDICTS}


def to_json(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Return the verdicts as JSON values: the fields of `harness.types.Verdict`, moved, fails.

    JSON has no inf or nan: they are written as the strings ``"inf"``, ``"-inf"`` and ``"nan"``.
    """
    return [
        _plain({**asdict(verdict), "moved": verdict.moved, "fails": verdict.fails})
        for verdict in verdicts
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value

"""The values of the head side, case by case, for formats that know one side only."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.gate.values import GateResult, Quantity


def head_values(result: GateResult, quantity: Quantity) -> Mapping[str, tuple[float, ...]]:
    """Return one value per process of head, by case, in the order measured.

    Seconds or bytes; processes without a value are left out, and cases without any.
    """
    found: dict[str, list[float]] = {decision.case: [] for decision in result.decisions}
    for pair in sorted(result.pairs, key=lambda pair: pair.index):
        value = pair.values(quantity)[1]
        if math.isfinite(value):
            found.setdefault(pair.case, []).append(value)
    return {case: tuple(values) for case, values in found.items() if values}

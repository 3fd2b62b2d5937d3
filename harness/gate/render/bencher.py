"""Bencher Metric Format: the head side's medians, for ``bencher run --adapter json``.

The format: https://bencher.dev/docs/reference/bencher-metric-format
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness import digest
from harness.gate.render.head import head_values
from harness.gate.values import GateResult, Quantity
from harness.statistics import median_interval
from harness.words import one_line

LONGEST_NAME = 1024


@dataclass(frozen=True)
class Measure:
    """A measure of Bencher's by its slug, and what our unit is in its unit."""

    slug: str
    factor: float


MEASURES: Mapping[Quantity, Measure] = {
    "time": Measure("latency", 1e9),  # built in, nanoseconds
    "memory": Measure("memory-taken", 1.0),
    "device_memory": Measure("peak-device-memory", 1.0),
}


def render(result: GateResult, _exit_code: int | None = None, /) -> str:
    """Return the medians of head over pairs as Bencher Metric Format.

    The bounds are those of a distribution-free 95 % interval of the median, left out while there
    are too few values for one.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for quantity, measure in MEASURES.items():
        for case, values in head_values(result, quantity).items():
            found.setdefault(_name(case), {})[measure.slug] = _metric(values, measure.factor)
    return json.dumps(found, indent=2, allow_nan=False) + "\n"


def _metric(values: Sequence[float], factor: float) -> dict[str, float]:
    metric = {"value": factor * statistics.median(values)}
    bounds = median_interval(values)
    if math.isfinite(bounds.low) and math.isfinite(bounds.high):
        metric |= {"lower_value": factor * bounds.low, "upper_value": factor * bounds.high}
    return metric


def _name(case: str) -> str:
    """Return the name, one that is too long cut and made unique by a digest."""
    line = one_line(case, len(case) + 1)
    if len(line) <= LONGEST_NAME:
        return line
    mark = f" {digest.of_value(case)}"
    return line[: LONGEST_NAME - len(mark)] + mark

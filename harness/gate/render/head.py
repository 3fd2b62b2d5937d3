"""The head side alone, for formats that know one side only.

Its values case by case, and the statistics of pytest-benchmark's tables by its own definitions.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

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


def stats(data: Sequence[float]) -> dict[str, Any]:
    """Return what pytest-benchmark calls the stats of a benchmark.

    Parameters
    ----------
    data : sequence of float, not empty
        Seconds a call.
    """
    ordered, total, mean = sorted(data), sum(data), statistics.mean(data)
    deviation = statistics.stdev(data) if len(data) > 1 else 0
    q1, q3 = quartiles(ordered)
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    by_deviation = _outside(data, mean - deviation, mean + deviation)
    by_range = _outside(data, low, high)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(data),
        "median": statistics.median(data),
        "iqr": q3 - q1,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": by_range,
        "stddev_outliers": by_deviation,
        "outliers": f"{by_deviation};{by_range}",
        "ld15iqr": next(value for value in ordered if value >= low),
        "hd15iqr": next(value for value in reversed(ordered) if value <= high),
        "ops": len(data) / total if total else 0,
        "total": total,
    }


def quartiles(ordered: Sequence[float]) -> tuple[float, float]:
    """Return the first and third quartile of sorted values, n >= 1.

    Of an even number the medians of both halves; of an odd number the mean of those with and
    without the middle value ("method 3": https://en.wikipedia.org/wiki/Quartile).
    """
    n = len(ordered)
    if n == 1:
        return ordered[0], ordered[0]
    if n % 2 == 0:
        return statistics.median(ordered[: n // 2]), statistics.median(ordered[n // 2 :])
    k = n // 4
    if n % 4 == 1:
        return (
            0.25 * ordered[k - 1] + 0.75 * ordered[k],
            0.75 * ordered[3 * k] + 0.25 * ordered[3 * k + 1],
        )
    return (
        0.75 * ordered[k] + 0.25 * ordered[k + 1],
        0.25 * ordered[3 * k + 1] + 0.75 * ordered[3 * k + 2],
    )


def _outside(data: Sequence[float], low: float, high: float) -> int:
    return sum(not low <= value <= high for value in data)

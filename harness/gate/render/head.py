"""The head side alone, for tools that know one side only: Bencher, and what reads pytest-benchmark.

Bencher Metric Format has its medians, for ``bencher run --adapter json``
(https://bencher.dev/docs/reference/bencher-metric-format). The JSON of pytest-benchmark has one
value per process, and statistics by the definitions of ``pytest_benchmark/stats.py``;
pytest-benchmark itself is not needed.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness import digest
from harness.gate.render.text import packages
from harness.gate.values import Decision, GateResult, Quantity
from harness.statistics import median_interval
from harness.words import one_line

LONGEST_NAME = 1024
FORMAT = "5.3.1"
"""The version of pytest-benchmark whose format this is."""


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


def bencher(result: GateResult, _exit_code: int | None = None, /) -> str:
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


def benchmark_json(result: GateResult, _exit_code: int | None = None, /) -> str:
    """Return head's times as ``pytest --benchmark-json`` writes them."""
    decisions = {d.case: d for d in result.decisions if d.quantity == "time"}
    told = {"packages": packages(result), "notes": list(result.notes)}
    document = {
        "machine_info": _machine(result.environment),
        "commit_info": _commit(result),
        "benchmarks": [
            _benchmark(case, data, decisions.get(case), told)
            for case, data in head_values(result, "time").items()
        ],
        "datetime": result.started,
        "version": FORMAT,
    }
    return json.dumps(document, indent=4, allow_nan=False) + "\n"


def _machine(facts: Mapping[str, str]) -> dict[str, Any]:
    """Return what pytest-benchmark records of a machine, without its name on the network."""
    processor, machine = facts.get("processor", ""), facts.get("machine", "")
    return {
        "node": "",
        "processor": processor,
        "machine": machine,
        "python_version": facts.get("python", ""),
        "release": facts.get("release", ""),
        "system": facts.get("system", ""),
        "cpu": {"brand_raw": processor, "arch": machine, "count": facts.get("cores", "")},
    }


def _commit(result: GateResult) -> dict[str, Any]:
    head = result.head
    return {
        "id": head.commit,
        "time": head.committed or None,
        "author_time": None,
        "dirty": head.dirty,
        "project": "",
        "branch": head.label,
    }


def _benchmark(
    case: str, data: Sequence[float], decision: Decision | None, told: Mapping[str, Any]
) -> dict[str, Any]:
    place, bracket, rest = one_line(case, len(case) + 1).partition("[")
    extra: dict[str, Any] = {}
    if decision is not None:
        extra = {"verdict": decision.verdict, "pairs": decision.pairs}
    extra |= {name: value for name, value in told.items() if value}
    return {
        "group": None,
        "name": place.rpartition("::")[2] + bracket + rest,
        "fullname": place + bracket + rest,
        "params": None,
        "param": rest.removesuffix("]") if bracket else None,
        "extra_info": extra,
        "options": {},
        "stats": {**stats(data), "data": list(data), "iterations": 1},
    }


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

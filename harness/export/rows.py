"""Records as rows of one table, one row each, and as pytest-benchmark stores times."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import harness
from harness import extras
from harness.claims.values import DONE
from harness.errors import NothingMeasured
from harness.files import write_bytes, write_text
from harness.types import Environment, Record, Scalar

Row = Mapping[str, Scalar]
METRIC = "metric."
"""What a metric is called by that is named like another column."""
_FORMAT = "5.3.1"
"""The version of pytest-benchmark whose files are written."""


def rows(records: Sequence[Record], environments: Mapping[str, Environment]) -> list[Row]:
    """Return the rows of records: what they are of, what they were made of, their metrics.

    An axis and a metric are called by their name; where a metric is named like another column it
    is ``metric.<name>``. A row has no entry for what its record has not.
    """
    before = [{**_said(record), **_made(record, environments)} for record in records]
    taken = {name for row in before for name in row}
    return [
        {**row, **{f"{METRIC}{n}" if n in taken else n: v for n, v in record.metrics.items()}}
        for row, record in zip(before, records, strict=True)
    ]


def _said(record: Record) -> dict[str, Scalar]:
    names = ("suite", "experiment", "case", "cell")
    own: dict[str, Scalar] = {name: getattr(record, name) for name in names}
    axes = {n: v for n, v in record.axes.items() if n not in own}
    return {**own, **axes, "seed": record.seed, "status": record.status, "reason": record.reason}


def _made(record: Record, environments: Mapping[str, Environment]) -> dict[str, Scalar]:
    snapshot = environments.get(record.environment)
    return {
        "environment": record.environment,
        "hardware": snapshot.hardware if snapshot else "",
        "data": record.data.used if record.data else "",
        "commit": record.commit,
        "started": record.started,
        "wall_s": record.wall_s,
    }


def columns(found: Sequence[Row]) -> list[str]:
    """Return the names of all columns, in the order in which rows first have them."""
    return list(dict.fromkeys(name for row in found for name in row))


def write_csv(path: Path, found: Sequence[Row]) -> None:
    """Write rows as CSV: every digit of a number, nothing for what a row has not.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, columns(found), lineterminator="\n")
    table.writeheader()
    table.writerows(found)
    write_text(path, text.getvalue(), "write the CSV")


def write_parquet(path: Path, found: Sequence[Row]) -> None:
    """Write rows as parquet; a column that has texts as well as numbers is one of texts.

    Raises
    ------
    LibraryMissing
        If pyarrow is not installed.
    FileError
        If it cannot be written.
    """
    extras.require("pyarrow")
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({name: _column(found, name) for name in columns(found)})
    whole = io.BytesIO()  # given a path, pyarrow removes what is there when it fails
    parquet.write_table(table, whole)
    write_bytes(path, whole.getvalue(), "write the parquet file")


def _column(found: Sequence[Row], name: str) -> list[Any]:
    values = [row.get(name) for row in found]
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) < 2:
        return values
    if kinds <= {int, float}:
        return [None if value is None else float(value) for value in values]
    return [None if value is None else str(value) for value in values]


def write_benchmarks(
    path: Path, records: Sequence[Record], environments: Mapping[str, Environment]
) -> None:
    """Write a benchmark for each case and each of its times, all seeds together.

    Raises
    ------
    NothingMeasured
        If no record has timing samples.
    FileError
        If it cannot be written.
    """
    found = list(_benchmarks(records))
    if not found:
        raise NothingMeasured("no record of these suites has timing samples to export")
    latest = max(records, key=lambda record: record.started)
    snapshot = environments.get(latest.environment)
    facts = dict(snapshot.facts) if snapshot else {}
    told = {
        "machine_info": _machine(facts),
        "commit_info": {
            "id": facts.get("commit") or "unknown",
            "time": latest.started,
            "author_time": latest.started,
            "dirty": facts.get("dirty") == "yes",
            "project": "harness",
            "branch": "(unknown)",
        },
        "benchmarks": found,
        "datetime": latest.started,
        "version": _FORMAT,
    }
    write_text(path, json.dumps(told, indent=1) + "\n", "write the benchmarks")


def _machine(facts: Mapping[str, str]) -> dict[str, Any]:
    return {
        "node": "",  # no host is named anywhere
        "processor": facts.get("processor", ""),
        "machine": facts.get("machine", ""),
        "python_implementation": "CPython",
        "python_version": facts.get("python", ""),
        "system": facts.get("system", ""),
        "release": facts.get("release", ""),
        "cpu": {"brand_raw": facts.get("processor", ""), "count": facts.get("cores", "")},
        "harness_version": harness.__version__,
    }


def _benchmarks(records: Sequence[Record]) -> Iterator[dict[str, Any]]:
    cases = defaultdict[tuple[str, str], list[Record]](list)
    for record in records:
        if record.status in DONE:
            cases[record.case, record.environment].append(record)
    for own in cases.values():
        for name in dict.fromkeys(name for record in own for name in record.samples):
            seconds = [value for record in own for value in record.samples.get(name, ())]
            if seconds:
                yield _benchmark(own[0], name, np.asarray(seconds, np.float64))


def _benchmark(record: Record, name: str, seconds: Any) -> dict[str, Any]:
    label = "-".join(str(value) for value in record.axes.values())
    return {
        "group": record.suite,
        "name": f"{name}[{label}]",
        "fullname": f"{record.suite}::{name}[{label}]",
        "params": dict(record.axes),
        "param": label,
        "extra_info": {"case": record.case, "environment": record.environment},
        "options": {
            "disable_gc": False,
            "timer": "perf_counter",
            "min_rounds": 1,
            "max_time": 0.0,
            "min_time": 0.0,
            "warmup": False,
        },
        "stats": statistics(seconds),
    }


def statistics(seconds: Any) -> dict[str, Any]:
    """Return the statistics of times as pytest-benchmark names and computes them."""
    data = np.sort(seconds)
    mean, deviation = float(data.mean()), float(data.std(ddof=1)) if len(data) > 1 else 0.0
    # as it has them for any count: halves that share the middle of an odd one by weight
    first, median, third = np.quantile(data, (0.25, 0.5, 0.75), method="hazen").tolist()
    low, high = first - 1.5 * (third - first), third + 1.5 * (third - first)
    beyond = int(((data < low) | (data > high)).sum())
    apart = int(((data < mean - deviation) | (data > mean + deviation)).sum())
    return {
        "min": float(data[0]),
        "max": float(data[-1]),
        "mean": mean,
        "stddev": deviation,
        "rounds": len(data),
        "median": median,
        "iqr": third - first,
        "q1": first,
        "q3": third,
        "iqr_outliers": beyond,
        "stddev_outliers": apart,
        "outliers": f"{apart};{beyond}",
        "ld15iqr": float(data[data >= low][0]),
        "hd15iqr": float(data[data <= high][-1]),
        "ops": 1 / mean if mean else 0.0,
        "total": float(data.sum()),
        "data": [float(value) for value in seconds],
        "iterations": 1,
    }

"""The JSON of pytest-benchmark, for tools that read it: the head side, one value per process.

The statistics are those of ``pytest_benchmark/stats.py``, by the same definitions; pytest-benchmark
itself is not needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.gate.render.head import head_values, stats
from harness.gate.render.text import packages
from harness.gate.values import Decision, GateResult
from harness.words import one_line

FORMAT = "5.3.1"
"""The version of pytest-benchmark whose format this is."""


def render(result: GateResult, _exit_code: int | None = None, /) -> str:
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

"""Small projects with pytest-benchmark tests, and the commands of their sides."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from harness.gate.couples import Couple, measure_round
from harness.lockstep.process import Command
from harness.lockstep.turns import Timeouts

PLUGINS = ("hypothesispytest", "timeout")
"""Those of this environment that a benchmark needs not: loading them is half of a side's start."""
BARE = tuple(option for name in PLUGINS for option in ("-p", f"no:{name}"))
QUICK = ("--benchmark-max-time=0.005", "--benchmark-min-rounds=2", "-c", os.devnull, *BARE)
PATIENT = Timeouts(start=120.0, case=60.0)

PLAIN = """
import os, time
import pytest

WORK = int(os.environ.get("WORK", "200"))

def test_sum(benchmark):
    assert benchmark(sum, range(WORK)) >= 0

def test_not_a_benchmark():
    raise AssertionError("must not be run")

@pytest.mark.parametrize("size", [10, 20])
def test_list(benchmark, size):
    benchmark(list, range(size))
"""


def project(folder: Path, text: str = PLAIN, name: str = "bench/test_it.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


def command(folder: Path, *paths: str, **variables: str) -> Command:
    arguments = (sys.executable, "-m", "harness_side.benchmarks", *(paths or ("bench",)))
    return Command(arguments, folder, (), variables, later=True)


def commands(folder: Path, head: Path | None = None, **variables: str):
    return {"base": command(folder), "head": command(head or folder, **variables)}


def measured(sides, names, index, rng, timeouts=PATIENT, options=(), bursts=None):
    """Measure one round by a couple of its own."""
    with Couple(sides, index, options) as couple:
        yield from measure_round(couple, names, rng, timeouts, bursts)
        couple.leave(timeouts)

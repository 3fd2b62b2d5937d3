"""Constructed baselines, points and series that need no run of the gate."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np

from harness.gate.history import Baseline, Point, Series
from harness.gate.values import Decision, GateResult, Pair, Revision
from harness.lockstep.sample import Sample
from harness.types import Interval

V1 = Baseline("v1", "a" * 40, "b" * 40, "2025-01-01T00:00:00+00:00")
START = datetime(2025, 1, 2, tzinfo=UTC)
HARDWARE = "x86_64 AMD EPYC, 2 cores"


def commit(number):
    return f"{number:07x}" + "c" * 33


def when(number):
    return (START + timedelta(days=number)).isoformat()


def point(number=0, log_ratio=0.0, **changes):
    ratio = math.exp(log_ratio)
    values = {
        "baseline": V1.name,
        "baseline_tree": V1.tree,
        "commit": commit(number),
        "tree": "d" * 33 + f"{number:07x}",
        "subject": f"Change {number}",
        "committed": when(number),
        "measured": when(number + 1000),
        "case": "test_it.py::test_loss[numpy]",
        "quantity": "time",
        "verdict": "ok",
        "ratio": ratio,
        "low": ratio * 0.99,
        "high": ratio * 1.01,
        "level": 0.95,
        "log_ratios": (log_ratio,),
        "pairs": 10,
        "hardware": HARDWARE,
        "environment": "e1",
    }
    return Point(**values | changes)


def series_of(log_ratios, **changes):
    points = tuple(point(number, value, **changes) for number, value in enumerate(log_ratios))
    return Series(V1, points[0].case, points[0].quantity, points[0].hardware, points)


def noise(seed, count=20, spread=0.01):
    return np.random.default_rng(seed).normal(0.0, spread, count)


def stepped(seed, at=12, size=0.05, count=20):
    return noise(seed, count) + size * (np.arange(count) >= at)


def crept(seed, slope=0.005, count=20):
    return noise(seed, count) + slope * np.arange(count)


def timed(seconds, **values):
    return Sample(seconds=seconds, turns=(seconds, seconds), **values)


def result(pairs=((1.0, 1.1), (1.0, 1.2)), *, dirty=False, case="test_loss", **changes):
    """Return a gate result of one case: `pairs` are (base seconds, head seconds)."""
    measured = tuple(
        Pair(case, number, "base", timed(base), timed(head))
        for number, (base, head) in enumerate(pairs)
    )
    decision = Decision(case, "time", "ok", "", 1.15, Interval(1.1, 1.2, 0.99), pairs=len(pairs))
    values = {
        "base": Revision("v1", V1.commit, V1.tree),
        "head": Revision("main", commit(1), "d" * 40, dirty, "Change 1", when(1)),
        "decisions": (decision,),
        "pairs": measured,
        "hardware": HARDWARE,
        "environment": {"processor": "AMD EPYC", "numpy": "2.4.6", "commit": "f" * 40},
        "started": when(2),
    }
    return GateResult(**values | changes)

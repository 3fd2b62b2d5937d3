"""A pytest plugin that measures benchmarks one at a time, each when it is told to."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from .channel import Channel
from .meter import Meter
from .turns import TURNS, by_turn, clock

ENOUGH = 1000
"""Rounds whose memory counts. A faster side has more of them, and every one leaves its time in the
lists of pytest-benchmark and of the turns: that is no memory of the benchmark's."""


class Measured:
    """Runs the benchmark tests named, in that order, and sends what each one gave.

    Parameters
    ----------
    channel : Channel
        The line to the other end.
    names : sequence of str or None
        Node ids; None only lists what there is.
    """

    def __init__(self, channel: Channel, names: Sequence[str] | None) -> None:
        self.channel = channel
        self.names = names
        self.meter = Meter()
        self.found: dict[str, Any] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.channel.send("error", text=f"{report.nodeid or 'collection'}: {report.longrepr}")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        known = {item.nodeid: item for item in items if _is_benchmark(item)}
        self.channel.send("cases", names=list(known))
        wanted = [] if self.names is None else self.names
        items[:] = [known[name] for name in wanted if name in known]

    @pytest.hookimpl(tryfirst=True, hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.found = {}
        self.channel.send("ready", case=item.nodeid)
        self.channel.receive()
        yield
        self.channel.send("sample", case=item.nodeid, **self.found)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        self.meter.start()
        if _know_precision():
            TURNS.begin(self.channel, {0: self.meter.settle, ENOUGH: self.meter.look})
        yield
        TURNS.end()
        self.found.update(self.meter.stop(TURNS.away))
        self.found.update(_rounds(item))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """End here: fixtures are torn down, and the summaries that follow take seconds."""
        self.channel.send("end")
        os._exit(0)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Iterator[None]:
        outcome: Any = yield
        report = outcome.get_result()
        if report.failed:
            self.found["error"] = f"{report.when}: {_last_line(report)}"
        elif report.skipped:
            self.found.update(error=_skip_reason(report), skipped=True)


def _know_precision() -> bool:
    """Tell pytest-benchmark the resolution of the clock; return whether it takes it.

    It would spend a second of every process on finding out, reading the clock at odd times: then
    the turn is better kept.
    """
    known = getattr(BenchmarkFixture, "_precisions", None)
    if isinstance(known, dict):
        known.setdefault(clock, time.get_clock_info("perf_counter").resolution)
    return isinstance(known, dict)


def _is_benchmark(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return "benchmark" in names or "benchmark_weave" in names


def _rounds(item: pytest.Item) -> dict[str, Any]:
    """Return the statistics of the rounds of a test that ran."""
    values = getattr(item, "funcargs", {})
    fixture = values.get("benchmark") or values.get("benchmark_weave")
    taken = getattr(fixture, "stats", None)
    data = list(taken.stats.data) if taken is not None else []
    if not data:
        return {"error": "measured nothing: the test never called its benchmark fixture"}
    if min(data) <= 0:
        went = "went backwards" if min(data) < 0 else "did not advance"
        return {"error": f"the clock {went}: a round took {min(data):g} s"}
    return {
        "rounds": len(data),
        "mean": statistics.fmean(data),
        **by_turn(data),
    }


def _last_line(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash is not None else report.longrepr)
    return text.strip().splitlines()[0] if text.strip() else "failed"


def _skip_reason(report: Any) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(reason).removeprefix("Skipped: ")

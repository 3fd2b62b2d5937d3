"""A pytest plugin that measures benchmarks one at a time, each when it is told to."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ..channel import Channel, reason_of_exception, reason_of_report, reason_of_skip
from ..meter import Meter
from ..turns import TURNS, by_turn, clock
from .selecting import forget, leaving_out, overrule, plain, selected, shorten

ENOUGH = 1000
"""Rounds whose memory counts. A faster side has more of them, and every one leaves its time in the
lists of pytest-benchmark and of the turns: that is no memory of the benchmark's."""


class Absent(pytest.Item):
    """Stands for a test that was listed by another process and that this one does not have."""

    why = "it is not there now; a test must have the same name in every process"

    def runtest(self) -> None:
        raise LookupError(self.why)


class Measured:
    """Runs the benchmark tests named, in that order, and sends what each one gave.

    Parameters
    ----------
    channel : Channel
        The line to the other end.
    measures : bool
        Whether it is told, once it has collected, which tests it is to measure, and for how long.
        False only lists what there is.
    paths : sequence of str
        What is asked for: files, folders, and tests in them.
    uncollected : list of dict
        What could not be collected, as it fills.

    Attributes
    ----------
    trouble : str
        What ended the session before its time, ``""`` if nothing did.
    """

    def __init__(
        self,
        channel: Channel,
        measures: bool,
        paths: Sequence[str],
        uncollected: list[dict[str, Any]],
    ) -> None:
        self.channel = channel
        self.measures = measures
        self.paths = paths
        self.meter = Meter()
        self.found: dict[str, Any] = {}
        self.uncollected = uncollected
        self.trouble = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """Set pytest's own heap apart: garbage is not looked for there, which takes 10 ms."""
        if hasattr(gc, "freeze"):
            gc.freeze()

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> None:
        """Overrule what the project's own options say beside what to measure."""
        overrule(config)
        config.option.verbose = -2  # what is printed is quoted where a process dies: no headings

    @pytest.hookimpl(tryfirst=True, hookwrapper=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> Iterator[None]:
        before = [plain(item.nodeid) for item in items if self._is_asked(item)]
        yield
        known = {plain(item.nodeid): item for item in items if self._is_asked(item)}
        self.channel.send(
            "cases",
            names=list(known),
            uncollected=self.uncollected,
            deselected=[name for name in before if name not in known],
            **leaving_out(config),
        )
        wanted = self.channel.receive() if self.measures else {"names": []}
        items[:] = [
            known[name] if name in known else self._absent(session, name)
            for name in wanted["names"]
        ]
        for name, burst in wanted.get("bursts", {}).items():
            if name in known:
                shorten(known[name], burst)

    def _is_asked(self, item: pytest.Item) -> bool:
        return _is_benchmark(item) and selected(item.nodeid, self.paths)

    def _absent(self, session: pytest.Session, name: str) -> Absent:
        made: Absent = Absent.from_parent(session, name=name, nodeid=name)
        files = (one for one in self.uncollected if one["name"] == name.split("::")[0])
        made.why = next((one["text"] for one in files), Absent.why)
        return made

    @pytest.hookimpl(tryfirst=True, hookwrapper=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Iterator[None]:
        self.found = {}
        name = plain(item.nodeid)
        self.channel.send("ready", case=name)
        self.channel.receive()
        outcome: Any = yield
        ended = _ended(item.session, outcome.excinfo)
        if ended:  # no sample: the tests after it are not reached, and must not be blamed for that
            skipped = bool(self.found.get("skipped"))
            self.channel.send("error", text=self.found.get("error") or ended, skipped=skipped)
        else:
            self.channel.send("sample", case=name, **self.found)
        if nextitem is None:
            forget(item.config)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        takes_turns = _know_precision()
        self.meter.start(settles=not takes_turns or _has_clock(item))
        if takes_turns:
            TURNS.begin(self.channel, {0: self.meter.settle, ENOUGH: self.meter.look})
        outcome: Any = yield
        TURNS.end()
        self.found.update(self.meter.stop(TURNS.away))
        if outcome.excinfo is None:  # else the report has the cause, or pytest ends
            self.found.update(_rounds(item))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Iterator[None]:
        outcome: Any = yield
        report = outcome.get_result()
        if report.when == "teardown" and self.found.get("error"):
            return  # what came first is the cause
        if report.failed:
            raised = call.excinfo.value if call.excinfo is not None else None
            self.found["error"] = f"{report.when}: {reason_of_report(report, raised)}"
        elif report.skipped:
            self.found.update(error=reason_of_skip(report), skipped=True)

    def pytest_internalerror(self, excinfo: Any) -> None:
        self.trouble = reason_of_exception(excinfo.value)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """Note what a test or a hook ended the session with: `pytest.exit` comes here too."""
        self.trouble = reason_of_exception(excinfo.value)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """End here: fixtures are torn down, and the summaries that follow take seconds."""
        if exitstatus == pytest.ExitCode.USAGE_ERROR:
            return  # pytest has not said yet what it is
        if self.trouble:
            self.channel.send("error", text=f"pytest ended early: {self.trouble}")
        self.channel.send("end")
        os._exit(0)


def _ended(session: pytest.Session, excinfo: Any) -> str:
    """Return how a test ended the session for those after it too, ``""`` if it did not."""
    if excinfo is not None:  # Ctrl-C, `pytest.exit`, a hook that raised
        return f"it ends pytest: {reason_of_exception(excinfo[1])}"
    stopped = session.shouldfail or session.shouldstop  # by hooks, `--stepwise`, time limits
    return f"it ends pytest: {stopped}" if stopped else ""


def _know_precision() -> bool:
    """Tell pytest-benchmark the resolution of the clock; return whether it takes it.

    It would spend a second of every process on finding out, reading the clock at odd times: then
    the turn is better kept.
    """
    # not before pytest: it warns of what it cannot rewrite, to some projects an error
    from pytest_benchmark.fixture import BenchmarkFixture

    known = getattr(BenchmarkFixture, "_precisions", None)
    if isinstance(known, dict):
        known.setdefault(clock, time.get_clock_info("perf_counter").resolution)
    return isinstance(known, dict)


def _has_clock(item: pytest.Item) -> bool:
    """Return whether a test is timed by a clock of its own, before whose rounds nothing is done."""
    mark = item.get_closest_marker("benchmark")
    return mark is not None and "timer" in mark.kwargs


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

"""``python -m harness.gate.suite_agent``: a side's process that measures timing suites.

It runs in the tree of its side, with the harness of that side, and speaks to the gate as the agent
for pytest does. A case is one timing case of a suite; its time is the first of its samples
(``epoch_s``, ``step_s``, ``seconds``), repeat by repeat, in turns with the other side.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import backends, datasets
from harness.datasets.dataset import Roots
from harness.errors import HarnessError, Skip
from harness.execute.protocol import Job
from harness.execute.worker import run as run_job
from harness.experiments import registry as experiments
from harness.gate.selections import moved
from harness.lockstep.agent.harness_side.channel import Channel
from harness.lockstep.agent.harness_side.meter import Meter
from harness.lockstep.agent.harness_side.turns import TURNS, by_turn
from harness.plan.expand import expand
from harness.plan.select import to_run
from harness.suite.load import find, load
from harness.suite.schema import Suite
from harness.timing import BETWEEN
from harness.types import Case, Cell, Outcome

Cases = Mapping[str, Cell]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the cases asked for, each when its turn comes."""
    channel = Channel()
    options = _options(arguments)
    request = channel.receive()
    try:
        cases = timing_cases(options)
    except HarnessError as error:
        channel.send("error", text=str(error))
        return
    channel.send("cases", names=list(cases))
    for name in request["names"] or ():
        if name in cases:
            channel.send("ready", case=name)
            channel.receive()
            channel.send("sample", case=name, **_measured(channel, cases[name], options))
    channel.send("end")


def timing_cases(options: argparse.Namespace) -> Cases:
    """Return the timing cells of the suites named, first seed, by name.

    The name is ``suite[axis=value,...]``: the axes on which the suite's timing cases differ, those
    of ``--where`` left out.
    """
    found: dict[str, Cell] = {}
    for path in find(options.suites, *map(Path, options.folder or ["suites"])):
        suite = load(path)
        own = _timed(suite, options)
        timed = own
        if options.against:  # a case has its counterpart, and both sides call it the same
            own = _timed(moved(suite, options.where, options.against), options)
            timed = own + _timed(moved(suite, options.against, options.where), options)
        chosen = [cell for cell in own if _selected(cell.case, options.where)]
        found |= {_name(suite, cell.case, timed, options.where): cell for cell in chosen}
    return found


def _timed(suite: Suite, options: argparse.Namespace) -> list[Cell]:
    roots, use = Roots.find(None), datasets.parse_use(options.use)
    plan = to_run(expand(suite), options.profile, roots, use)
    return [cell for cell in plan.cells() if cell.alone and cell.seed == 0]


def _selected(case: Case, where: Mapping[str, str]) -> bool:
    return all(str(case.axes.get(key)) == value for key, value in where.items())


def _name(suite: Suite, case: Case, timed: Sequence[Cell], where: Mapping[str, str]) -> str:
    tables = [cell.case.axes for cell in timed]
    axes = [
        key
        for key in case.axes
        if key not in where and len({str(there[key]) for there in tables if key in there}) > 1
    ]
    inside = ",".join(f"{key}={case.axes[key]}" for key in axes)
    return f"{suite.id}[{inside}]" if inside else suite.id


def _measured(channel: Channel, cell: Cell, options: argparse.Namespace) -> dict[str, Any]:
    """Run a cell and return what the gate wants to know of it."""
    meter, token = Meter(), BETWEEN.set(TURNS.rest)
    try:
        _import(cell)
        meter.start()
        TURNS.begin(channel)
        outcome = run_job(_job(cell, options))
    except Skip as skip:
        return {"error": f"skipped: {skip}", "skipped": True}
    except HarnessError as error:
        return {"error": str(error)}
    finally:
        BETWEEN.reset(token)
        TURNS.end()
    return {**meter.stop(TURNS.away), **_times(outcome)}


def _import(cell: Cell) -> None:
    """Load what a cell is run with: the memory of libraries is not the cell's."""
    backends.get(cell.case.backend).threads(_threads())
    experiments.of(cell.case)


def _threads() -> int:
    return int(os.environ.get("OMP_NUM_THREADS", "1"))


def _job(cell: Cell, options: argparse.Namespace) -> Job:
    return Job(cell.case.id, cell, Roots.find(None), datasets.parse_use(options.use), _threads())


def _times(outcome: Outcome) -> dict[str, Any]:
    samples = next(iter(outcome.samples.values()), ())
    if not samples:
        return {"error": "measured nothing: the experiment left no samples"}
    peak = outcome.metrics.get("device_peak")
    return {
        "rounds": len(samples),
        "mean": statistics.fmean(samples),
        **by_turn(list(samples), first=True),
        **({} if peak is None else {"device_peak": peak}),
    }


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("suites", nargs="*")
    parser.add_argument("--folder", action="append", default=[])
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--use", action="append", default=[])
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--against", action="append", default=[])
    options = parser.parse_args(arguments)
    for name in ("where", "against"):
        setattr(options, name, dict(pair.split("=", 1) for pair in getattr(options, name)))
    return options


if __name__ == "__main__":
    main()

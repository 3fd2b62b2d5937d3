"""``harness run``: carry out the cells of suites and store their records."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from harness import datasets, environment, sizes
from harness.cli import codes, options
from harness.cli.claims import judged
from harness.cli.console import Output
from harness.cli.ending import Ending, fetchable, print_ending
from harness.cli.failures import Failures
from harness.cli.progress import Meter, watched
from harness.cli.report import Target, write_page
from harness.cli.workspace import chosen as chosen_plans
from harness.cli.workspace import open_workspace
from harness.datasets.roots import Roots
from harness.execute.run import Options, Runner, Todo
from harness.plan.expand import Plan
from harness.plan.select import Selection, narrow
from harness.store.store import Store
from harness.types import Record, Status
from harness.words import plural


def _memory(text: str) -> int:
    try:
        return sizes.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def run(
    names: options.Names = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    data: options.DataDir = None,
    profile: options.Profile = options.ProfileName.quick,
    use: options.Use = None,
    seeds: options.SeedCount = None,
    experiment: options.ExperimentNames = None,
    backend: options.BackendNames = None,
    device: options.DeviceNames = None,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, help="Cells at a time.")
    ] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="Seconds a cell may take.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the page there as well, as harness report does."),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(parser=_memory, metavar="SIZE", help="Memory a cell may take, such as 4G."),
    ] = None,
    trace: Annotated[bool, typer.Option(help="Show every failure with its traceback.")] = False,
    force: Annotated[bool, typer.Option(help="Run again what is done.")] = False,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Run the cells of suites; those done are not run again."""
    started = time.monotonic()
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    workspace = open_workspace(names or [], suites)
    chosen = Options(
        roots=Roots.find(data),
        use=datasets.parse_use(use or []),
        jobs=jobs or os.cpu_count() or 1,
        timeout=timeout,
        force=force,
        memory=memory,
    )
    selection = Selection(seeds, experiment or [], backend or [], device or [])
    todo = chosen_plans(workspace, profile.value, chosen.roots, chosen.use, selection)
    store = Store(results)
    runner = Runner(store, environment.snapshot(), chosen)
    failures = Failures(output, runner.log, trace=trace)
    ran = _carry_out(runner, todo, output, failures)
    failures.close()
    counts = dict(ran.counts)
    output.json({"schema": 1, "done": ran.done, "counts": counts, "results": str(results)})
    verdicts = judged(workspace, store)
    page = None
    if report is not None:
        target = Target(report, profile.value, results)
        page = write_page(workspace, store, verdicts, target)
    full = (narrow(plans.full, selection) for plans in workspace.plans)
    print_ending(
        output.out,
        Ending(
            counts=counts,
            done=ran.done,
            skipped=ran.skipped,
            verdicts=verdicts,
            missing=fetchable(full, chosen.roots, chosen.use),
            results=results,
            page=page,
            seconds=time.monotonic() - started,
            options="" if results == options.LOCAL else f" --results {results}",
        ),
    )
    raise typer.Exit(codes.of_run(ran.counts, ran.done))


@dataclass(frozen=True)
class _Ran:
    counts: Counter[Status]
    skipped: Counter[str]
    done: int


def _carry_out(runner: Runner, todo: list[Plan], output: Output, failures: Failures) -> _Ran:
    counts, skipped = Counter[Status](), Counter[str]()
    with runner.store.writing():
        for note in runner.store.notes:
            output.err.print(f"note: {note}")
        work = [(plan.suite.id, runner.todo(plan)) for plan in todo]
        # What cannot run here takes no time, and would spoil the estimate of what is left.
        stopped = {r.cell for _, each in work for r in (*each.skipped, *each.broken)}
        _announce(output, [each for _, each in work])
        meter = Meter(sum(len(each.cells) for _, each in work))
        with watched(output, meter) as watch:

            def step(record: Record) -> None:
                if record.status == "skipped":
                    skipped[record.reason] += 1
                failures.see(record)
                if record.cell not in stopped:
                    watch.step()

            for suite, each in work:
                watch.enter(suite)
                counts += runner.run(each, step)
    return _Ran(counts, skipped, sum(each.done for _, each in work))


def _announce(output: Output, work: Sequence[Todo]) -> None:
    """Say what is to do, and what cannot run here: the last screen has only its first words."""
    cells = plural(sum(len(each.cells) for each in work), "cell")
    done = sum(each.done for each in work)
    before = f", {done} done before" if done else ""
    output.err.print(f"{cells} of {plural(len(work), 'suite')} to run{before}")
    reasons = Counter(record.reason for each in work for record in each.skipped)
    for reason, times in reasons.items():
        output.err.print(f"note: {plural(times, 'case')} skipped ({reason})")

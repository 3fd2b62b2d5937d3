"""``harness run``: carry out the cells of suites and store their records."""

from __future__ import annotations

import os
from collections import Counter
from typing import Annotated

import typer

from harness import datasets, environment, sizes
from harness.cli import codes, options, show
from harness.cli.claims import judged
from harness.cli.console import Output
from harness.cli.failures import Failures
from harness.cli.workspace import open_workspace, plans
from harness.datasets.roots import Roots
from harness.execute.run import Options, Runner, Todo
from harness.plan.expand import Plan
from harness.plan.select import Selection
from harness.store.store import Store
from harness.types import Status
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
    todo = plans(
        workspace,
        profile.value,
        chosen.roots,
        chosen.use,
        Selection(seeds, experiment or [], backend or [], device or []),
    )
    store = Store(results)
    runner = Runner(store, environment.snapshot(), chosen)
    failures = Failures(output, runner.log, trace=trace)
    counts, done = _carry_out(runner, todo, output, failures)
    failures.close()
    verdicts = judged(workspace, store)
    output.json({"schema": 1, "done": done, "counts": dict(counts), "results": str(results)})
    output.out.print(show.verdict_table(verdicts))
    output.out.print(f"{_summary(counts, done)}; records in {results}")
    raise typer.Exit(codes.of_run(counts, done))


def _carry_out(
    runner: Runner, todo: list[Plan], output: Output, failures: Failures
) -> tuple[Counter[Status], int]:
    counts, done = Counter[Status](), 0
    with runner.store.writing():
        for note in runner.store.notes:
            output.err.print(f"note: {note}")
        for plan in todo:
            work = runner.todo(plan)
            done += work.done
            _announce(output, plan, work)
            total = len(work.cells) + len(work.skipped) + len(work.broken)
            with show.progress(output, plan.suite.id, total, failures) as step:
                counts += runner.run(work, step)
    return counts, done


def _announce(output: Output, plan: Plan, work: Todo) -> None:
    parts = [f"{plural(len(work.cells), 'cell')} to run"]
    if work.done:
        parts.append(f"{work.done} done before")
    reasons = Counter(record.reason for record in work.skipped)
    parts += [f"{plural(n, 'case')} skipped ({reason})" for reason, n in reasons.items()]
    text = f"{plan.suite.id} ({plan.profile}): {', '.join(parts)}"
    output.err.print(text)


def _summary(counts: Counter[Status], done: int) -> str:
    parts = [f"{n} {status}" for status, n in sorted(counts.items())]
    return ", ".join([*parts, f"{done} done before"] if done else parts) or "nothing to do"

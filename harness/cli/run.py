"""``harness run``: carry out the cells of suites and store their records."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from harness import datasets, project, sizes
from harness.audit.selection import Size
from harness.cli import codes, options
from harness.cli.audit import Audited, sample, verified
from harness.cli.carry import carry_out
from harness.cli.console import Output
from harness.cli.ending import Ending, fetchable, print_ending
from harness.cli.report import Target, write_page
from harness.cli.settle import Limits, settle
from harness.datasets.dataset import Roots
from harness.execute.cluster import address
from harness.execute.machines import machines_of, prepare
from harness.execute.run import Options, Runner
from harness.gate import units
from harness.plan.select import Selection, narrow
from harness.store.store import Store
from harness.types import Profile, Verdict
from harness.workspace import Workspace, judged, open_workspace
from harness.workspace.pages import judged_with_results


def _memory(text: str) -> int:
    try:
        return sizes.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _address(text: str) -> str:
    try:
        return address.parse(text)
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
        int | None, typer.Option("-j", "--jobs", min=1, help="Cells that run at the same time.")
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            parser=_address,
            metavar="ADDRESS|local:N",
            help="Run cells on the workers of a dask scheduler, or on N workers here.",
        ),
    ] = None,
    timeout: Annotated[float | None, typer.Option(min=0.1, help="Seconds a cell may take.")] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Also write the page to this folder, as harness report does."
        ),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(parser=_memory, metavar="SIZE", help="Memory a cell may take, such as 4G."),
    ] = None,
    until_settled: Annotated[
        bool,
        typer.Option(
            help="Add seeds while claims are undecided, in steps declared beforehand; full profile."
        ),
    ] = False,
    max_seeds: Annotated[
        int | None,
        typer.Option(
            min=2,
            help="Most seeds with --until-settled, if a suite does not say; the first value holds.",
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            "--for",
            parser=units.seconds,
            metavar="TIME",
            help="With --until-settled: add no seeds after this time, e.g. 10m.",
        ),
    ] = None,
    trace: Annotated[bool, typer.Option(help="Show every failure with its traceback.")] = False,
    force: Annotated[bool, typer.Option(help="Run cells again that are done.")] = False,
    one_by_one: Annotated[
        bool, typer.Option(help="Train every cell alone, none side by side.")
    ] = False,
    strict: options.Strict = False,
    verify: Annotated[
        Size | None,
        typer.Option(
            parser=sample,
            metavar="5%|N",
            help="After the run, run this share or number of stored cells again, as audit does.",
        ),
    ] = None,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Run the cells of suites that are not done yet, and judge the claims.

    Exit 3 when a claim is false and not known to be, or a verdict moved; 4 when a cell failed.
    """
    started = time.monotonic()
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    prepare(cluster)
    workspace = open_workspace(names or [], suites)
    chosen = Options(
        roots=Roots.find(data),
        use=datasets.parse_use(use or []),
        timeout=timeout,
        force=force,
        memory=memory,
        one_by_one=one_by_one,
    )
    selection = Selection(seeds, experiment or [], backend or [], device or [])
    wanted: Profile = "full" if until_settled else profile.value
    todo = workspace.to_run(wanted, chosen.roots, chosen.use, selection)
    with machines_of(
        cluster, chosen.roots, lambda line: output.err.print(f"note: {line}")
    ) as machines:
        chosen = replace(chosen, jobs=jobs or machines.slots)
        runner = Runner(Store(results), machines.environment("cpu"), chosen, machines)
        if until_settled:
            limits = Limits(max_seeds, math.inf if seconds is None else seconds)
            ran = settle(workspace, todo, runner, limits, output, trace=trace)
        else:
            ran = carry_out(runner, todo, output, trace=trace)
        audited = verified(workspace, runner, verify, output) if verify else Audited()
    output.json({"schema": 1, **ran.to_json(), **audited.to_json(), "results": str(results)})
    verdicts, page = _told(workspace, runner.store, results, wanted, report)
    ending = Ending(
        counts=ran.counts,
        done=ran.done,
        skipped=ran.skipped,
        verdicts=verdicts,
        missing=_missing(workspace, selection, chosen),
        results=None if all(plan.recorded for plan in todo) else results,
        page=page,
        seconds=time.monotonic() - started,
        options="" if results == project.find().results else f" --results {results}",
    )
    print_ending(output.out, ending)
    judged_as = codes.of_run(ran.counts, ran.done, verdicts, strict=strict)
    raise typer.Exit(judged_as or audited.code)


def _told(
    workspace: Workspace, store: Store, results: Path, profile: Profile, report: Path | None
) -> tuple[Sequence[Verdict], Path | None]:
    """Return the verdicts after a run, and the page where one was asked for."""
    if report is None:
        return judged(workspace, store, results), None
    archive = workspace.beside(store)
    verdicts, found = judged_with_results(workspace, archive, results, profile)
    target = Target(report, profile, results, project.find().history)
    return verdicts, write_page(workspace, archive.environments, verdicts, found, target)


def _missing(workspace: Workspace, selection: Selection, chosen: Options) -> tuple[str, ...]:
    """Return the data sets of the full profile that are not here and can be fetched."""
    protocol = (narrow(plans.full, selection) for plans in workspace.plans)
    return fetchable(protocol, chosen.roots, chosen.use)

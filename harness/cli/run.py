"""``harness run``: carry out the cells of suites and store their records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from harness import extras, words
from harness.cli import options
from harness.cli.console import Output
from harness.execute import client
from harness.execute.machines import address
from harness.gate import units


def _memory(text: str) -> int:
    try:
        return words.bytes_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _address(text: str) -> str:
    try:
        return address(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _sample(text: str) -> object:
    from harness.cli.audit import sample  # here: few runs verify

    return sample(text)


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
        Any,  # what `_sample` returns, loaded where it is asked for
        typer.Option(
            parser=_sample,
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
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    if cluster is None:
        client.begin()  # it imports what cells need beside all that follows
    else:
        extras.require("distributed")
    from harness.cli import running  # here: it takes longer than all of the above

    asked = running.Asked(
        names=names or [],
        suites=suites,
        results=results,
        data=data,
        profile=profile.value,
        use=use or [],
        seeds=seeds,
        experiment=experiment or [],
        backend=backend or [],
        device=device or [],
        jobs=jobs,
        cluster=cluster,
        timeout=timeout,
        report=report,
        memory=memory,
        until_settled=until_settled,
        max_seeds=max_seeds,
        seconds=seconds,
        trace=trace,
        force=force,
        one_by_one=one_by_one,
        strict=strict,
        verify=verify,
    )
    raise typer.Exit(running.run(asked, output))

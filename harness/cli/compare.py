"""``harness compare``: two implementations of one timing suite against each other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import gating, options
from harness.cli.console import Output
from harness.errors import UsageError
from harness.gate.selections import compare_selections, resolved, selection, side
from harness.gate.settings import GateSettings, override
from harness.workspace.suites import open_workspace


def compare(
    suite: Annotated[str, typer.Argument(metavar="SUITE", help="A timing suite, by id or path.")],
    base: Annotated[
        str,
        typer.Argument(metavar="A", help="Axis values of one side, e.g. implementation=no_loop."),
    ],
    head: Annotated[
        str, typer.Argument(metavar="B", help="Values of the same axes for the other side.")
    ],
    *,
    paired: Annotated[
        bool, typer.Option("--paired", help="Measure both now, in pairs of fresh processes.")
    ] = False,
    suites: options.SuitesDir = options.SUITES,
    profile: options.Profile = options.ProfileName.quick,
    use: options.Use = None,
    budget: gating.Budget = "",
    margin: gating.Margin = "",
    tolerance: gating.Tolerance = "",
    threads: gating.Threads = 0,
    results: gating.Journals = gating.FOLDER,
    force: gating.Fresh = False,
    strict: gating.Strict = False,
    json_path: options.Json = "",
    md: gating.Md = None,
    junit: gating.Junit = None,
    benchmark_json: gating.BenchmarkJson = None,
    bencher: gating.Bencher = None,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Say whether B is slower than A, by how much, and how sure that is.

    Every case that either side has in the suite is measured on both, where it can exist.
    """
    if not paired:
        raise UsageError(
            "compare must be given --paired: stored records of two sides were measured at "
            "different times and cannot be compared; add it to measure both now"
        )
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    wheres = selection(base), selection(head)
    for loaded in open_workspace([suite], suites).suites:
        wheres = resolved(loaded, wheres[0]), resolved(loaded, wheres[1])
    given = {
        "suites": [suite],
        "budget": budget,
        "margin": margin,
        "tolerance": tolerance,
        "threads": threads,
    }
    session = gating.session(
        side(suite, wheres[0]),
        side(suite, wheres[1]),
        override(GateSettings(), given),
        results,
        fresh=force,
        output=output,
    )
    folders = [word for folder in suites for word in ("--folder", str(folder))]
    more = (*folders, *gating.suite_options(profile.value, use or []))
    result = compare_selections(session, Path.cwd(), more, *wheres)
    files = {"md": md, "junit": junit, "benchmark-json": benchmark_json, "bencher": bencher}
    gating.report(result, output, strict=strict, files=files)

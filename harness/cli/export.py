"""``harness export``: stored records for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.claims import open_noted
from harness.cli.console import Output
from harness.errors import NothingMeasured, UsageError
from harness.export.crate import licence_url, write_crate
from harness.export.rows import rows, write_benchmarks, write_csv, write_parquet
from harness.report.results import records_of
from harness.words import plural
from harness.workspace.suites import open_workspace


def export(
    names: options.Names = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    csv: Annotated[
        Path | None, typer.Option(metavar="PATH", help="A table with one row for each record.")
    ] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="PATH", help="The same table as parquet.")
    ] = None,
    benchmark: Annotated[
        Path | None,
        typer.Option(
            "--pytest-benchmark", metavar="PATH", help="Times as pytest-benchmark stores them."
        ),
    ] = None,
    crate: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A Process Run Crate (RO-Crate).")
    ] = None,
    licence: Annotated[
        str, typer.Option("--license", metavar="URL|SPDX", help="License of what is in the crate.")
    ] = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Write stored records for other programs, in one form or several."""
    if not any((csv, parquet, benchmark, crate)):
        raise UsageError(
            "a form must be given: one or more of --csv, --parquet, --pytest-benchmark and --crate"
        )
    if Path("-") in (csv, parquet, benchmark, crate):
        raise UsageError("a form must be given a path, got -; to see one, write it to a file first")
    if crate and not licence:
        raise UsageError("--crate must be given with --license, since a crate says what may be "
                         "done with it; for example --license CC-BY-4.0")  # fmt: skip
    terms = licence_url(licence) if crate else ""
    output = Output(quiet=quiet, no_color=no_color)
    workspace = open_workspace(names or [], suites)
    archive = open_noted(workspace, results, output)
    records = [
        r for p in workspace.plans for r in records_of(p.suite, p.cases, p.held(archive), "quick")
    ]
    if not records:
        raise NothingMeasured(f"no record of these suites under {results}")
    environments = archive.environments
    if csv:
        write_csv(csv, rows(records, environments))
    if parquet:
        write_parquet(parquet, rows(records, environments))
    if benchmark:
        write_benchmarks(benchmark, records, environments)
    if crate:
        files = {suite.id: Path(suite.text.file) for suite in workspace.suites}
        write_crate(crate, files, records, environments, terms)
    for path in filter(None, (csv, parquet, benchmark, crate)):
        output.out.print(f"{path}: {plural(len(records), 'record')}", soft_wrap=True)

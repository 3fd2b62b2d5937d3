"""``harness store check|repair|split|migrate`` and ``export``: what is done with stored records."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from harness.cli import codes, options
from harness.cli.claims import open_noted
from harness.cli.console import Output
from harness.cli.verbs import UncutHelp
from harness.errors import NothingMeasured, UsageError
from harness.export.crate import licence_url, write_crate
from harness.export.rows import rows, write_benchmarks, write_csv, write_parquet
from harness.report.results import records_of
from harness.store.files import stores
from harness.store.health import Health, examine
from harness.store.health import repair as set_aside
from harness.store.migrate import migrate as to_newest
from harness.store.migrate import split as by_suite
from harness.words import plural
from harness.workspace.suites import open_workspace

app = typer.Typer(
    cls=UncutHelp,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Check stored records; repair, split or migrate their files.",
)


@app.command("check")
def check(
    results: options.Results = options.LOCAL,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Read every line and array against its digest; exit 1 when one is not as it was written."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    found = [examine(folder) for folder in _stores(results)]
    output.json({"schema": 1, "stores": [_as_json(health) for health in found]})
    for health in found:
        for fault in health.faults:
            output.out.print(f"{fault.place}: {fault.reason}", soft_wrap=True)
        for note in health.notes:
            output.out.print(f"note: {note}", soft_wrap=True)
        output.out.print(_summary(health), soft_wrap=True)
    raise typer.Exit(codes.HARNESS_FAILED if any(one.faults for one in found) else codes.OK)


@app.command("repair")
def repair(
    results: options.Results = options.LOCAL,
    seal: Annotated[
        bool, typer.Option("--seal", help="Give a digest to the lines that have none.")
    ] = False,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Move broken lines to a file beside, with the reason; the others stay as they are."""
    output = Output(quiet=quiet, no_color=no_color)
    for folder in _stores(results):
        faults = set_aside(folder, seal=seal)
        for fault in faults:
            output.out.print(f"set aside {fault.place}: {fault.reason}", soft_wrap=True)
        output.out.print(f"{folder}: {plural(len(faults), 'line')} set aside", soft_wrap=True)


@app.command("split")
def split(
    results: options.Results = options.LOCAL,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Give each suite its own file, in stores of earlier versions; every line stays as it is."""
    output = Output(quiet=quiet, no_color=no_color)
    for folder in _stores(results):
        moved = by_suite(folder)
        lines = plural(sum(moved.values()), "line")
        suites = plural(len(moved), "suite")
        output.out.print(f"{folder}: {lines} moved to the files of {suites}", soft_wrap=True)


@app.command("migrate")
def migrate(
    results: options.Results = options.LOCAL,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Write the records of older formats in the newest; they are smaller, and say the same."""
    output = Output(quiet=quiet, no_color=no_color)
    for folder in _stores(results):
        lines = plural(to_newest(folder), "line")
        output.out.print(f"{folder}: {lines} of older formats written anew", soft_wrap=True)


def _stores(results: Path) -> list[Path]:
    found = stores(results)
    if not found:
        raise NothingMeasured(f"no record under {results}; name the folder with --results")
    return found


def _summary(health: Health) -> str:
    parts = [plural(health.lines, "line"), plural(health.arrays, "array")]
    parts += [f"{health.unsealed} without a digest"] if health.unsealed else []
    faults = plural(len(health.faults), "fault") if health.faults else "no fault"
    return f"{health.folder}: {', '.join(parts)}: {faults}"


def _as_json(health: Health) -> dict[str, object]:
    return {**asdict(health), "folder": str(health.folder)}


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

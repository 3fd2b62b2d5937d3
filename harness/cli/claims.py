"""``harness claims``: judge the claims of suites from stored records."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness import claims as judging
from harness.cli import codes, options, show
from harness.cli.console import Output
from harness.cli.workspace import Workspace, open_workspace
from harness.errors import NothingMeasured
from harness.files import write_text
from harness.store.folder import StoreFolder
from harness.types import Archive, Verdict
from harness.words import plain


def claims(
    names: options.Names = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    strict: options.Strict = False,
    ledger: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Write the ledger of the documents' sections, in Markdown."
        ),
    ] = None,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Judge every claim; exit 3 when a verdict differs from the recorded one."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    workspace = open_workspace(names or [], suites)
    archive = open_archive(results, output)
    verdicts = judged(workspace, archive)
    output.json(
        {
            "schema": 1,
            "counts": judging.counts(verdicts),
            "verdicts": judging.to_json(verdicts),
        }
    )
    if ledger is not None:
        write_ledger(ledger, workspace, verdicts)
    output.out.print(show.verdict_table(verdicts))
    raise typer.Exit(codes.of_verdicts(verdicts, strict=strict))


def write_ledger(path: Path, workspace: Workspace, verdicts: Sequence[Verdict]) -> None:
    """Write what covers every section of every document."""
    write_text(path, plain(ledger_text(workspace, verdicts)), "write the ledger")


def ledger_text(workspace: Workspace, verdicts: Sequence[Verdict]) -> str:
    """Return the ledger of sections of a workspace's documents."""
    from harness import report  # here: it brings the plotting libraries, which judging never needs

    return report.coverage(workspace.library().documents, workspace.suites, verdicts)


def judged(workspace: Workspace, archive: Archive) -> tuple[Verdict, ...]:
    """Judge the claims of all suites, with one false-discovery control over all of them."""
    found: list[Verdict] = []
    for plans, sources in zip(workspace.plans, workspace.sources, strict=True):
        found += judging.judge(plans.suite, plans.cases, archive, sources, plans.full.seeds)
    return judging.control(found)


def open_archive(results: Path, output: Output) -> StoreFolder:
    """Open the records of a folder and print what the reader should know of them.

    Raises
    ------
    NothingMeasured
        If there is no record.
    """
    archive = StoreFolder(results)
    for note in archive.notes:
        output.err.print(f"note: {note}")
    _require(archive.records, results)
    return archive


def _require(records: Sequence[object], results: Path) -> None:
    if not records:
        raise NothingMeasured(
            f"no record under {results}; run `harness run` first, or name the folder with --results"
        )

"""``harness claims``: judge the claims of suites from stored records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from harness import claims as judging
from harness.cli import codes, options, show
from harness.cli.console import Output
from harness.cli.workspace import Workspace, open_workspace
from harness.errors import NothingMeasured
from harness.files import write_text
from harness.plan.expand import Plans
from harness.store.folder import StoreFolder, snapshots
from harness.suite.schema import Suite
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
    """Judge every claim; exit 3 when one is false and not known to be, or a verdict moved."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    workspace = open_workspace(names or [], suites)
    archive = open_archive(results, output)
    verdicts = with_q_values(judged(workspace, archive, results), workspace, archive)
    output.json(
        {
            "schema": 1,
            "counts": judging.counts(verdicts),
            "sentences": judging.answers(judging.sentences(verdicts)),
            "by_chance": judging.by_chance(verdicts),
            "verdicts": judging.to_json(verdicts),
        }
    )
    if ledger is not None:
        write_ledger(ledger, workspace, verdicts)
    output.out.print(show.verdict_table(verdicts))
    for line in show.closing(verdicts):
        output.out.print(line)
    raise typer.Exit(codes.of_verdicts(verdicts, strict=strict))


def write_ledger(path: Path, workspace: Workspace, verdicts: Sequence[Verdict]) -> None:
    """Write what covers every section of every document."""
    write_text(path, plain(ledger_text(workspace, verdicts)), "write the ledger")


def ledger_text(workspace: Workspace, verdicts: Sequence[Verdict]) -> str:
    """Return the ledger of sections of a workspace's documents."""
    from harness import report  # here: it brings the plotting libraries, which judging never needs

    return report.coverage(workspace.library().documents, workspace.suites, verdicts)


def judged(
    workspace: Workspace, archive: Archive, results: Path | None = None
) -> tuple[Verdict, ...]:
    """Judge the claims of the workspace, each from its own records; without q-values.

    With the folder of results, times of machines that its reference does not know only inform.
    """
    pairs = zip(workspace.plans, workspace.sources, strict=True)
    verdicts = [v for plans, cited in pairs for v in _judged(plans, cited, archive)]
    return informing(verdicts, archive, results) if results else tuple(verdicts)


def with_q_values(
    verdicts: Sequence[Verdict], workspace: Workspace, archive: Archive
) -> tuple[Verdict, ...]:
    """Return verdicts with their q-values over all suites of the folder, whichever are named."""
    rest = [
        verdict
        for plans, library in workspace.others()
        for verdict in _judged(plans, library.cited, archive)
    ]
    return judging.with_q_values([*verdicts, *rest])[: len(verdicts)]


def _judged(plans: Plans, cited: Mapping[str, str], archive: Archive) -> tuple[Verdict, ...]:
    when = looks_of(plans.suite, archive.most)
    return judging.judge(plans.suite, plans.cases, archive, cited, plans.full.seeds, when)


def looks_of(suite: Suite, most: Mapping[str, int]) -> judging.Looks:
    """Return when the claims of a suite are judged; what a store has declared comes first.

    Looks that were taken at some levels cannot be taken again at others.
    """
    return judging.looks(suite.seeds.count, most.get(suite.id, suite.seeds.most))


def informing(verdicts: Sequence[Verdict], archive: Archive, results: Path) -> tuple[Verdict, ...]:
    """Mark the verdicts on times of machines of which the reference has no record.

    The reference is ``reference`` beside the folder of results; where there is none, the times of
    the machine at hand are the only ones there are, and count.
    """
    folder = results.parent / "reference"
    if results == folder or not folder.is_dir():
        return tuple(verdicts)
    known = {snapshot.hardware for snapshot in snapshots(folder).values()}
    return tuple(
        replace(v, informs=v.timed and not _hardware(v, archive) <= known) for v in verdicts
    )


def _hardware(verdict: Verdict, archive: Archive) -> set[str]:
    named = {finding.environment for finding in verdict.findings if finding.environment}
    return {archive.environments[name].hardware for name in named if name in archive.environments}


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

"""``harness report``: build the page and the summary from stored records."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import project
from harness import report as reporting
from harness.cli import claims, options
from harness.cli.claims import open_noted
from harness.cli.console import Output
from harness.cli.history import measured_series, open_history
from harness.files import guarded, write_text
from harness.gate import selftest
from harness.gate.creep import SeriesFinding, survey
from harness.gate.selftest.judged import SelftestView
from harness.processes.parallel import beside, kept
from harness.report.results import SuiteResults
from harness.suite.documents import Document
from harness.suite.schema import Suite
from harness.types import Environment, Profile, Verdict
from harness.workspace.suites import Workspace, open_workspace
from harness.workspace.verdicts import judged_with_results, with_q_values


def report(
    names: options.Names = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    out: options.PageDir = options.REPORTS,
    profile: options.Profile = options.ProfileName.quick,
    history: options.HistoryDir = options.HISTORY,
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Write index.html, one page that needs no network, and summary.md."""
    output = Output(quiet=quiet, no_color=no_color)
    if history != project.find().history:  # it was asked for, and so must be there
        with guarded("read the history", history):
            history.stat()
    with kept(), beside(lambda: selftest_in(results)) as told:
        workspace = open_workspace(names or [], suites)
        archive = open_noted(workspace, results, output)
        target = Target(out, profile.value, results, history)
        judged, found = judged_with_results(workspace, archive, results, target.profile)
        verdicts = with_q_values(judged, workspace, archive, results)
        page = write_page(workspace, archive.environments, verdicts, found, target, told())
    output.out.print(f"{claims.counts(verdicts)}\nthe page is {page.absolute()}", soft_wrap=True)


@dataclass(frozen=True)
class Target:
    """Where a page goes, and what it shows besides verdicts.

    Attributes
    ----------
    out : Path
        Folder of the page.
    profile : {'quick', 'full'}
        Whose figures are drawn.
    results, history : Path
        Folders of the records and of named baselines.
    """

    out: Path
    profile: Profile
    results: Path
    history: Path


def write_page(
    workspace: Workspace,
    environments: Mapping[str, Environment],
    verdicts: Sequence[Verdict],
    results: Sequence[SuiteResults],
    target: Target,
    told: SelftestView | None,
) -> Path:
    """Write ``index.html``, ``summary.md`` and ``verdicts.json``; return the path of the page."""
    known = {one.id: (one, own) for one, own in zip(workspace.suites, results, strict=True)}
    page = reporting.build(
        workspace.suites,
        results,
        environments,
        verdicts,
        target.profile,
        target.out / "index.html",
        lambda suite: _command(*known[suite], target.profile),
        documents=_documents(workspace),
        history=_speed(target.history, Output()),
        selftest=told,
    )
    write_text(
        target.out / "summary.md", reporting.summary(verdicts, workspace.facts), "write the summary"
    )
    return page


def selftest_in(results: Path) -> SelftestView | None:
    """Return what the self-test of the gate found on the machines of a folder of results."""
    return selftest.view(selftest.stored(results))


def _documents(workspace: Workspace) -> Mapping[str, Document]:
    """Return the documents of all trees of the workspace, by key."""
    return {key: one for library in workspace.libraries for key, one in library.documents.items()}


def _speed(folder: Path, output: Output) -> tuple[SeriesFinding, ...]:
    """Return what the gate found over commits; nothing where it has kept nothing."""
    history = open_history(folder, output)
    return survey(measured_series(history, history.baselines.values()))


def _command(suite: Suite, found: SuiteResults, profile: str) -> str:
    """Return the command that repeats a suite, stand-ins included."""
    if suite.records is not None:
        return f"harness claims {suite.id}"
    use = [word for pair in found.swapped for word in ("--use", pair)]
    return shlex.join(["harness", "run", suite.id, "--profile", profile, *use])

"""The claims of a workspace, found by name and judged from records."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from harness import claims as judging
from harness.errors import NothingMeasured, UsageError
from harness.plan.expand import Plans
from harness.processes.parallel import parallel_map
from harness.store.files import is_large
from harness.store.store import StoreFolder, snapshots
from harness.suite.schema import Suite
from harness.types import Archive, Profile, Verdict
from harness.words import unknown
from harness.workspace.suites import Workspace, open_workspace

if TYPE_CHECKING:
    from harness.report.results import SuiteResults

Result = TypeVar("Result")
MANY = 8
"""Suites whose judging and drawing is worth the start of other processes."""


def open_archive(workspace: Workspace, results: Path) -> tuple[Archive, Sequence[str]]:
    """Return the records of a folder and of the files of suites, and notes for the reader.

    Raises
    ------
    NothingMeasured
        If there is no record.
    """
    store = StoreFolder(results)
    archive = workspace.beside(store)
    ids = dict.fromkeys([*(suite.id for suite in workspace.suites), *archive.suites])
    if not any(archive.of(name) for name in ids):
        raise NothingMeasured(
            f"no record under {results}; run `harness run` first, or name the folder with --results"
        )
    return archive, store.notes


def judged(
    workspace: Workspace, archive: Archive, results: Path | None = None
) -> tuple[Verdict, ...]:
    """Judge the claims of the workspace, each from its own records; without q-values.

    With the folder of results, times of machines that its reference does not know only inform, and
    the suites of a large one are judged side by side.
    """
    portions = by_suite(workspace, lambda own: judge_all(own, archive), results)
    verdicts = tuple(verdict for portion in portions for verdict in portion)
    return informing(verdicts, archive, results) if results else verdicts


def with_q_values(
    verdicts: Sequence[Verdict],
    workspace: Workspace,
    archive: Archive,
    results: Path | None = None,
) -> tuple[Verdict, ...]:
    """Return verdicts with their q-values over all suites of the folder, whichever are named.

    The others are judged for this, as `judged` does.
    """
    portions = by_suite(workspace.others(), lambda own: judge_all(own, archive), results)
    rest = [verdict for portion in portions for verdict in portion]
    return judging.with_q_values([*verdicts, *rest])[: len(verdicts)]


def by_suite(
    workspace: Workspace,
    call: Callable[[Workspace], Result],
    results: Path | None,
    *,
    apart: bool = False,
) -> list[Result]:
    """Do something with the suites of a workspace that needs their records, part by part.

    All that is to be done with records is done in one call, since it reads them: of a large folder
    of results those of one suite at a time, in each of several processes; otherwise of all.

    Parameters
    ----------
    workspace : Workspace
        Its suites.
    call : callable
        Of a part of the workspace; returns what is left of the records, in few bytes.
    results : Path or None
        Folder of the records; None where they are few.
    apart : bool
        Whether to do so however few the records are.

    Returns
    -------
    list of object
        What the call returned of each part, in order.
    """
    apart = apart or (results is not None and is_large(results))
    return parallel_map(call, workspace.each() if apart else [workspace])


def judge_all(workspace: Workspace, archive: Archive) -> tuple[Verdict, ...]:
    """Judge every claim of a workspace here, without q-values."""
    pairs = zip(workspace.plans, workspace.sources, strict=True)
    return tuple(v for plans, cited in pairs for v in _judged(plans, cited, archive))


def _judged(plans: Plans, cited: Mapping[str, str], archive: Archive) -> tuple[Verdict, ...]:
    when = looks_of(plans.suite, archive.most)
    held = plans.held(archive)
    return judging.judge(plans.suite, plans.cases, held, cited, plans.full.seeds, when)


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


def is_claim(name: str) -> bool:
    """Whether a name is that of a claim; a path leads to a file, or says that it should."""
    return name.count("/") == 1 and not name.endswith(".toml") and not Path(name).exists()


def open_claimed(
    names: Sequence[str], folders: Sequence[Path]
) -> tuple[Workspace, frozenset[str] | None]:
    """Open the suites of names; return them with the claims meant, all of them if None.

    A claim is ``SUITE/CLAIM``. Of a suite that is named itself, all claims are meant.

    Raises
    ------
    SuiteError
        As of `open_workspace`.
    UsageError
        If there is no such claim.
    """
    claims = [name for name in names if is_claim(name)]
    whole = [name for name in names if not is_claim(name)]
    workspace = open_workspace([*whole, *(name.split("/")[0] for name in claims)], folders)
    known = [f"{suite.id}/{claim.id}" for suite in workspace.suites for claim in suite.claims]
    for name in claims:
        if name not in known:
            raise UsageError(unknown("claim", name, known))
    if not claims:
        return workspace, None
    kept = {suite.id for suite in open_workspace(whole, folders).suites} if whole else set()
    meant = [name for name in known if name in claims or name.split("/")[0] in kept]
    return workspace, frozenset(meant)


def judged_with_results(
    workspace: Workspace, archive: Archive, results: Path, profile: Profile
) -> tuple[tuple[Verdict, ...], Sequence[SuiteResults]]:
    """Judge the claims of the workspace, and take from its records all that a page shows of them.

    Parameters
    ----------
    workspace : Workspace
        Its suites.
    archive : Archive
        Their records.
    results : Path
        The folder they are in.
    profile : {'quick', 'full'}
        Whose figures are drawn.

    Returns
    -------
    tuple of Verdict
        As `judged` returns them.
    sequence of SuiteResults
        Of each suite, in order.
    """
    from harness import report  # here: it loads the figures, and most only judge

    def of_part(part: Workspace) -> tuple[tuple[Verdict, ...], Sequence[SuiteResults]]:
        plans = {plans.suite.id: plans.cases for plans in part.plans}
        verdicts = judge_all(part, archive)
        return verdicts, report.results_of(part.suites, plans, archive, profile, verdicts)

    if many := len(workspace.plans) >= MANY:
        import scipy.special  # noqa: F401 for the processes, and what is told of verdicts here
    found = by_suite(workspace, of_part, results, apart=many)
    verdicts = [verdict for own, _ in found for verdict in own]
    return informing(verdicts, archive, results), [one for _, own in found for one in own]

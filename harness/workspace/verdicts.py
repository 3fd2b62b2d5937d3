"""The claims of a workspace, judged from records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness import claims as judging
from harness.errors import NothingMeasured
from harness.plan.expand import Plans
from harness.processes.parallel import parallel_map
from harness.store.files import is_large
from harness.store.folder import StoreFolder, snapshots
from harness.suite.schema import Suite
from harness.types import Archive, Verdict
from harness.workspace.suites import Workspace


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
    pairs = list(zip(workspace.plans, workspace.sources, strict=True))
    portions = [[pair] for pair in pairs] if results and is_large(results) else [pairs]

    def of_portion(own: Sequence[tuple[Plans, Mapping[str, str]]]) -> list[Verdict]:
        return [verdict for plans, cited in own for verdict in _judged(plans, cited, archive)]

    verdicts = [verdict for found in parallel_map(of_portion, portions) for verdict in found]
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

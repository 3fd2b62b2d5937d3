"""Verdicts, and what a page shows of records: of each suite while its records are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness import report
from harness.report.results import SuiteResults
from harness.types import Archive, Profile, Verdict
from harness.workspace.suites import Workspace
from harness.workspace.verdicts import by_suite, informing, judge_all


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
        As `harness.workspace.judged` returns them.
    sequence of SuiteResults
        Of each suite, in order.
    """

    def of_part(part: Workspace) -> tuple[tuple[Verdict, ...], Sequence[SuiteResults]]:
        plans = {plans.suite.id: plans.cases for plans in part.plans}
        verdicts = judge_all(part, archive)
        return verdicts, report.results_of(part.suites, plans, archive, profile, verdicts)

    found = by_suite(workspace, of_part, results)
    verdicts = [verdict for own, _ in found for verdict in own]
    return informing(verdicts, archive, results), [one for _, own in found for one in own]

"""Verdicts, and what a page shows of records: of each suite while its records are at hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness import report
from harness.report.seen import Seen
from harness.types import Archive, Profile, Verdict
from harness.workspace.suites import Workspace
from harness.workspace.verdicts import by_suite, informing, judge_all


def judged_and_seen(
    workspace: Workspace, archive: Archive, results: Path, profile: Profile
) -> tuple[tuple[Verdict, ...], Sequence[Seen]]:
    """Judge the claims of the workspace, and look at what the records of its suites show.

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
    sequence of Seen
        Of each suite, in order.
    """

    def of_part(part: Workspace) -> tuple[tuple[Verdict, ...], Sequence[Seen]]:
        plans = {plans.suite.id: plans.cases for plans in part.plans}
        return judge_all(part, archive), report.look(part.suites, plans, archive, profile)

    found = by_suite(workspace, of_part, results)
    verdicts = [verdict for own, _ in found for verdict in own]
    return informing(verdicts, archive, results), [one for _, seen in found for one in seen]

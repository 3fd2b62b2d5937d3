"""What every verb starts from: the suites named, checked, and their plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import datasets, figures
from harness.datasets.roots import Roots
from harness.errors import Problem, SuiteError
from harness.plan.check import check
from harness.plan.expand import Plan, Selection, expand, narrow, settings
from harness.suite import sections
from harness.suite.load import Document, bibliography, find, load
from harness.suite.schema import Suite
from harness.types import Case, Profile


@dataclass(frozen=True)
class Workspace:
    """Checked suites and the documents they quote.

    Attributes
    ----------
    suites : tuple of Suite
        In the order named.
    documents : mapping of str to Document
        The bibliography, by key.
    folder : Path
        Where the suites and the bibliography lie.
    """

    suites: tuple[Suite, ...]
    documents: Mapping[str, Document]
    folder: Path

    @property
    def sources(self) -> Mapping[str, str]:
        """Source key to the number the ledger cites."""
        return {key: entry.number for key, entry in self.documents.items()}


def open_workspace(names: Sequence[str], folder: Path) -> Workspace:
    """Load and check the suites named (all of `folder` when none is).

    Raises
    ------
    SuiteError
        With every problem of every suite.
    """
    documents = bibliography(folder)
    suites, problems = list[Suite](), list[Problem]()
    for path in find(names, folder):
        try:
            suite = load(path)
            check(suite, documents, figures.names())
            suites.append(suite)
        except SuiteError as error:
            problems += error.problems
    problems += _twice(suites)
    if problems:
        raise SuiteError(problems)
    return Workspace(tuple(suites), documents, folder)


def check_sections(workspace: Workspace) -> None:
    """Check that every section of every document is covered, when all suites are at hand.

    Raises
    ------
    SuiteError
        With every section that is not.
    """
    found = list(sections.problems(workspace.folder, workspace.documents, workspace.suites))
    if found:
        raise SuiteError(found)


def plans(
    workspace: Workspace,
    profile: Profile,
    roots: Roots,
    use: Mapping[str, str],
    selection: Selection,
) -> list[Plan]:
    """Expand every suite at a profile, standing in for data that is not there."""
    return [
        narrow(expand(suite, profile, found=_found(suite, roots, use)), selection)
        for suite in workspace.suites
    ]


def known_cases(suite: Suite) -> tuple[Case, ...]:
    """Return every case of a suite at any profile, those of the full protocol first."""
    expanded = (expand(suite, "full"), expand(suite, "quick"), expand(suite, "quick", found=False))
    cases = {case.id: case for plan in reversed(expanded) for case in plan.cases}
    return tuple(sorted(cases.values(), key=lambda case: not case.protocol))


def _found(suite: Suite, roots: Roots, use: Mapping[str, str]) -> bool:
    tables = [settings(case).data for case in expand(suite, "full").cases]
    return not any(table and datasets.missing(table, roots, use) for table in tables)


def _twice(suites: Sequence[Suite]) -> list[Problem]:
    seen: dict[str, Suite] = {}
    problems = []
    for suite in suites:
        if suite.id in seen:
            message = f"must be unique, got {suite.id!r} in {seen[suite.id].path} too"
            problems.append(Problem(suite.path, None, "id", message))
        seen.setdefault(suite.id, suite)
    return problems

"""What every verb starts from: the suites named, checked, and their plans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import figures
from harness.datasets.roots import Roots
from harness.errors import NothingMeasured, Problem, SuiteError, UsageError
from harness.plan.check import check
from harness.plan.expand import Plan, Plans, expand
from harness.plan.select import Selection, check_selection, narrow, to_run, used
from harness.suite import sections
from harness.suite.load import BIBLIOGRAPHY, Document, bibliography, find, load
from harness.suite.schema import Suite
from harness.types import Profile


@dataclass(frozen=True)
class Workspace:
    """Checked suites with their plans, and the documents they quote.

    Attributes
    ----------
    plans : tuple of Plans
        Of each suite, in the order named.
    homes : tuple of Path
        For each of them, the folder of the documents it quotes.
    libraries : mapping of Path to mapping of str to Document
        The bibliography of each folder, by key.
    """

    plans: tuple[Plans, ...]
    homes: tuple[Path, ...]
    libraries: Mapping[Path, Mapping[str, Document]]

    @property
    def suites(self) -> tuple[Suite, ...]:
        """The suites, in the order named."""
        return tuple(plans.suite for plans in self.plans)

    @property
    def sources(self) -> Iterator[Mapping[str, str]]:
        """Source key to the number the ledger cites, of the documents of each suite in turn."""
        for home in self.homes:
            yield {key: entry.number for key, entry in self.libraries[home].items()}

    @property
    def documents(self) -> Mapping[str, Document]:
        """The bibliography, by key, when all suites share one; see `home`."""
        return self.libraries[self.home()]

    def to_run(
        self, profile: Profile, roots: Roots, use: Mapping[str, str], selection: Selection
    ) -> list[Plan]:
        """Return the selected part of every suite's plan, with stand-ins for data not here.

        Raises
        ------
        UsageError
            If the selection has a name that there is not.
        NothingMeasured
            If it leaves no case.
        """
        whole = [to_run(plans, profile, roots, use) for plans in self.plans]
        check_selection(selection, whole)
        narrowed = [narrow(plan, selection) for plan in whole]
        if not any(plan.cases for plan in narrowed):
            raise NothingMeasured(
                f"no case of the {profile} profile has {selection}; the suites named have "
                + "; ".join(f"{name} {', '.join(known)}" for name, known in used(whole).items())
            )
        return narrowed

    def home(self) -> Path:
        """Return the one folder whose documents the suites quote.

        Raises
        ------
        UsageError
            If they quote those of several.
        """
        if len(folders := dict.fromkeys(self.homes)) > 1:
            raise UsageError(
                "a ledger is of the documents of one folder, got suites of "
                f"{', '.join(map(str, folders))}; name those of one"
            )
        return self.homes[0]


def open_workspace(names: Sequence[str], folder: Path) -> Workspace:
    """Load and check the suites named (all of `folder` when none is).

    A suite quotes the documents that lie beside its file; those of `folder` when none do.

    Raises
    ------
    SuiteError
        With every problem of every suite.
    """
    found, problems = list[tuple[Plans, Path]](), list[Problem]()
    libraries: dict[Path, Mapping[str, Document]] = {}
    for path in find(names, folder):
        home = path.parent if (path.parent / BIBLIOGRAPHY).is_file() else folder
        try:
            documents = libraries.setdefault(home, bibliography(home))
            plans = expand(load(path))
            check(plans, documents, figures.KINDS)
            found.append((plans, home))
        except SuiteError as error:
            problems += error.problems
    problems += _twice([plans.suite for plans, _ in found])
    if problems:
        raise SuiteError(list(dict.fromkeys(problems)))
    opened, homes = zip(*found, strict=True)
    return Workspace(opened, homes, libraries)


def check_sections(workspace: Workspace) -> None:
    """Check that every section of every document is covered, when all suites are at hand.

    Raises
    ------
    SuiteError
        With every section that is not.
    """
    found = list(sections.problems(workspace.home(), workspace.documents, workspace.suites))
    if found:
        raise SuiteError(found)


def _twice(suites: Sequence[Suite]) -> list[Problem]:
    seen: dict[str, Suite] = {}
    problems = []
    for suite in suites:
        if suite.id in seen:
            message = f"must be unique, got {suite.id!r} in {seen[suite.id].text.file} too"
            problems.append(suite.text.problem(("id",), message))
        seen.setdefault(suite.id, suite)
    return problems

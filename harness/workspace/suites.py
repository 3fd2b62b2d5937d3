"""What everything starts from: the suites named, checked, and their plans."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness import figures
from harness.code.project import standing
from harness.datasets.dataset import Roots
from harness.errors import NothingMeasured, Problem, SuiteError, UsageError
from harness.experiments import registry as experiments
from harness.plan.check import check, wordless
from harness.plan.expand import Plan, Plans, expand
from harness.plan.select import Selection, check_selection, narrow, to_run, used
from harness.project import readme_of
from harness.store.memory import JoinedArchive
from harness.suite import quotations, sections
from harness.suite.documents import Library, key_of, tree_of
from harness.suite.documents import library as read_library
from harness.suite.load import find, in_folder, load
from harness.suite.schema import Suite
from harness.suite.sections import Tier, rank, tier
from harness.types import Archive, Profile
from harness.words import plural


@dataclass(frozen=True, repr=False)
class Workspace:
    """Checked suites with their plans, and the documents they quote.

    Attributes
    ----------
    plans : tuple of Plans
        Of each suite, in the order shown.
    libraries : tuple of Library
        For each of them, the documents of the tree it belongs to.
    """

    plans: tuple[Plans, ...]
    libraries: tuple[Library, ...]

    def __repr__(self) -> str:
        claims = plural(sum(len(suite.claims) for suite in self.suites), "claim")
        return f"{claims} of {', '.join(suite.id for suite in self.suites)}"

    @property
    def suites(self) -> tuple[Suite, ...]:
        """The suites, in the order shown."""
        return tuple(plans.suite for plans in self.plans)

    @property
    def sources(self) -> Iterator[Mapping[str, str]]:
        """Source key to the number the ledger cites, of the documents of each suite in turn."""
        return (library.cited for library in self.libraries)

    @property
    def tiers(self) -> Mapping[str, Tier]:
        """Where each suite is shown, by id."""
        pairs = zip(self.suites, self.libraries, strict=True)
        return {suite.id: tier(suite, library) for suite, library in pairs}

    @property
    def facts(self) -> frozenset[str]:
        """The ids of the suites that are shown last and folded."""
        return frozenset(name for name, tier in self.tiers.items() if tier == "facts")

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

    def beside(self, archive: Archive) -> Archive:
        """Return an archive with the records of suites whose numbers are in files."""
        memories = [plans.memory for plans in self.plans if plans.memory is not None]
        return JoinedArchive(archive, memories) if memories else archive

    def each(self) -> list[Workspace]:
        """Return a workspace of each of the suites, in the order shown."""
        pairs = zip(self.plans, self.libraries, strict=True)
        return [Workspace((plans,), (library,)) for plans, library in pairs]

    def others(self) -> Workspace:
        """Return all other suites of the trees that these belong to; those with problems are not.

        They have no claims until they are mended, which is no matter of the suites named.
        """
        own = {suite.id for suite in self.suites}
        opened = {os.path.realpath(suite.text.file) for suite in self.suites}
        folders = dict.fromkeys(library.folder for library in self.libraries)
        every = ((path, folder) for folder in folders for path in in_folder(folder))
        paths = {path: folder for path, folder in every if os.path.realpath(path) not in opened}
        found, _ = _opened(paths, {library.folder: library for library in self.libraries})
        rest = [pair for pair in found if pair[0].suite.id not in own]
        return Workspace(tuple(plans for plans, _ in rest), tuple(one for _, one in rest))

    def library(self) -> Library:
        """Return the documents of the one tree that the suites belong to.

        Raises
        ------
        UsageError
            If they belong to several.
        """
        if len(folders := dict.fromkeys(library.folder for library in self.libraries)) > 1:
            raise UsageError(
                "a ledger is of the documents of one folder, got suites of "
                f"{', '.join(map(str, folders))}; name those of one"
            )
        return self.libraries[0]


def open_workspace(names: Sequence[str], folders: Path | Sequence[Path]) -> Workspace:
    """Load and check the suites named (all of `folders` when none is).

    A suite quotes the documents of the tree in which its file lies; those of the first folder when
    there are none, and the README of the project outside of all. Suites are shown in the order
    named; all of a folder, headline first and facts last.

    Raises
    ------
    SuiteError
        With every problem of every suite.
    """
    places = [folders] if isinstance(folders, Path) else list(folders)
    trees = {path: tree_of(path, _nearest(path, places)) for path in find(names, *places)}
    found, problems = _opened(trees, _libraries(trees.values()))
    problems += _duplicates([plans.suite for plans, _ in found])
    if problems:
        raise SuiteError(list(dict.fromkeys(problems)))
    if not names:
        found.sort(key=lambda pair: rank(pair[0].suite, pair[1]))
    plans_of, library_of = zip(*found, strict=True)
    return Workspace(plans_of, library_of)


def _nearest(path: Path, folders: Sequence[Path]) -> Path:
    return path.parent if path.parent in folders else folders[0]


@standing()
def _opened(
    trees: Mapping[Path, Path], libraries: Mapping[Path, Library]
) -> tuple[list[tuple[Plans, Library]], list[Problem]]:
    """Return the suites of files without problems, and every problem of the others."""
    found, problems = list[tuple[Plans, Library]](), list[Problem]()
    loaded = {path: _loaded(path, libraries[tree]) for path, tree in trees.items()}
    suites = [suite for suite in loaded.values() if isinstance(suite, Suite)]
    experiments.prepare((name, suite.home) for suite in suites for name in suite.experiments)
    for path, suite in loaded.items():
        library = libraries[trees[path]]
        if not isinstance(suite, Suite):
            problems += suite
            continue
        try:
            plans = expand(suite)
            known = {*library.documents, key_of(library.of(path), suite.files)} - {""}
            check(plans, known, figures.KINDS)
            found.append((plans, library))
        except SuiteError as error:
            problems += error.problems
    return found, problems


def _loaded(path: Path, library: Library) -> Suite | Sequence[Problem]:
    """Return a suite, or what is wrong with its file."""
    try:
        return load(path, library.of(path))
    except SuiteError as error:
        return error.problems


def _libraries(trees: Iterable[Path]) -> Mapping[Path, Library]:
    found, problems = dict[Path, Library](), list[Problem]()
    for tree in dict.fromkeys(trees):
        try:
            found[tree] = read_library(tree, readme_of(tree))
        except SuiteError as error:
            problems += error.problems
    if problems:
        raise SuiteError(problems)
    return found


def check_quotes(workspace: Workspace) -> None:
    """Check that the sentences quoted stand in their documents, where those are given.

    Raises
    ------
    SuiteError
        With every quote that does not, and every document that cannot be read.
    """
    shelf, found = quotations.DocumentFiles(), list[Problem]()
    for suite, library in zip(workspace.suites, workspace.libraries, strict=True):
        found += quotations.problems(suite, library.documents, shelf)
    if found:
        raise SuiteError(list(dict.fromkeys(found)))


def check_labels(workspace: Workspace) -> None:
    """Check that there are words for all that figures write beside their axes.

    Raises
    ------
    SuiteError
        With every name that has none.
    """
    found = [
        suite.text.problem(path, message)
        for suite in workspace.suites
        for path, message in wordless(suite, figures.KINDS)
    ]
    if found:
        raise SuiteError(found)


def check_documents(workspace: Workspace) -> None:
    """Check what documents say of their suites, and that every section of theirs is covered.

    Raises
    ------
    SuiteError
        With every section that is not, and every suite and claim named that there is not.
    """
    trees = {library.folder: library for library in workspace.libraries}
    pairs = list(zip(workspace.suites, workspace.libraries, strict=True))
    found = [
        problem
        for folder, library in trees.items()
        for problem in sections.problems(
            library.documents, [suite for suite, own in pairs if own.folder == folder]
        )
    ]
    if found:
        raise SuiteError(found)


def _duplicates(suites: Sequence[Suite]) -> list[Problem]:
    seen: dict[str, Suite] = {}
    problems = []
    for suite in suites:
        if suite.id in seen:
            message = f"must be unique, got {suite.id!r} in {seen[suite.id].text.file} too"
            problems.append(suite.text.problem(("id",), message))
        seen.setdefault(suite.id, suite)
    return problems

"""The hooks of pytest that collect claims, the test that each becomes, and its verdict."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from harness import project, top
from harness.errors import HarnessError
from harness.outlets import outcome
from harness.store.store import StoreFolder
from harness.suite.load import find
from harness.types import Verdict
from harness.words import one_line
from harness.workspace.suites import Workspace, open_workspace
from harness.workspace.verdicts import judged

_JUDGE: pytest.StashKey[Judge] = pytest.StashKey()


class Claims:
    """Collects the suite files that are asked for; all of the project where no path is named.

    Parameters
    ----------
    config : pytest.Config
        Its arguments are completed.

    Raises
    ------
    pytest.UsageError
        If the project has no suite.
    """

    def __init__(self, config: pytest.Config) -> None:
        try:
            judge = Judge(config.getoption("--claims-suites"), config.getoption("--claims-results"))
            if config.args_source is not pytest.Config.ArgsSource.ARGS:
                config.args = [*config.args, *_beside(config.args, judge)]
        except HarnessError as error:
            raise pytest.UsageError(str(error)) from None
        config.stash[_JUDGE] = self._judge = judge
        # pytest may take a file for a part of the folder that is named beside it, and forget it
        named = (str(argument).partition("::")[0] for argument in config.args)
        here = config.invocation_params.dir
        paths = {os.path.realpath(here / name) for name in named}
        self._wanted = frozenset({*paths, *_below(paths, judge)})

    def pytest_report_header(self) -> str:
        """Say which records are judged."""
        return f"claims: records of {self._judge.results}"

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
        """Collect what is asked for, not each TOML file of the project."""
        if file_path.suffix != ".toml" or os.path.realpath(file_path) not in self._wanted:
            return None
        made: SuiteFile = SuiteFile.from_parent(parent, path=file_path)
        return made

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep each claim once: its file may lie below a folder that is collected too."""
        claims = {item.nodeid: item for item in reversed(items) if isinstance(item, ClaimItem)}
        items[:] = [item for item in items if claims.get(item.nodeid, item) is item]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let what is skipped be told of at the line of the suite, not of this module."""
        report = yield
        if isinstance(item, ClaimItem) and report.skipped and isinstance(report.longrepr, tuple):
            report.longrepr = (item.location[0], item.line, report.longrepr[2])
        return report


def _beside(folders: Iterable[str], judge: Judge) -> Iterator[str]:
    """Yield the suite files that lie below none of some folders.

    Before 8.2 pytest forgets a folder that is named beside a file of its own.
    """
    above = [Path(folder).resolve() for folder in folders]
    for file in judge.files():
        if not any(file.resolve().is_relative_to(folder) for folder in above):
            yield str(file)


def _below(paths: Iterable[str], judge: Judge) -> Iterator[str]:
    """Yield the suite files of the project that lie in folders that are named."""
    folders = [Path(path) for path in paths if Path(path).is_dir()]
    try:
        files = [os.path.realpath(file) for file in judge.files()] if folders else []
    except HarnessError:  # no suite: they are folders of tests
        return
    for file in files:
        if any(Path(file).is_relative_to(folder) for folder in folders):
            yield file


class SuiteFile(pytest.File):
    """A suite; its claims are the tests."""

    def collect(self) -> Iterable[ClaimItem]:
        """Yield the claims in the order in which they stand."""
        return self._claims()

    def _claims(self) -> Iterator[ClaimItem]:
        try:
            suite = self.config.stash[_JUDGE].suite(self.path)
        except HarnessError as error:
            raise self.CollectError(str(error)) from None
        for claim, line in suite.claims:
            made: ClaimItem = ClaimItem.from_parent(self, name=claim, suite=suite.id, line=line)
            yield made


class ClaimItem(pytest.Item):
    """One claim.

    Parameters
    ----------
    suite : str
        Id of its suite.
    line : int
        1-based, where it is stated.
    """

    def __init__(self, *, suite: str, line: int, **more: Any) -> None:
        super().__init__(**more)
        self.suite = suite
        self.line = line

    def runtest(self) -> None:
        """Judge it.

        Raises
        ------
        ClaimFailed
            If it is false and not known to be, or its verdict has moved.
        """
        strict = self.config.getoption("--claims-strict")
        found = self.config.stash[_JUDGE].judged(self.path, self.name, strict=strict)
        self.user_properties += found.properties
        if found.outcome == "skipped":
            pytest.skip(found.why)
        if found.outcome == "failed":
            raise ClaimFailed(f"{found.why}\n\n{found.numbers}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the numbers of a claim that fails; a traceback would tell nothing."""
        if isinstance(excinfo.value, ClaimFailed | HarnessError):
            return f"{self.location[0]}:{self.line}: {excinfo.value}"
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where it is stated, and its name."""
        return self.path, self.line - 1, f"{self.suite}::{self.name}"


class ClaimFailed(Exception):
    """A claim is false and not known to be, or its verdict has moved."""


@dataclass(frozen=True)
class SuiteClaims:
    """A suite: its id, and its claims with the lines on which they stand."""

    id: str
    claims: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Judged:
    """What became of a claim, in words, and what JUnit XML says of it besides."""

    outcome: outcome.Outcome
    why: str
    numbers: str
    properties: Sequence[tuple[str, object]]


class Judge:
    """Suites and records, each read once and when it is needed.

    Parameters
    ----------
    suites, results : Path or None
        The folders; None for the usual ones.
    """

    def __init__(self, suites: Path | None, results: Path | None) -> None:
        here = project.find()
        self.suites = here.suites if suites is None else [suites]
        self.results = here.results if results is None else results
        self._workspaces: dict[Path, Workspace] = {}
        self._verdicts: dict[Path, dict[str, Verdict]] = {}
        top.importable()

    def files(self) -> list[Path]:
        """Return the files of all suites.

        Raises
        ------
        UsageError
            If there is none.
        """
        return find([], *self.suites)

    def suite(self, path: Path) -> SuiteClaims:
        """Return the suite of a file."""
        (suite,) = self._workspace(path).suites
        places = outcome.places([suite])
        claims = [(claim.id, places[f"{suite.id}/{claim.id}"].line) for claim in suite.claims]
        return SuiteClaims(suite.id, claims)

    def judged(self, path: Path, claim: str, *, strict: bool) -> Judged:
        """Return the verdict on a claim of a file."""
        verdict = self._judged(path)[claim]
        return Judged(
            outcome.outcome(verdict, strict=strict),
            one_line(outcome.why(verdict)),
            outcome.numbers(verdict),
            [("verdict", verdict.verdict), ("measured", outcome.measured_by(verdict))],
        )

    def _workspace(self, path: Path) -> Workspace:
        if path not in self._workspaces:
            self._workspaces[path] = open_workspace([os.path.relpath(path)], self.suites)
        return self._workspaces[path]

    def _judged(self, path: Path) -> dict[str, Verdict]:
        if path not in self._verdicts:
            found = judged(self._workspace(path), self._archive, self.results)
            self._verdicts[path] = {verdict.claim: verdict for verdict in found}
        return self._verdicts[path]

    @cached_property
    def _archive(self) -> StoreFolder:
        return StoreFolder(self.results)

"""Claims as tests: ``pytest --claims`` judges every claim of the project from stored records.

pytest imports this module in every run, so it imports nothing of ours until it is asked to.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from harness.pytest_claims import Judge

_JUDGE: pytest.StashKey[Judge] = pytest.StashKey()
_WANTED: pytest.StashKey[frozenset[str]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("claims", "numbers under test (claims-harness)")
    group.addoption(
        "--claims",
        action="store_true",
        help="collect the claims of the project's suites, or of suite files that are named",
    )
    group.addoption(
        "--claims-strict", action="store_true", help="fail claims that are inconclusive"
    )
    group.addoption(
        "--claims-suites", metavar="DIR", type=Path, help="folder of suite files [suites]"
    )
    group.addoption(
        "--claims-results", metavar="DIR", type=Path, help="folder of records [results/local]"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Find the suites, and ask for their files where no path is named."""
    if not config.getoption("--claims"):
        return
    from harness.pytest_claims import Judge

    judge = Judge(config.getoption("--claims-suites"), config.getoption("--claims-results"))
    config.stash[_JUDGE] = judge
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        try:
            config.args = [*config.args, *map(str, judge.files())]
        except judge.wrong as error:
            raise pytest.UsageError(str(error)) from None
    # pytest may take a file for a part of the folder that is named beside it, and forget it
    named = (str(argument).partition("::")[0] for argument in config.args)
    here = config.invocation_params.dir
    config.stash[_WANTED] = frozenset(os.path.realpath(here / name) for name in named)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which records are judged."""
    judge = config.stash.get(_JUDGE, None)
    return f"claims: records of {judge.results}" if judge is not None else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SuiteFile | None:
    """Collect the suite files that are asked for, not each TOML file of the project."""
    judge = parent.config.stash.get(_JUDGE, None)
    if judge is None or file_path.suffix != ".toml":
        return None
    if os.path.realpath(file_path) not in parent.config.stash[_WANTED]:
        return None
    made: SuiteFile = SuiteFile.from_parent(parent, path=file_path)
    return made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep each claim once: a suite below the folder collected is asked for by its path too."""
    seen: set[str] = set()
    kept = []
    for item in items:
        if not isinstance(item, ClaimItem) or item.nodeid not in seen:
            kept.append(item)
        seen.add(item.nodeid)
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let what is skipped be told of at the line of the suite, not of this module."""
    report = yield
    if isinstance(item, ClaimItem) and report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = (item.location[0], item.line, report.longrepr[2])
    return report


class SuiteFile(pytest.File):
    """A suite; its claims are the tests."""

    def collect(self) -> Iterable[ClaimItem]:
        """Yield the claims in the order in which they stand."""
        return self._claims()

    def _claims(self) -> Iterator[ClaimItem]:
        judge = self.config.stash[_JUDGE]
        try:
            suite = judge.suite(self.path)
        except judge.wrong as error:
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
        judge = self.config.stash[_JUDGE]
        found = judge.judged(self.path, self.name, strict=self.config.getoption("--claims-strict"))
        self.user_properties += found.properties
        if found.outcome == "skipped":
            pytest.skip(found.why)
        if found.outcome == "failed":
            raise ClaimFailed(f"{found.why}\n\n{found.numbers}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the numbers of a claim that fails; a traceback would tell nothing."""
        if isinstance(excinfo.value, ClaimFailed):
            return f"{self.location[0]}:{self.line}: {excinfo.value}"
        judge = self.config.stash[_JUDGE]
        if isinstance(excinfo.value, judge.wrong):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where it is stated, and its name."""
        return self.path, self.line - 1, f"{self.suite}::{self.name}"


class ClaimFailed(Exception):
    """A claim is false and not known to be, or its verdict has moved."""

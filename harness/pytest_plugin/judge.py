"""What the tests ask of the harness: suites, and the verdicts of their claims."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from harness import project, top
from harness.outlets import outcome
from harness.store.folder import StoreFolder
from harness.suite.load import find
from harness.types import Verdict
from harness.words import one_line
from harness.workspace.suites import Workspace, open_workspace
from harness.workspace.verdicts import judged


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
        folder = str(top.of(Path.cwd()))
        if folder not in sys.path and not sys.flags.safe_path:
            sys.path.insert(0, folder)  # as `harness` does, for experiments of the project

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

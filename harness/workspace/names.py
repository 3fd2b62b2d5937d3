"""Suites and claims by name: ``SUITE``, or ``SUITE/CLAIM`` for one of its claims."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.words import unknown
from harness.workspace.suites import Workspace, open_workspace


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

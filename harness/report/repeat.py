"""The commands that repeat a suite on a machine where nothing is: clone, install, data, runs, page.

Each is one line of a shell, its words quoted.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

from harness import origin, top
from harness.origin import Origin
from harness.suite.schema import Suite
from harness.types import Archive, Profile, Record

INSTALL = "python3 -m pip install 'claims-harness[all]'"
INSTALL_CLONE = "python3 -m pip install -e '.[all]'"
"""In a clone of the harness itself."""


class Origins:
    """Where the repositories of suites come from, each project asked once."""

    def __init__(self) -> None:
        self._known: dict[Path, Origin] = {}

    def of(self, suite: Suite) -> Origin:
        """Return that of a suite; nothing is known of one without a file."""
        if not suite.home:
            return Origin()
        project = top.of(Path(suite.home))
        if project not in self._known:
            self._known[project] = origin.of(project)
        return self._known[project]


def commands(
    where: Origin, commit: str, fetched: Iterable[str], run: str, profile: Profile
) -> tuple[str, ...]:
    """Return the commands in order.

    Parameters
    ----------
    where : Origin
        Of the suite's repository.
    commit : str
        That the runs were made at; ``""`` where they were made at several, or at edits of one.
    fetched : iterable of str
        Data sets to get.
    run : str
        The command that runs the suite.
    profile : {'quick', 'full'}
        Whose figures the page has.
    """
    get = [shlex.join(["harness", "data", "get", name]) for name in fetched]
    page = "harness report" if profile == "quick" else f"harness report --profile {profile}"
    alone = where.own and not where.inside
    return (*_clone(where, commit), INSTALL_CLONE if alone else INSTALL, *get, run, page)


def _clone(where: Origin, commit: str) -> list[str]:
    if not where.url:
        return []
    clone, into = ["git", "clone", where.url], ["cd", _folder(where.name)]
    if not where.has(commit):
        inside = f"{where.name}/{where.inside}" if where.inside else where.name
        return [shlex.join(clone), shlex.join(["cd", _folder(inside)])]
    # The folder may have another place at the commit that others get first.
    lines = [clone, into, ["git", "checkout", commit]]
    return [
        shlex.join(one)
        for one in (*lines, *([["cd", _folder(where.inside)]] if where.inside else []))
    ]


def _folder(name: str) -> str:
    return f"./{name}" if name.startswith("-") else name


def commit_of(records: Sequence[Record], archive: Archive) -> str:
    """Return the commit that all records were made at, without edits; ``""`` for none such.

    Of a user's experiment that is the commit of its project, else that of the harness.
    """
    found = {_commit(record, archive) for record in records}
    return found.pop() if len(found) == 1 else ""


def _commit(record: Record, archive: Archive) -> str:
    if record.code:
        return "" if record.commit.endswith(" dirty") else record.commit
    environment = archive.environments.get(record.environment)
    facts = environment.facts if environment else {}
    return "" if facts.get("dirty") == "yes" else facts.get("commit", "")

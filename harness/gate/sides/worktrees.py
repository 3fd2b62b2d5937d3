"""A revision's files in a folder of their own, for as long as they are needed."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from harness.errors import UsageError
from harness.files import guarded
from harness.gate.sides.git import git
from harness.gate.sides.submodules import populate
from harness.gate.values import Revision
from harness.processes.tree import postponed

PREFIX = "harness-gate-"
"""How the names of the folders begin that hold the worktrees of a run."""
_MARK = re.compile(r"claims-harness on (?P<host>.*): process (?P<pid>\d+) started (?P<at>[\d.]+)")
_CLOSE = 2.0
"""Seconds by which two readings of one process's start may differ: it rests on the wall clock."""


@dataclass(frozen=True)
class _Worktree:
    path: Path
    reason: str
    """Why it is locked, ``""`` if it is not."""


@contextlib.contextmanager
def checkout(repository: Path, revision: Revision, folder: Path) -> Iterator[Path]:
    """Check a revision out into a folder, and remove it at the end, whatever happens.

    What killed runs left of this repository is removed first.

    Parameters
    ----------
    repository : Path
        Top folder of the repository.
    revision : Revision
        What to check out.
    folder : Path
        Absent or empty, outside the repository: there, the settings and ``conftest.py`` of the
        working tree would be found beside the revision's own.

    Yields
    ------
    Path
        The folder, absolute.

    Raises
    ------
    UsageError
        If the folder cannot be used, or a submodule lacks a commit.
    GitError
        If git fails.
    """
    folder = folder.absolute()
    remove_abandoned(repository)
    _refuse(repository, folder)
    try:
        commit = revision.checkout or revision.commit
        locked = ("--lock", "--reason", owner_mark())
        git(repository, "worktree", "add", "--quiet", "--detach", *locked, str(folder), commit)
        populate(repository, folder)
        yield folder
    finally:
        with postponed():
            _remove(repository, folder)


def remove_abandoned(repository: Path) -> None:
    """Remove the worktrees whose run of the harness was killed.

    Those of a run that is still alive, and any that the harness did not make, stay.

    Parameters
    ----------
    repository : Path
        Top folder of the repository.
    """
    for worktree in _listed(repository):
        if owner_is_gone(worktree.reason):
            _remove(repository, worktree.path)
            if worktree.path.parent.name.startswith(PREFIX):
                with contextlib.suppress(OSError):  # the other side's is still in it
                    worktree.path.parent.rmdir()


def _refuse(repository: Path, folder: Path) -> None:
    if folder.resolve().is_relative_to(repository.resolve()):
        raise UsageError(
            f"{folder} must lie outside the repository {repository}: give another cache folder"
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} must be absent or empty to hold a worktree, and is not: another run may "
            "be using it; wait for that one, or delete the folder"
        )


def _listed(repository: Path) -> list[_Worktree]:
    blocks = git(repository, "worktree", "list", "--porcelain").split("\n\n")
    facts = [dict(_fact(line) for line in block.splitlines()) for block in blocks if block]
    return [_Worktree(Path(one["worktree"]), one.get("locked", "")) for one in facts]


def _fact(line: str) -> tuple[str, str]:
    key, _, value = line.partition(" ")
    return key, value


def _remove(repository: Path, folder: Path) -> None:
    with guarded("remove the worktree", folder):
        _delete(folder)
    if folder.resolve() in {worktree.path for worktree in _listed(repository)}:
        # twice: one for files that are gone, two for the lock
        git(repository, "worktree", "remove", "--force", "--force", str(folder))


def _delete(folder: Path) -> None:
    """Delete a folder; what forbids it (a test may leave folders read-only) is allowed first."""
    if not folder.exists():
        return
    try:
        shutil.rmtree(folder)
    except OSError:
        folder.chmod(stat.S_IRWXU)
        for place, names, _ in os.walk(folder):
            for inner in (Path(place, name) for name in names):
                if not inner.is_symlink():  # what that points to is not ours
                    inner.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)


def owner_mark() -> str:
    """Return the mark of this process: machine, number and start, since numbers come again."""
    process = psutil.Process()
    return (
        f"claims-harness on {platform.node()}: process {process.pid} "
        f"started {process.create_time():.2f}"
    )


def owner_is_gone(text: str) -> bool:
    """Return True if a text is the mark of a process of this machine that has ended.

    Parameters
    ----------
    text : str
        A mark; of any other text, and of another machine's, nothing is known: False.
    """
    found = _MARK.fullmatch(text)
    if found is None or found["host"] != platform.node():
        return False
    try:
        started = psutil.Process(int(found["pid"])).create_time()
    except psutil.NoSuchProcess:
        return True
    except psutil.AccessDenied:  # somebody's, hence alive
        return False
    return abs(started - float(found["at"])) > _CLOSE

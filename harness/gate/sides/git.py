"""Running git: nothing of the user's is changed, and variables such as ``GIT_DIR`` are ignored."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from harness.errors import GitError, UsageError
from harness.files import explain

_NOTHING: Mapping[str, str] = MappingProxyType({})

SETTINGS = (
    "core.hooksPath=/dev/null",  # a checkout of ours is no event of the user's
    "core.fsmonitor=false",
    "core.safecrlf=false",
    "core.splitIndex=false",  # a split index would be written into the user's git directory
    "gc.auto=0",
    "log.showSignature=false",
    "maintenance.auto=false",
    "status.showUntrackedFiles=normal",
    "submodule.recurse=false",  # submodules are populated by `harness.gate.sides.submodules`
)
"""Settings of every command, over those of the user."""

LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
)
"""Variables that git sets for a hook; they would send every command to the hook's repository."""

_OWNED = re.compile(
    r"(?:detected dubious ownership in repository at |unsafe repository \()"  # as of 2.36, 2.35.2
    r"'(.*)'"
)
_ADVICE = re.compile(r"git config --global --add safe\.directory .*\S")


def run(
    folder: Path, *arguments: str, variables: Mapping[str, str] = _NOTHING
) -> subprocess.CompletedProcess[str]:
    """Run git in a folder, whatever its exit code.

    Parameters
    ----------
    folder : Path
        Where, as of ``git -C``.
    *arguments : str
        Sub-command and its arguments.
    variables : mapping of str to str
        Added to the environment.

    Raises
    ------
    UsageError
        If git is not installed.
    GitError
        If it does not start.
    """
    settings = [part for setting in SETTINGS for part in ("-c", setting)]
    try:
        return subprocess.run(  # noqa: S603 - no shell, and names are checked by the callers
            ["git", "-C", str(folder), *settings, *arguments],  # noqa: S607 - the user's git
            env={**_environment(), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except FileNotFoundError:
        raise UsageError(
            "git must be installed to compare revisions, and no program 'git' was found on the "
            "PATH: install it"
        ) from None
    except OSError as error:
        raise GitError(explain(error, "start", "git")) from None


def git(folder: Path, *arguments: str, variables: Mapping[str, str] = _NOTHING) -> str:
    """Return what a git command prints, without the last line end.

    Raises
    ------
    GitError
        If it fails.
    UsageError
        If git is not installed.
    """
    done = run(folder, *arguments, variables=variables)
    if done.returncode:
        cause = ownership(done.stderr) or done.stderr.strip() or "it said nothing"
        raise GitError(
            f"`git {shlex.join(arguments)}` in {folder} must succeed, and ended with exit code "
            f"{done.returncode}: {cause}"
        )
    return done.stdout.removesuffix("\n")


def ownership(message: str) -> str:
    """Return what to do about a repository that git does not read since another user owns it.

    Parameters
    ----------
    message : str
        What git wrote on standard error.

    Returns
    -------
    str
        A sentence with git's own advice, ``""`` if that is not what it says.
    """
    where = _OWNED.search(message)
    if where is None:
        return ""
    advice = _ADVICE.search(message)
    allow = "git config --global --add safe.directory"
    command = advice[0] if advice else f"{allow} {shlex.quote(where[1])}"
    return (
        f"git does not read the repository at {where[1]}, since its files belong to another user; "
        f"if you trust them, allow it with `{command}` and try again"
    )


def entries(text: str) -> tuple[str, ...]:
    """Return the parts of the output of a command with ``-z``."""
    return tuple(part for part in text.split("\0") if part)


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in LOCAL}
    return inherited | {
        "LC_ALL": "C",
        # without it `git status` rewrites the user's index with fresh times
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }

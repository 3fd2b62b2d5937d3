"""From the name of a revision to its files: a commit, or the working tree as it is now."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.errors import UsageError
from harness.files import guarded, temporary_folder
from harness.gate.sides.git import entries, git, ownership, run
from harness.gate.sides.submodules import refuse_unsaved
from harness.gate.values import Revision
from harness.words import did_you_mean

WORKING_TREE = "working tree"
_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_AMBIGUOUS = "is ambiguous"
_FEW = 20


def find_repository(start: Path) -> Path:
    """Return the top folder of the git repository that a path lies in.

    Parameters
    ----------
    start : Path
        A folder, or a file in one.

    Raises
    ------
    UsageError
        If it is in none, or in one that git refuses to read.
    """
    folder = start if start.is_dir() else start.parent
    if not folder.is_dir():
        raise UsageError(f"{start} must be a folder of a git repository, and is not there")
    done = run(folder, "rev-parse", "--show-toplevel")
    if done.returncode:
        cause = " ".join(done.stderr.split()).removeprefix("fatal: ")
        raise UsageError(
            ownership(done.stderr)
            or f"{start} must lie in the working tree of a git repository, and git says: {cause}; "
            "run the gate inside a checkout"
        )
    return Path(done.stdout.removesuffix("\n"))


def resolve(repository: Path, name: str) -> Revision:
    """Return the commit that a name stands for.

    Parameters
    ----------
    repository : Path
        Any folder of it.
    name : str
        A branch, a tag, a commit, or an expression such as ``HEAD~1``.

    Raises
    ------
    UsageError
        If there is no such commit.
    """
    if not name or name.startswith("-"):
        raise UsageError(
            f"a revision must be a branch, a tag or a commit, and got {name!r}; "
            "no name of git's starts with '-'"
        )
    # in two steps: `^{commit}` after `:/text` would become part of the text
    named = run(repository, "rev-parse", "--verify", name)
    found = named.stdout.strip()
    if named.returncode == 0 and _OBJECT.fullmatch(found):
        peeled = run(repository, "rev-parse", "--verify", "--quiet", found + "^{commit}")
        if peeled.returncode == 0:
            return _describe(repository, peeled.stdout.strip(), name)
    raise UsageError(_no_such(repository, name, named.stderr))


def working_tree(repository: Path) -> Revision:
    """Return the files as they are now: uncommitted changes and untracked files, not ignored ones.

    They are written into the object database by way of an index of their own; the user's index,
    files, branches and a merge under way stay as they are. An untracked folder that is itself
    a repository is another project and is left out.

    Parameters
    ----------
    repository : Path
        Top folder, as `find_repository` gives it.

    Raises
    ------
    UsageError
        If there is no commit yet, or a submodule has changes that are not committed in it.
    """
    head = replace(resolve(repository, "HEAD"), label=WORKING_TREE)
    refuse_unsaved(repository)
    tree = _write_tree(repository)
    if tree == head.tree:
        return head
    commit = git(
        repository,
        *("commit-tree", tree, "-p", head.commit, "-m", "Working tree"),
        variables=_identity(head.committed),
    )
    return replace(head, tree=tree, dirty=True, checkout=commit)


def _describe(repository: Path, commit: str, label: str) -> Revision:
    text = git(repository, "show", "-s", "--encoding=UTF-8", "--format=%T%x00%cI%x00%s", commit)
    tree, committed, subject = text.split("\0", 2)
    return Revision(label, commit, tree, subject=subject, committed=committed)


def _write_tree(repository: Path) -> str:
    index = Path(repository, git(repository, "rev-parse", "--git-path", "index"))
    with temporary_folder("harness-index-") as folder:
        own = folder / "index"
        with guarded("copy git's index", index):
            if index.exists():
                # With its time: a file changed in the second in which the index was written is
                # told from an unchanged one by that.
                shutil.copy2(index, own)
        variables = {"GIT_INDEX_FILE": str(own)}
        git(repository, "add", "--all", *_others_left_out(repository), variables=variables)
        return git(repository, "write-tree", variables=variables)


def _others_left_out(repository: Path) -> tuple[str, ...]:
    """Return the path arguments that leave out repositories inside this one."""
    untracked = git(repository, "ls-files", "--others", "--exclude-standard", "-z")
    # of a repository git lists the folder, of any other folder its files
    folders = [path.rstrip("/") for path in entries(untracked) if path.endswith("/")]
    excluded = [f":(exclude,top,literal){folder}" for folder in folders]
    return ("--", ".", *excluded) if excluded else ()


def _identity(date: str) -> Mapping[str, str]:
    # fixed, so that no configuration is needed and the same files give the same commit
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "harness"), ("EMAIL", "harness@localhost"), ("DATE", date))
    }


def _no_such(repository: Path, name: str, message: str) -> str:
    if run(repository, "rev-parse", "--verify", "--quiet", "HEAD").returncode:
        return f"unknown revision {name!r}: the repository has no commit yet; commit first"
    if _AMBIGUOUS in message:
        return f"revision {name!r} must name one commit, and several start so: give more digits"
    return f"unknown revision {name!r}.{_nearest(repository, name)} {_advice(repository)}"


def _nearest(repository: Path, name: str) -> str:
    listed = git(
        repository,
        *("for-each-ref", "--format=%(refname:lstrip=2)"),
        *("refs/heads", "refs/tags", "refs/remotes"),
    ).splitlines()
    remote = [known for known in listed if known.endswith(f"/{name}")]
    if remote:
        return f" Did you mean {remote[0]!r}?"
    text = did_you_mean(name, listed)
    many = len(listed) > _FEW and text.startswith(" Known")
    return " `git branch --all` and `git tag` list the names." if many else text


def _advice(repository: Path) -> str:
    if git(repository, "rev-parse", "--is-shallow-repository") == "true":
        return (
            "This is a shallow clone, without most of the history: `git fetch --unshallow` gets "
            "it (in a GitHub workflow: `fetch-depth: 0` of actions/checkout)."
        )
    return "Name a branch, a tag or a commit that is here, or `git fetch --tags` first."

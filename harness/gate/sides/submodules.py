"""Submodules of a revision, filled in from the git directories that are already here."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.files import guarded
from harness.gate.sides.git import entries, git, run

_GITLINK = "160000 "
_SHOWN = 3


@dataclass(frozen=True)
class Gitlink:
    """A submodule as its superproject's index has it.

    Attributes
    ----------
    path : str
        Folder, relative to the superproject.
    commit : str
        The commit that belongs there.
    name : str
        In ``.gitmodules``; ``""`` without an entry.
    """

    path: str
    commit: str
    name: str


@dataclass(frozen=True)
class _Source:
    """A checkout that has submodules: its folder, which may be gone, and its git directory."""

    folder: Path
    git_dir: Path


def gitlinks(tree: Path) -> tuple[Gitlink, ...]:
    """Return the submodules of a checkout, initialised or not."""
    staged = entries(git(tree, "ls-files", "--stage", "-z"))
    found = (line.partition("\t") for line in staged if line.startswith(_GITLINK))
    commits = {path: facts.split()[1] for facts, _, path in found}
    names = _names(tree) if commits else {}
    return tuple(Gitlink(path, commit, names.get(path, "")) for path, commit in commits.items())


def refuse_unsaved(repository: Path) -> None:
    """Refuse submodules with files that no commit of theirs has.

    A submodule at another commit than the superproject's is an ordinary change and passes.

    Parameters
    ----------
    repository : Path
        Top folder of the superproject.

    Raises
    ------
    UsageError
        If there is one, with its name and what to do.
    """
    for link in gitlinks(repository):
        folder = repository / link.path
        if (folder / ".git").exists():
            _refuse_unsaved(folder, link.path)


def populate(repository: Path, tree: Path) -> None:
    """Fill in the submodules of a new worktree, as far as the main checkout has them.

    No network is used: objects are borrowed from the main checkout's git directories.

    Parameters
    ----------
    repository : Path
        The main checkout.
    tree : Path
        The worktree.

    Raises
    ------
    UsageError
        If a submodule is initialised here and lacks the commit that the worktree needs.
    """
    git_dir = Path(git(repository, "rev-parse", "--absolute-git-dir"))
    _populate(_Source(repository, git_dir), tree)


def _refuse_unsaved(folder: Path, path: str) -> None:
    changed = entries(git(folder, "status", "--porcelain", "--ignore-submodules=none", "-z"))
    if changed:
        shown = ", ".join(line[3:] for line in changed[:_SHOWN])
        more = ", ..." if len(changed) > _SHOWN else ""
        raise UsageError(
            f"submodule {path!r} must have no changes of its own that are not committed, and has "
            f"some ({shown}{more}): commit them there, then stage or commit the submodule's new "
            "commit here"
        )


def _populate(source: _Source, tree: Path) -> None:
    for link in gitlinks(tree):
        git_dir = _git_dir(source, link)
        if git_dir is not None:
            _fill(git_dir, link, tree / link.path)
            _populate(_Source(source.folder / link.path, git_dir), tree / link.path)


def _git_dir(source: _Source, link: Gitlink) -> Path | None:
    """Return where the main checkout keeps a submodule's history, None if it has none."""
    folder = source.folder / link.path
    if (folder / ".git").exists():
        return Path(git(folder, "rev-parse", "--absolute-git-dir"))
    # initialised, but moved or removed in the commit that the main checkout is at
    kept = source.git_dir / "modules" / link.name
    if not link.name or not kept.is_dir():
        return None
    url = run(source.git_dir, *_as_tree(source.git_dir), "config", f"submodule.{link.name}.url")
    return kept if url.returncode == 0 else None


def _fill(git_dir: Path, link: Gitlink, folder: Path) -> None:
    there = _as_tree(git_dir)
    if run(git_dir, *there, "cat-file", "-e", link.commit + "^{commit}").returncode:
        raise UsageError(
            f"submodule {link.path!r} must have commit {link.commit[:12]}, which the revision "
            f"needs, and {git_dir} does not: fetch it, e.g. `git -C {link.path} fetch --all`"
        )
    kind = "sha256" if len(link.commit) > 40 else "sha1"
    git(folder, "init", "-q", "--template=", f"--object-format={kind}")
    objects = git_dir / git(git_dir, *there, "rev-parse", "--git-path", "objects")
    alternates = folder / ".git/objects/info/alternates"
    with guarded("lend the objects of a submodule to", alternates):
        alternates.parent.mkdir(parents=True, exist_ok=True)
        alternates.write_bytes(os.fsencode(f"{objects}\n"))
    shallow = git_dir / git(git_dir, *there, "rev-parse", "--git-path", "shallow")
    with guarded("copy", shallow):
        if shallow.exists():
            shutil.copy2(shallow, folder / ".git/shallow")
    git(folder, "checkout", "-q", "--detach", link.commit)


def _as_tree(git_dir: Path) -> tuple[str, str]:
    # a submodule's configuration names its folder, without which git refuses to start
    return (f"--git-dir={git_dir}", f"--work-tree={git_dir}")


def _names(tree: Path) -> dict[str, str]:
    """Return the submodules' names in ``.gitmodules``, by path."""
    if not (tree / ".gitmodules").is_file():
        return {}
    listed = run(
        tree, "config", "-z", "-f", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$"
    )
    pairs = (entry.split("\n", 1) for entry in entries(listed.stdout))
    return {path: key[len("submodule.") : -len(".path")] for key, path in pairs}

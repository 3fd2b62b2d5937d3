"""The content address of an experiment's code: which files it is, and the digest of each."""

from __future__ import annotations

import hashlib
import io
import os
import time
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from harness.code.imports import closure
from harness.code.project import Project, is_installed

LENGTH = 12
"""Hex digits of a digest."""
_BEGINS = frozenset({"FSTRING_START", "TSTRING_START"})
_ENDS = frozenset({"FSTRING_END", "TSTRING_END"})
LOADED = time.time_ns()
"""Before any digest was taken in this process."""
_SKEW = 60 * 10**9
LARGE = 16 * 1024**2
"""Bytes from which a file is no source."""
MOST_SHOWN = 3
"""Files that a sentence names."""


def of_file(path: Path) -> str:
    """Return the digest of a file: of Python's source what it says, of any other its bytes.

    Line endings are no part of what has any: a checkout may change them.
    """
    found = path.stat()
    return _digest(path, found.st_mtime_ns, found.st_ctime_ns, found.st_size)


@lru_cache(maxsize=4096)
def _digest(path: Path, *_: int) -> str:
    data = path.read_bytes()
    if path.suffix == ".py":
        data = _said(data)
    elif b"\0" not in data:
        data = data.replace(b"\r\n", b"\n")
    return hashlib.sha256(data).hexdigest()[:LENGTH]


def _said(data: bytes) -> bytes:
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, ValueError, LookupError):  # Python will not read it either
        return data
    return without_comments(text.replace("\r\n", "\n").replace("\r", "\n")).encode(
        "utf-8", "replace"
    )


def without_comments(text: str) -> str:
    """Return Python's source without comments, blank lines and spaces at the end of lines.

    What stands in a string is left alone. The text is cut at the places of tokens and not made of
    tokens, which differ between versions of Python. A text that is not Python is left as it is.
    """
    lines = text.split("\n")
    inside: set[int] = set()  # lines whose end stands in a string, counted from 1
    comments: list[tuple[int, int]] = []
    begun: list[int] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            name = tokenize.tok_name[token.type]
            if name in _BEGINS:
                begun.append(token.start[0])
            elif name in _ENDS:
                inside.update(range(begun.pop(), token.end[0]))
            elif token.type == tokenize.STRING:
                inside.update(range(token.start[0], token.end[0]))
            elif token.type == tokenize.COMMENT and not begun:
                comments.append(token.start)
    except (tokenize.TokenError, SyntaxError, IndexError):
        return text
    for row, column in comments:
        lines[row - 1] = lines[row - 1][:column]
    kept = (
        line if row in inside else line.rstrip()
        for row, line in enumerate(lines, start=1)
        if row in inside or line.strip()
    )
    return "\n".join(kept)


@dataclass(frozen=True)
class Sources:
    """The files of an experiment's code.

    Attributes
    ----------
    files : tuple of Path
        All of them.
    code : mapping of str to str
        Digest of each by the name it has in the project: what a record keeps.
    address : mapping of str to str
        The same by the place seen from the first file: what an id is made of, so that it does not
        depend on how far up the root of the project is.
    """

    files: tuple[Path, ...] = ()
    code: Mapping[str, str] = field(default_factory=dict)
    address: Mapping[str, str] = field(default_factory=dict)

    def including(self, files: Iterable[Path], project: Project) -> Sources:
        """Return these and further files, whatever they are, each seen from the suite's folder."""
        found = {path: of_file(path) for path in files}
        named = {_name(path, (project.root,)): digest for path, digest in found.items()}
        seen = {f"+{_seen_from(project.folder, path)}": found[path] for path in found}
        files = tuple(sorted({*self.files, *found}))
        return Sources(files, {**self.code, **named}, {**self.address, **seen})


def collect(
    entries: Sequence[Path], project: Project, folders: Sequence[Path], beside: Iterable[Path] = ()
) -> Sources:
    """Return the files that some files are made of, those first named included.

    Parameters
    ----------
    entries : sequence of Path
        Where to begin; the first is what the others are seen from.
    project : Project
        What is its own counts. What is installed does not, unless it is the package of the first.
    folders : sequence of Path
        Where imports are looked for. Their files count as the project's own.
    beside : iterable of Path
        Further files, such as modules that were imported by a name made while running.
    """
    if not entries:
        return Sources()
    roots = (project.root, project.folder, *folders)
    package = _package(entries[0]) if is_installed(entries[0]) else None

    def own(path: Path) -> bool:
        if package is not None:
            return path.is_relative_to(package)
        return not is_installed(path) and any(path.is_relative_to(root) for root in roots)

    extra = (path for path in beside if own(path) and path.is_file())
    files = closure([*entries, *extra], folders, own)
    found = {path: of_file(path) for path in files}
    start = entries[0].parent
    return Sources(
        files,
        {_name(path, roots): digest for path, digest in found.items()},
        {_seen_from(start, path): digest for path, digest in found.items()},
    )


def _package(path: Path) -> Path:
    """Return the outermost package that a file is in; the file itself when it is in none."""
    package = path
    while (package.parent / "__init__.py").is_file():
        package = package.parent
    return package


def _name(path: Path, roots: Sequence[Path]) -> str:
    """Return how a file is called: from the root of the project on, or whatever else it is in."""
    if is_installed(path):
        roots = (_package(path).parent,)
    inside = next((root for root in roots if path.is_relative_to(root)), path.parent)
    return path.relative_to(inside).as_posix()


def _seen_from(start: Path, path: Path) -> str:
    return Path(os.path.relpath(path, start)).as_posix()


def changed(code: Mapping[str, str], home: str, since: int = 0) -> tuple[str, ...]:
    """Return the names of the files that are not any more what their digests say.

    What is large is data, and not read again for every cell; what is not there is another
    project's, or an import will tell.

    Parameters
    ----------
    code : mapping of str to str
        Digests by name.
    home : str
        The folder of the suite's file.
    since : int
        What was changed before, in nanoseconds of the system's clock, was so when the digests were
        taken.
    """
    if not code:
        return ()
    root = Project.of(home).root
    paths = {name: root / name for name in code}
    there = (name for name, path in paths.items() if path.is_file() and _may_be(path, since))
    return tuple(name for name in there if of_file(paths[name]) != code[name])


def _may_be(path: Path, since: int) -> bool:
    """Whether a file may have been edited; the clock of a file server may be another one."""
    found = path.stat()
    return found.st_size <= LARGE and max(found.st_ctime_ns, found.st_mtime_ns) > since - _SKEW


def differing(now: Mapping[str, str], before: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the files in which two codes differ, added and removed ones too."""
    return tuple(name for name in sorted({*now, *before}) if now.get(name) != before.get(name))


def sentence(names: Sequence[str]) -> str:
    """Return ``"bench/forest.py changed"``; of many files, some."""
    shown = ", ".join(names[:MOST_SHOWN])
    more = f" and {len(names) - MOST_SHOWN} more" if len(names) > MOST_SHOWN else ""
    return f"{shown}{more} changed"

"""What a command found out, kept for the next one until anything that it depends on has changed.

Something that was found out holds as long as all of this is as it was: the files that were read for
it, the names in the folders in which they were looked for, Python's path, the current folder, the
environment variables, the libraries installed and the harness. What was found out on the way to
something else, by another command even, brings the files that it is true of along.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
import sys
import sysconfig
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from harness.cache import Cache, root

Stamp = tuple[int, ...]
_stat = os.stat  # ours, whoever listens
_HERE = Path(__file__).parent
_SETTLED = 2 * 10**9
"""Nanoseconds for which a file must not have been edited: clocks of file systems are coarse."""
_PASSING = frozenset({"_", "OLDPWD", "PWD", "SHLVL", "COLUMNS", "LINES", "PYTEST_CURRENT_TEST"})
"""Variables of the shell's own, which differ from one command to the next."""
_IMPORTABLE = re.compile(
    r"(?!__pycache__)\w+|[^.].*\.(py|so|pyd|pth|zip|dist-info|egg-info|egg-link)"
)
_LEADING = re.compile(r"__editable__.*|.*\.(pth|egg-link)")
"""Files that say where a library lies that is developed elsewhere."""
_READING = frozenset({"open", "os.listdir", "os.scandir"})
_LIBRARY = re.compile(r"[/\\](site-packages|dist-packages|__pycache__)([/\\]|$)")
_STANDARD = sysconfig.get_path("stdlib") + os.sep
_MACHINE = re.compile("/(proc|sys|dev(?!/shm/))/")
"""What the machine tells of itself; in /dev/shm are files like any others."""
_ENTRY = re.compile(r"[^/\\]+[/\\](..)[/\\]\1[^/\\]*")
"""A file of the cache, from its top on: a project may lie beside."""


def stamp(path: str | Path) -> Stamp:
    """Return what tells that a file was edited; empty where there is none."""
    try:
        found = _stat(path)
    except (OSError, ValueError):
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size)


def names_in(folder: str, every: bool | None) -> str:
    """Return the digest of the names in a folder: all, those of modules and libraries, or none.

    With files that lead elsewhere go their stamps. It is ``""`` where the folder cannot be read.
    """
    if every is None:  # all that matters is that it is there
        return "there" * os.path.isdir(folder)  # noqa: PTH112 - of text
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 names are all
    except OSError:
        return ""
    kept = [name for name in names if every or _IMPORTABLE.fullmatch(name)]
    led = (f"{name}{stamp(f'{folder}/{name}')}" for name in kept if _LEADING.fullmatch(name))
    text = "\0".join([*kept, *led]).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:16]


_ASKED = f"{os.sep}."
_LISTENING: list[dict[str, Stamp]] = []


@cache
def _listen() -> None:
    """Hear of all that this process opens, from now on: a hook cannot be taken away again."""

    def hear(event: str, given: tuple[Any, ...]) -> None:
        if not _LISTENING or event not in _READING or not isinstance(given[0], str | os.PathLike):
            return
        # Where Python looks for modules is known, and what we look at here; a folder that a module
        # lists is its own affair.
        by = "" if event == "open" else sys._getframe(1).f_code.co_filename
        if not by.startswith(("<", __file__)):
            _heard(given[0])

    sys.addaudithook(hear)


def _heard(given: str | os.PathLike[str], *, asked: bool = False) -> None:
    path = os.path.abspath(os.fsdecode(given))  # noqa: PTH100 links stay
    known = stamp(path)
    if asked and known and stat.S_ISDIR(_stat(path).st_mode):
        path += _ASKED
    for opened in _LISTENING:
        opened.setdefault(path, known)


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """Let `watching` hear of files that are only asked about too, of which Python tells nobody.

    To a folder among them an `_ASKED` is added. For a process that has nothing else to do: the
    functions of `os` that ask are others inside the block.
    """

    def telling(ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(path: Any, *further: Any, **options: Any) -> Any:
            if isinstance(path, str | os.PathLike):
                _heard(path, asked=True)
            return ask(path, *further, **options)

        return asked

    before = {name: getattr(os, name) for name in ("stat", "lstat", "access")}
    for name, ask in before.items():
        setattr(os, name, telling(ask))
    try:
        yield
    finally:
        for name, ask in before.items():
            setattr(os, name, ask)


def is_asked(path: str) -> bool:
    """Whether a path that was heard of is a folder that was only asked about."""
    return path.endswith(_ASKED)


@contextlib.contextmanager
def watching() -> Iterator[Mapping[str, Stamp]]:
    """Return what fills with the files and folders that are opened inside the block, in order.

    With each is its `stamp` from before.
    """
    _listen()
    opened: dict[str, Stamp] = {}
    _LISTENING.append(opened)
    try:
        yield opened
    finally:
        _LISTENING[:] = [one for one in _LISTENING if one is not opened]


def of_users(opened: Iterable[str]) -> list[str]:
    """Return the paths that are of no library, nor of Python or the machine."""
    ours, cached = (_STANDARD, f"{_HERE}{os.sep}"), f"{root()}{os.sep}"
    return [
        path
        for path in list(opened)
        if not (_LIBRARY.search(path) or _MACHINE.match(path) or path.startswith(ours))
        and not (path.startswith(cached) and _ENTRY.fullmatch(path, len(cached)))
    ]


def changed(opened: Mapping[str, Stamp], since: int) -> bool:
    """Whether a file or folder of users that was opened is not what it was then.

    Parameters
    ----------
    opened : mapping of str to Stamp
        What `watching` has returned.
    since : int
        When that began, nanoseconds of the system's clock. What was made later and is gone was
        nobody's; `Inputs.settled` tells of what is still there.
    """
    mine = [path for path in of_users(opened) if not is_asked(path)]
    old = (path for path in mine if max(opened[path][:2], default=0) < since)
    return any(stamp(path) != opened[path] for path in old)


@dataclass
class Inputs:
    """What something depends on, as it was found.

    Attributes
    ----------
    since : int
        When it was begun, nanoseconds of the system's clock: what was edited later may have been
        read before.
    files : dict of str to Stamp
        Files and places where one may come to be.
    folders : dict of (str, bool or None) to str
        Digests of `names_in`.
    lasting : bool
        False where something was found out that is not to be kept.
    """

    since: int = field(default_factory=time.time_ns)
    files: dict[str, Stamp] = field(default_factory=dict)
    folders: dict[tuple[str, bool | None], str] = field(default_factory=dict)
    lasting: bool = True

    def read(
        self, paths: Iterable[str | Path], listed: Iterable[tuple[str, bool | None]] = ()
    ) -> None:
        """Add files, and folders whose names matter: all of them, those of modules, or none."""
        self.files |= {str(path): stamp(path) for path in paths}
        self.folders |= {(name, every): names_in(name, every) for name, every in listed}

    @property
    def settled(self) -> bool:
        """Whether no file was edited so late that it may have been another when it was read."""
        latest = max((max(known[:2], default=0) for known in self.files.values()), default=0)
        return latest <= min(self.since, time.time_ns()) - _SETTLED

    def unchanged(self, now: Inputs) -> bool:
        """Whether all is as it is `now`, in which nothing is looked at twice."""
        for path in self.files.keys() - now.files.keys():
            now.files[path] = stamp(path)
        if any(now.files[path] != known for path, known in self.files.items()):
            return False
        now.read((), self.folders.keys() - now.folders.keys())
        return all(now.folders[folder] == known for folder, known in self.folders.items())


def question(about: Any) -> str:
    """Return the digest of a question, and of what any answer depends on besides files.

    Parameters
    ----------
    about : object
        What is asked, as JSON can tell it. Libraries set variables of the environment when they are
        imported: a question is to be asked before.
    """
    variables = sorted((k, v) for k, v in os.environ.items() if k not in _PASSING)
    where = [about, sys.path, _current(), sys.executable, sys.version, variables, _harness()]
    return hashlib.sha256(json.dumps(where, sort_keys=True).encode()).hexdigest()


_ON_THE_WAY: ContextVar[tuple[Inputs, ...]] = ContextVar("_ON_THE_WAY", default=())


@contextlib.contextmanager
def depending() -> Iterator[Inputs]:
    """Return what fills with all that is looked at, and what is found out, inside the block."""
    inputs = Inputs()
    token = _ON_THE_WAY.set((*_ON_THE_WAY.get(), inputs))
    try:
        yield inputs
    finally:
        _ON_THE_WAY.reset(token)


def look(path: Path) -> Path:
    """Return a path; all that is being found out depends on what is there."""
    for inputs in _ON_THE_WAY.get():
        inputs.read([path])
    return path


def depend(found: Inputs | None) -> None:
    """Let all that is being found out depend on what something else was true of.

    Parameters
    ----------
    found : Inputs or None
        What that was; None where it cannot be told, so that nothing is kept.
    """
    for inputs in _ON_THE_WAY.get():
        if found is None:
            inputs.lasting = False
        else:
            inputs.files |= found.files
            inputs.folders |= found.folders


@dataclass(frozen=True)
class Kept:
    """What was found out, by what it is about.

    Attributes
    ----------
    cache : Cache
        Where it is.
    """

    cache: Cache

    def get(self, asked: str, now: Inputs) -> tuple[Any, Inputs] | None:
        """Return what was found out, and of what it is true; None where that has changed since.

        Parameters
        ----------
        asked : str
            A `question`.
        now : Inputs
            What was looked at for others of the same command; it grows.
        """
        data = self.cache.get(asked)
        if data is None:
            return None
        stored = json.loads(data)
        files = {path: tuple(known) for path, known in stored["files"].items()}
        folders = {(name, every): known for name, every, known in stored["folders"]}
        inputs = Inputs(files=files, folders=folders)
        return (stored["found"], inputs) if inputs.unchanged(now) else None

    def put(self, asked: str, found: Any, inputs: Inputs) -> None:
        """Keep what was found out, unless it is not to last, or a file was edited just now.

        Parameters
        ----------
        asked : str
            The `question`.
        found : object
            What was found out, as JSON can tell it.
        inputs : Inputs
            What it depends on.
        """
        if not inputs.lasting or not inputs.settled:
            return
        folders = [(*folder, known) for folder, known in inputs.folders.items()]
        stored = {"found": found, "files": inputs.files, "folders": folders}
        self.cache.put(asked, json.dumps(stored).encode())


def _current() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - the text is all
    except OSError:
        return ""


@cache
def _harness() -> str:
    """Return the digest of our own files as they are: who asks, and what a module may import."""
    files = [[str(path), *stamp(path)] for path in sorted(_HERE.rglob("*.py"))]
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()

"""What was found out about users' modules, kept between commands until something changes.

An import may take seconds, and a command asks about every module that its suites name. What was
answered holds as long as all of this is as it was: the files that the import has read, the names in
the folders that it was served from, Python's path, the current folder, the environment variables,
the libraries installed and the harness. Only what was imported without an error is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from harness import digest
from harness.cache import Cache
from harness.code.project import is_installed
from harness.code.sources import Sources
from harness.experiments.user.facts import Answer, Declared
from harness.experiments.user.loading import Place
from harness.experiments.user.signature import Parameter

CACHE = Cache("modules", 64 * 1024**2)
_OURS = Path(__file__).parents[2]
_SETTLED = 2 * 10**9
"""Nanoseconds for which a file must not have been edited: clocks of file systems are coarse."""
_PASSING = frozenset({"_", "OLDPWD", "PWD", "SHLVL", "COLUMNS", "LINES", "PYTEST_CURRENT_TEST"})
"""Variables of the shell's own, which differ from one command to the next."""
_IMPORTABLE = re.compile(
    r"(?!__pycache__)\w+|[^.].*\.(py|so|pyd|pth|zip|dist-info|egg-info|egg-link)"
)
_MACHINE = ("/proc/", "/sys/", "/dev/")
Stamps = Mapping[Path, tuple[int, ...]]


@dataclass(frozen=True)
class Module:
    """What a module answered, and the files of which that is true.

    Attributes
    ----------
    answer : Answer
        What it says of its functions.
    sources : Sources
        The files that it is made of.
    stamps : mapping of Path to tuple of int
        What tells that one of them was edited.
    libraries : frozenset of str
        The large libraries that they speak of, or that importing them brings.
    """

    answer: Answer
    sources: Sources
    stamps: Stamps
    libraries: frozenset[str] = frozenset()

    @property
    def is_current(self) -> bool:
        """Whether no file has been changed since."""
        return all(stamp(path) == known for path, known in self.stamps.items())


def stamp(path: Path) -> tuple[int, ...]:
    """Return what tells that a file was edited; empty where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size)


class Disk:
    """Files and folders as they are now, each looked at once."""

    def __init__(self) -> None:
        self._files: dict[Path, tuple[int, ...]] = {}
        self._folders: dict[tuple[str, bool], str] = {}

    def file(self, path: Path) -> tuple[int, ...]:
        """Return the stamp of a file."""
        if path not in self._files:
            self._files[path] = stamp(path)
        return self._files[path]

    def folder(self, path: str, every: bool) -> str:
        """Return the digest of the names in a folder, all or those of modules and libraries.

        It is ``""`` where the folder cannot be read.
        """
        if (path, every) not in self._folders:
            self._folders[path, every] = _names(path, every)
        return self._folders[path, every]


def _names(folder: str, every: bool) -> str:
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 names are all
    except OSError:
        return ""
    kept = [name for name in names if every or _IMPORTABLE.fullmatch(name)]
    text = "\0".join(kept).encode("utf-8", "surrogateescape")
    return hashlib.sha256(text).hexdigest()[:16]


def get(place: Place, root: Path, disk: Disk) -> Module | None:
    """Return what a module has answered before, None where something has changed since."""
    data = CACHE.get(_key(place, root))
    if data is None:
        return None
    values = json.loads(data)
    files = {Path(name): tuple(known) for name, known in values["files"].items()}
    if any(disk.file(path) != known for path, known in files.items()):
        return None
    if any(disk.folder(name, every) != known for name, every, known in values["folders"]):
        return None
    sources = Sources(tuple(map(Path, values["sources"])), values["code"], values["address"])
    stamps = {path: files[path] for path in map(Path, values["stamps"])}
    return Module(_answer(values["answer"]), sources, stamps, frozenset(values["libraries"]))


def put(place: Place, root: Path, module: Module) -> None:
    """Keep what a module has answered; not when one of its files was edited just now."""
    answer = module.answer
    if answer.error or answer.opened is None:
        return
    disk = Disk()
    opened = [path for path in map(Path, answer.opened) if _may_change(path)]
    listed = [path for path in opened if path.is_dir()]
    files = {path: disk.file(path) for path in opened if path not in listed} | dict(module.stamps)
    if any(max(known[:2], default=0) > time.time_ns() - _SETTLED for known in files.values()):
        return
    served = (*sys.path, *place.path, *(path.parent for path in module.sources.files))
    folders = dict.fromkeys([*((str(f), False) for f in served), *((str(f), True) for f in listed)])
    values = {
        "answer": asdict(answer),
        "sources": [str(path) for path in module.sources.files],
        "code": dict(module.sources.code),
        "address": dict(module.sources.address),
        "stamps": [str(path) for path in module.stamps],
        "libraries": sorted(module.libraries),
        "files": {str(path): known for path, known in files.items()},
        "folders": [(name, every, disk.folder(name, every)) for name, every in folders],
    }
    CACHE.put(_key(place, root), json.dumps(values).encode())


def _may_change(path: Path) -> bool:
    return not (str(path).startswith(_MACHINE) or is_installed(path))


def _key(place: Place, root: Path) -> str:
    """Return the digest of what an import may depend on besides files."""
    variables = sorted((k, v) for k, v in os.environ.items() if k not in _PASSING)
    where = [asdict(replace(place, attribute="")), str(root), sys.path, _current()]
    return digest.of_value([where, sys.executable, sys.version, variables, _harness()], 64)


def _current() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - the text is all
    except OSError:
        return ""


@cache
def _harness() -> str:
    """Return the digest of our own files as they are: who asks, and what a module may import."""
    files = ((str(path), *stamp(path)) for path in sorted(_OURS.rglob("*.py")))
    return digest.of_value(list(files))


def _answer(values: dict[str, Any]) -> Answer:
    each = {name: _declared(one) for name, one in values["each"].items()}
    lists: Iterable[str] = ("functions", "loaded", "opened")
    return Answer(**{**values, **{name: tuple(values[name]) for name in lists}, "each": each})


def _declared(values: dict[str, Any]) -> Declared:
    found = values["parameters"]
    parameters = None if found is None else tuple(Parameter(**one) for one in found)
    return Declared(**{**values, "parameters": parameters, "backends": tuple(values["backends"])})

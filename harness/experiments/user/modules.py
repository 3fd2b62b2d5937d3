"""What users' modules answer, kept until one of their files is edited."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.code.project import Project, current
from harness.code.sources import Sources, collect
from harness.experiments.user.facts import Answer, ask
from harness.experiments.user.loading import Place


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
    """

    answer: Answer
    sources: Sources
    stamps: Mapping[Path, tuple[int, ...]]

    @property
    def is_current(self) -> bool:
        """Whether no file has been changed since."""
        return all(_stamp(path) == stamp for path, stamp in self.stamps.items())


_MODULES: dict[tuple[object, ...], Module] = {}


def module(place: Place, home: str) -> Module:
    """Return what a module says; it is imported once for all its functions, until it is edited."""
    key = (replace(place, attribute=""), home, tuple(sys.path), current())
    own = (*key, place.attribute)  # what one function raises when it is asked is not the others'
    known = next(
        (_MODULES[k] for k in (key, own) if k in _MODULES and _MODULES[k].is_current), None
    )
    if known is not None and (known.answer.error or place.attribute in known.answer.each):
        return known
    found = _asked(place, home)
    if known is not None and not found.answer.error:
        each = {**found.answer.each, **known.answer.each}
        found = replace(found, answer=replace(found.answer, each=each))
    _MODULES[own if found.answer.error else key] = found
    return found


def _asked(place: Place, home: str) -> Module:
    # The files are read before the module is: what is edited meanwhile is then asked again.
    sources = _sources(place, home, Answer())
    stamps = {path: _stamp(path) for path in sources.files}
    answer = ask(place)
    further = _sources(place, home, answer)
    stamps |= {path: _stamp(path) for path in further.files if path not in stamps}
    return Module(answer, further, stamps)


def _sources(place: Place, home: str, answer: Answer) -> Sources:
    file = place.file or answer.file
    entries = [Path(file)] if file else []
    project = Project.of(home)
    folders = [Path(folder) for folder in place.path or _top(file, place.module)]
    # Packages that are developed in the project have their folders on Python's path.
    further = (Path(folder) for folder in sys.path if folder)
    folders += [path for path in further if path.is_relative_to(project.root)]
    return collect(entries, project, folders, map(Path, answer.loaded))


def _top(file: str, module: str) -> list[str]:
    """Return the folder that a dotted name is imported from."""
    depth = module.count(".") + Path(file).match("__init__.py")
    return [str(Path(file).parents[depth])] if file else []


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size)

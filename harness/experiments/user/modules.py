"""What users' modules answer, kept until one of their files is edited."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.code.project import Project, current
from harness.code.sources import Sources, collect
from harness.errors import UsageError
from harness.experiments.user.facts import Answer, ask, ask_all
from harness.experiments.user.finding import find
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
    libraries : frozenset of str
        The large libraries that they speak of, or that importing them brings.
    """

    answer: Answer
    sources: Sources
    stamps: Mapping[Path, tuple[int, ...]]
    libraries: frozenset[str] = frozenset()

    @property
    def is_current(self) -> bool:
        """Whether no file has been changed since."""
        return all(_stamp(path) == stamp for path, stamp in self.stamps.items())


_LARGE = ("torch", "sklearn", "scipy")
_MODULES: dict[tuple[object, ...], Module] = {}


def module(place: Place, home: str) -> Module:
    """Return what a module says; it is imported once for all its functions, until it is edited."""
    key = _key(place, home)
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


def _key(place: Place, home: str) -> tuple[object, ...]:
    """Return what a module is known by: the suites of a project share it, wherever they stand."""
    return (replace(place, attribute=""), Project.of(home).root, tuple(sys.path), current())


def prepare(wanted: Iterable[tuple[str, str]]) -> None:
    """Ask the modules of many functions at once, which takes far less than one after another.

    Parameters
    ----------
    wanted : iterable of (str, str)
        Names and folders as `harness.experiments.user.finding.find` takes them. What is wrong
        with one is told where it is asked for.
    """
    places: dict[tuple[object, ...], tuple[Place, str]] = {}
    for name, home in wanted:
        try:
            place = find(name, home)
        except UsageError:
            continue
        key = _key(place, home)
        if key not in _MODULES or not _MODULES[key].is_current:
            places.setdefault(key, (place, home))
    stamps = {key: _stamps(*one) for key, one in places.items()}
    answers = ask_all([place for place, _ in places.values()])
    for (key, (place, home)), answer in zip(places.items(), answers, strict=True):
        if answer is not None:
            _MODULES[key] = _told(place, home, answer, stamps[key])


def _asked(place: Place, home: str) -> Module:
    # The files are read before the module is: what is edited meanwhile is then asked again.
    stamps = _stamps(place, home)
    return _told(place, home, ask(place), stamps)


def _stamps(place: Place, home: str) -> dict[Path, tuple[int, ...]]:
    return {path: _stamp(path) for path in _sources(place, home, Answer()).files}


def _told(
    place: Place, home: str, answer: Answer, stamps: Mapping[Path, tuple[int, ...]]
) -> Module:
    sources = _sources(place, home, answer)
    further = {path: _stamp(path) for path in sources.files if path not in stamps}
    return Module(answer, sources, {**stamps, **further}, _libraries(sources, answer))


def _libraries(sources: Sources, answer: Answer) -> frozenset[str]:
    """Return which large libraries a module may come to import, now or when it is called."""
    brought = {part for file in answer.loaded for part in Path(file).parts}
    texts = [path.read_bytes() for path in sources.files if path.suffix == ".py"]
    spoken = {name for name in _LARGE for text in texts if name.encode() in text}
    return frozenset(spoken | (brought & set(_LARGE)))


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

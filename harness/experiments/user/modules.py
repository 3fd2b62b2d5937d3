"""What was found out about users' modules, kept in memory until one of their files is edited."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from harness import kept
from harness.code.project import Project, current
from harness.code.sources import Sources, collect
from harness.errors import UsageError
from harness.experiments.user import answers
from harness.experiments.user.answers import Module, Stamps
from harness.experiments.user.facts import Answer, ask, ask_all
from harness.experiments.user.finding import find
from harness.experiments.user.loading import Place
from harness.kept import Inputs, stamp

_LARGE = ("torch", "sklearn", "scipy")
_MODULES: dict[tuple[object, ...], Module] = {}


def module(place: Place, home: str) -> Module:
    """Return what a module says; it is imported once for all its functions, until it is edited."""
    found = _module(place, home)
    kept.depend(found.inputs)
    return found


def _module(place: Place, home: str) -> Module:
    key = _key(place, home)
    own = (*key, place.attribute)  # what one function raises when it is asked is not the others'
    known = next(
        (_MODULES[k] for k in (key, own) if k in _MODULES and _MODULES[k].is_current), None
    )
    if known is not None and (known.answer.error or place.attribute in known.answer.each):
        return known
    found = _remembered(key, place, home, Inputs()) or _asked(place, home)
    if known is not None and not found.answer.error:
        each = {**found.answer.each, **known.answer.each}
        found = replace(found, answer=replace(found.answer, each=each))
    _MODULES[own if found.answer.error else key] = found
    return found


def _remembered(key: tuple[object, ...], place: Place, home: str, now: Inputs) -> Module | None:
    """Return what an earlier command was answered, if that was about this function too."""
    if key in _MODULES:
        return None  # this command has asked already, and must ask again
    found = answers.get(place, Project.of(home).root, now)
    return found if found is not None and place.attribute in found.answer.each else None


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
    now = Inputs()
    for name, home in wanted:
        try:
            place = find(name, home)
        except UsageError:
            continue
        key = _key(place, home)
        if key in places or (key in _MODULES and _MODULES[key].is_current):
            continue
        if (found := _remembered(key, place, home, now)) is not None:
            _MODULES[key] = found
        else:
            places[key] = (place, home)
    since = time.time_ns()
    stamps = {key: _stamps(*one) for key, one in places.items()}
    told = ask_all([place for place, _ in places.values()])
    for (key, (place, home)), answer in zip(places.items(), told, strict=True):
        if answer is not None:
            _MODULES[key] = _told(place, home, answer, stamps[key], since)


def _asked(place: Place, home: str) -> Module:
    # The files are read before the module is: what is edited meanwhile is then asked again.
    since, stamps = time.time_ns(), _stamps(place, home)
    return _told(place, home, ask(place), stamps, since)


def _stamps(place: Place, home: str) -> Stamps:
    return {path: stamp(path) for path in _sources(place, home, Answer()).files}


def _told(place: Place, home: str, answer: Answer, stamps: Stamps, since: int) -> Module:
    sources = _sources(place, home, answer)
    further = {path: stamp(path) for path in sources.files if path not in stamps}
    found = Module(answer, sources, {**stamps, **further}, _libraries(sources, answer))
    return answers.kept(place, Project.of(home).root, found, since)


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

"""A user's function as an `Experiment`: what is known of it without running it here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.code.project import Project, current
from harness.code.sources import Sources, collect
from harness.config.kinds import Kind
from harness.config.settings import Settings
from harness.declare import ATTRIBUTE, ONLY
from harness.errors import CellFailed, Skip, UsageError
from harness.experiments.experiment import Context, Experiment, seed_of
from harness.experiments.user.arguments import Arguments, call
from harness.experiments.user.facts import Answer, Declared, ask, ask_all
from harness.experiments.user.finding import find
from harness.experiments.user.loading import Place, load, seed_everything
from harness.types import Outcome
from harness.words import did_you_mean

_NUMBERS = frozenset({"float", "int", "bool"})


@dataclass(frozen=True)
class _Module:
    """What a module answered, and the files of which that is true."""

    answer: Answer
    sources: Sources
    stamps: Mapping[Path, tuple[int, ...]]

    @property
    def is_current(self) -> bool:
        """Whether no file has been changed since."""
        return all(_stamp(path) == stamp for path, stamp in self.stamps.items())


_MODULES: dict[tuple[object, ...], _Module] = {}


def experiment(name: str, home: str) -> Experiment:
    """Return the experiment of a user's function.

    Parameters
    ----------
    name : str
        As `harness.experiments.user.finding.find` takes it.
    home : str
        The folder of the suite's file.

    Raises
    ------
    UsageError
        If there is no such function, or it cannot be an experiment.
    """
    place = find(name, home)
    module = _module(place, home)
    answer = module.answer
    if answer.error:
        raise UsageError(
            f"experiment {name!r} cannot be imported: {answer.error}{_advice(place, answer)}"
        )
    declared = answer.each[place.attribute]
    _refuse(name, place, declared, answer)
    assert declared.version is not None
    arguments = Arguments(name, declared.parameters)
    names = _names(declared)
    return Experiment(
        name=name,
        version=declared.version,
        tables=arguments.tables,
        requires=arguments.required,
        run=lambda context: function(name, home)(context),
        alone=declared.alone,
        produces=(lambda _: names) if names else None,
        kinds=_kinds(declared.metrics),
        complaints=arguments.complaints,
        reads=None if arguments.is_open else arguments.reads,
        accepts=arguments.reads,
        defaults=arguments.defaults,
        offers=_offers(declared.backends),
        code=lambda *_: module.sources,
    )


def _advice(place: Place, answer: Answer) -> str:
    if not answer.missing:
        return ""
    return (
        f"; the module {place.module!r} must be in the project of the suite or in the current "
        "folder, be installed, or its folder be named by PYTHONPATH"
    )


def _refuse(name: str, place: Place, declared: Declared, answer: Answer) -> None:
    """Refuse what is no function, or none that returns what it has measured."""
    if not declared.callable:
        where = Path(place.file).name if place.alone else f"module {place.module!r}"
        raise UsageError(
            f"experiment {name!r} must name a function of {where}, "
            f"which has no function {place.attribute!r}."
            f"{did_you_mean(place.attribute, answer.functions)}"
        )
    if declared.sort:
        raise UsageError(
            f"experiment {name!r} must be a plain function that returns what it has measured, got "
            f"{declared.sort}; write a function that runs it and returns the numbers"
        )
    if declared.version is None:
        raise UsageError(
            f"the version of experiment {name!r} must be an integer, got {declared.told}"
        )


def _names(declared: Declared) -> frozenset[str]:
    """Return the metrics it leaves; none where that is not known beforehand."""
    known = declared.metrics or ({ONLY} if declared.returns in _NUMBERS else ())
    return frozenset(known)


def _kinds(metrics: Mapping[str, Kind]) -> Callable[[Settings], Mapping[str, Kind]]:
    return lambda _: metrics


def _offers(backends: tuple[str, ...]) -> Callable[[Settings, str, str], bool] | None:
    return (lambda _, backend, __: backend in backends) if backends else None


def _module(place: Place, home: str) -> _Module:
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
        Names and folders as `experiment` takes them. What is wrong with one is told there.
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


def _asked(place: Place, home: str) -> _Module:
    # The files are read before the module is: what is edited meanwhile is then asked again.
    stamps = _stamps(place, home)
    return _told(place, home, ask(place), stamps)


def _stamps(place: Place, home: str) -> dict[Path, tuple[int, ...]]:
    return {path: _stamp(path) for path in _sources(place, home, Answer()).files}


def _told(
    place: Place, home: str, answer: Answer, stamps: Mapping[Path, tuple[int, ...]]
) -> _Module:
    sources = _sources(place, home, answer)
    further = {path: _stamp(path) for path in sources.files if path not in stamps}
    return _Module(answer, sources, {**stamps, **further})


def _sources(place: Place, home: str, answer: Answer) -> Sources:
    file = place.file or answer.file
    entries = [Path(file)] if file else []
    folders = [Path(folder) for folder in place.path or _top(file, place.module)]
    return collect(entries, Project.of(home), folders, map(Path, answer.loaded))


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


def function(name: str, home: str) -> Callable[[Context], object]:
    """Return a user's function as what carries out a cell; its module is imported at once."""
    seed_everything(0)  # what a module draws when it is imported is the same each time, too
    place = find(name, home)
    found: Callable[..., object] = getattr(load(place), place.attribute)

    def run(context: Context) -> object:
        if (reason := context.backend.absent(context.device)) is not None:
            raise Skip(reason)
        seed_everything(seed_of(context.streams))
        return _declared(name, found, call(found, context))

    return run


def _declared(name: str, function: Callable[..., object], returned: object) -> object:
    """Return what a function returned by the names that it declares; a bare number by its one.

    Raises
    ------
    CellFailed
        If it returns metrics that it does not declare: `check` would not know them.
    """
    known = getattr(function, ATTRIBUTE, {}).get("metrics", ())
    if not known or returned is None or isinstance(returned, Outcome | str):
        return returned
    if not isinstance(returned, Mapping):
        return {next(iter(known)): returned} if len(known) == 1 else returned
    if further := [str(one) for one in returned if one not in known]:
        raise CellFailed(
            f"{name} must return the metrics that it declares, {', '.join(known)}; got "
            f"{', '.join(further)} beside them: add them to metrics of @harness.experiment"
        )
    return returned

"""What was found out about users' modules, kept between commands until something changes.

An import may take seconds, and a command asks about every module that its suites name. Only what
was imported without an error is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from harness.cache import Cache
from harness.code.project import is_installed
from harness.code.sources import Sources
from harness.experiments.user.facts import Answer, Declared
from harness.experiments.user.loading import Place
from harness.experiments.user.signature import Parameter
from harness.kept import Inputs, Kept, Stamp, is_asked, question, stamp

ANSWERS = Kept(Cache("modules", 64 * 1024**2))
Stamps = Mapping[Path, Stamp]


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
    inputs : Inputs or None
        All that the answer depends on; None where it is not to be kept.
    """

    answer: Answer
    sources: Sources
    stamps: Stamps
    libraries: frozenset[str] = frozenset()
    inputs: Inputs | None = None

    @property
    def is_current(self) -> bool:
        """Whether no file has been changed since."""
        return all(stamp(path) == known for path, known in self.stamps.items())


def get(place: Place, root: Path, now: Inputs) -> Module | None:
    """Return what a module has answered before, None where something has changed since."""
    known = ANSWERS.get(_question(place, root), now)
    if known is None:
        return None
    values, inputs = known
    sources = Sources(tuple(map(Path, values["sources"])), values["code"], values["address"])
    stamps = {Path(path): inputs.files[path] for path in values["stamps"]}
    libraries = frozenset(values["libraries"])
    return Module(_answer(values["answer"]), sources, stamps, libraries, inputs)


def kept(place: Place, root: Path, module: Module, since: int) -> Module:
    """Keep what a module has answered; not when one of its files was edited just now.

    Parameters
    ----------
    place, root : Place, Path
        Which module, and the top of the project.
    module : Module
        What it is.
    since : int
        When its files were first looked at, nanoseconds of the system's clock.

    Returns
    -------
    Module
        With what its answer depends on.
    """
    answer = module.answer
    if answer.error or answer.opened is None:
        return module
    opened = [path for path in answer.opened if not is_installed(Path(path))]
    asked = [path for path in opened if is_asked(path)]
    read = [path for path in opened if path not in asked]
    listed = [path for path in read if Path(path).is_dir()]
    served = (*sys.path, *place.path, *(path.parent for path in module.sources.files))
    named = {None: asked, True: listed, False: map(str, served)}
    inputs = Inputs(since=since)
    inputs.read(
        [path for path in read if path not in listed],
        [(folder, every) for every, folders in named.items() for folder in folders],
    )
    inputs.files |= {str(path): known for path, known in module.stamps.items()}
    values = {
        "answer": asdict(answer),
        "sources": [str(path) for path in module.sources.files],
        "code": dict(module.sources.code),
        "address": dict(module.sources.address),
        "stamps": [str(path) for path in module.stamps],
        "libraries": sorted(module.libraries),
    }
    ANSWERS.put(_question(place, root), values, inputs)
    return replace(module, inputs=inputs)


def _question(place: Place, root: Path) -> str:
    return question([asdict(replace(place, attribute="")), str(root)])


def _answer(values: dict[str, Any]) -> Answer:
    each = {name: _declared(one) for name, one in values["each"].items()}
    lists: Iterable[str] = ("functions", "loaded", "opened")
    return Answer(**{**values, **{name: tuple(values[name]) for name in lists}, "each": each})


def _declared(values: dict[str, Any]) -> Declared:
    found = values["parameters"]
    parameters = None if found is None else tuple(Parameter(**one) for one in found)
    lists = {name: tuple(values[name]) for name in ("backends", "truths")}
    return Declared(**{**values, "parameters": parameters, **lists})

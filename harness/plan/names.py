"""The names in a suite: its axes, and whether what it names is known."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness import backends, datasets
from harness.code.project import Project, matching
from harness.config.experiments import RECORDED, TABLES, Settings
from harness.devices import DEVICES
from harness.digest import canonical
from harness.errors import UsageError
from harness.experiments.registry import SuiteExperiments
from harness.suite.explain import with_type
from harness.suite.schema import Suite
from harness.types import Scalar
from harness.words import unknown

TOP: tuple[str, ...] = ("experiment", "backend", "device")
Path = tuple[str | int, ...]
Complaint = tuple[Path, str]


@dataclass(frozen=True)
class Axes:
    """The axes of a suite.

    Attributes
    ----------
    tables : mapping of str to str
        Every name that an axis may have, and the table it overrides (``""`` for the top level).
    names : tuple of str
        Every axis used anywhere in the suite, `TOP` first, in order of appearance.
    shared : mapping of str to mapping of str to scalar
        By axis and canonical value, the labels of table values that share a name:
        ``{name = "sgd"}`` beside ``{name = "sgd", momentum = 0.9}`` are ``"sgd"`` and
        ``"sgd momentum=0.9"``; a name used once stays as it is.
    """

    tables: Mapping[str, str]
    names: tuple[str, ...]
    shared: Mapping[str, Mapping[str, Scalar]]

    @classmethod
    def of(cls, suite: Suite, known: SuiteExperiments) -> Axes:
        """Return the axes of a suite, whose experiments are known."""
        tables = dict.fromkeys(TOP, "")
        for table, model in TABLES.items():
            tables |= dict.fromkeys(model.model_fields, table)
        own = {table for table in TABLES if getattr(suite, table) is not None}
        free = (
            name
            for name in _accepted(suite, known)
            if name not in TOP and tables.get(name) not in own
        )
        tables |= dict.fromkeys([*suite.params, *free], "params")
        used = [*TOP, *(axis for grid in suite.grid for axis in grid.axes)]
        return cls(tables, tuple(dict.fromkeys(used)), _shared(suite))

    def label(self, axis: str, value: Any) -> Scalar:
        """Return what a value of an axis is called in this suite."""
        if isinstance(value, Mapping):
            return self.shared.get(axis, {}).get(canonical(value), label(value))
        return label(value)


def _accepted(suite: Suite, known: SuiteExperiments) -> Iterator[str]:
    """Yield the arguments of users' functions: they may be axes and stand nowhere else.

    The name of a setting, such as ``lr``, is theirs where the suite has no such table.
    """
    for name in sorted(suite.experiments):
        try:
            accepts = known.get(name).accepts
        except UsageError:  # told by those who check names
            continue
        if accepts is not None:
            yield from sorted(accepts(Settings(command=suite.command)))


def label(value: Any) -> Scalar:
    """Return what a value is called in tables, figures and ``where``.

    A scalar is itself, None is ``"all"``, a list its items joined by ``-`` (``"none"`` when
    empty), a table its ``name``, or its settings when it has none.
    """
    if value is None:
        return "all"
    if isinstance(value, Mapping):
        return str(value["name"]) if "name" in value else _settings(value)
    if isinstance(value, list | tuple):
        return "-".join(str(label(item)) for item in value) or "none"
    return value if isinstance(value, str | int | float | bool) else str(value)


def _shared(suite: Suite) -> dict[str, dict[str, Scalar]]:
    found: dict[str, dict[str, Scalar]] = {}
    for axis, value in _table_values(suite):
        found.setdefault(axis, {})[canonical(value)] = label(value)
    return {axis: _distinct(names) for axis, names in found.items()}


def _table_values(suite: Suite) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for grid in suite.grid:
        for axis, values in grid.axes.items():
            yield from ((axis, value) for value in values if isinstance(value, Mapping))


def _distinct(names: Mapping[str, Scalar]) -> dict[str, Scalar]:
    repeated = {name for name, count in Counter(names.values()).items() if count > 1}
    full = {text: f"{name} {_settings(json.loads(text))}".strip() for text, name in names.items()}
    return {text: full[text] if name in repeated else name for text, name in names.items()}


def _settings(value: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={label(item)}" for key, item in value.items() if key != "name")


def complaints(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    """Yield every name that there is not, and every empty list, by its place in the file."""
    yield from _names(suite, known)
    yield from _empty(suite)
    yield from _quick_keys(suite, known)
    yield from _depends(suite, known)


def _names(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    yield from _named(("experiment",), "experiment", suite.experiment, known)
    if RECORDED in suite.experiments:
        message = f"{RECORDED} reads a file: give [records] file = ... in place of an experiment"
        yield ("experiment",), message
    for position, grid in enumerate(suite.grid):
        for axis in TOP:
            for index, value in enumerate(grid.axes.get(axis, [])):
                yield from _named(("grid", position, axis, index), axis, value, known)
    if suite.data is not None:
        yield from _named(("data", "dataset"), "data set", suite.data.dataset, known)


def _named(path: Path, what: str, value: Any, known: SuiteExperiments) -> Iterator[Complaint]:
    if not isinstance(value, str):
        article = "an" if what[0] in "aeiou" else "a"
        yield path, f"must be the name of {article} {what}, got {with_type(value)} instead"
        return
    try:
        if what == "experiment":
            known.get(value)
        elif what == "backend":
            backends.get(value)
        elif what == "data set" and value not in datasets.CATALOGUE:
            yield path, datasets.CATALOGUE.unknown(value)
        elif what == "device" and value not in DEVICES:
            yield path, DEVICES.unknown(value)
    except UsageError as error:
        yield path, str(error)


def _empty(suite: Suite) -> Iterator[Complaint]:
    for position, grid in enumerate(suite.grid):
        for axis, values in grid.axes.items():
            if not values:
                yield ("grid", position, axis), "must list at least one value, got [] instead"


def _quick_keys(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    valid = {*Axes.of(suite, known).tables, "seeds"} - {"experiment"}
    for table in ("quick", "stand_in"):
        for key, value in getattr(suite, table).items():
            if key not in valid:
                yield (table, key), unknown("key", key, valid)
            elif key == "seeds" and not (type(value) is int and value > 0):
                yield (table, key), f"must be a positive integer, got {with_type(value)} instead"
            elif key in ("backend", "device"):
                for one in value if isinstance(value, list) else [value]:
                    yield from _named((table, key), key, one, known)
            elif key == "dataset":
                yield from _named((table, key), "data set", value, known)


def _depends(suite: Suite, known: SuiteExperiments) -> Iterator[Complaint]:
    project = Project.of(suite.home)
    for index, pattern in enumerate(suite.depends):
        if not matching(pattern, project):
            yield ("depends", index), f"must match a file, got {pattern!r}, none in {project.root}"
    if suite.depends and not any(_is_of_user(name, known) for name in suite.experiments):
        yield (
            ("depends",),
            "must stand beside a function or a command of your own, whose files it adds",
        )


def _is_of_user(name: str, known: SuiteExperiments) -> bool:
    try:
        return known.get(name).code is not None
    except UsageError:
        return True  # named by itself

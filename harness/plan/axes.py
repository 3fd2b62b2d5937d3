"""Axes: which key of a suite an axis overrides, and how its values are shown and selected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.config.settings import TABLES, Settings
from harness.digest import canonical
from harness.errors import UsageError
from harness.experiments.registry import SuiteExperiments
from harness.suite.schema import Suite
from harness.types import Scalar

TOP: tuple[str, ...] = ("experiment", "backend", "device")


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

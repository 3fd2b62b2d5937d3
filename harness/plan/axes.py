"""Axes: which key of a suite an axis overrides, and how its values are shown and selected."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from harness.digest import canonical
from harness.suite.schema import TABLES, Suite
from harness.types import Scalar

TOP: tuple[str, ...] = ("experiment", "backend", "device")


@lru_cache(maxsize=64)  # every case asks; a suite never changes
def homes(suite: Suite) -> Mapping[str, str]:
    """Map every name an axis may have to the table it overrides (``""`` for the top level)."""
    found = dict.fromkeys(TOP, "")
    for table, model in TABLES.items():
        found |= dict.fromkeys(model.model_fields, table)
    return found | dict.fromkeys(suite.params, "params")


@lru_cache(maxsize=64)
def axis_names(suite: Suite) -> tuple[str, ...]:
    """Return every axis used anywhere in the suite, `TOP` first, in order of appearance."""
    names = dict.fromkeys(TOP)
    for grid in suite.grid:
        names |= dict.fromkeys(grid.axes)
    return tuple(names)


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


@lru_cache(maxsize=64)
def labels(suite: Suite) -> Mapping[str, Mapping[str, Scalar]]:
    """Return, by axis and canonical value, the labels of table values that share a name.

    ``{name = "sgd"}`` beside ``{name = "sgd", momentum = 0.9}`` become ``"sgd"`` and
    ``"sgd momentum=0.9"``; a name used once stays as it is.
    """
    found: dict[str, dict[str, Scalar]] = {}
    for grid in suite.grid:
        for axis, values in grid.axes.items():
            for value in values:
                if isinstance(value, Mapping):
                    found.setdefault(axis, {})[canonical(value)] = label(value)
    return {axis: _distinct(names) for axis, names in found.items()}


def _distinct(names: Mapping[str, Scalar]) -> dict[str, Scalar]:
    shared = {name for name, count in Counter(names.values()).items() if count > 1}
    full = {text: f"{name} {_settings(json.loads(text))}".strip() for text, name in names.items()}
    return {text: full[text] if name in shared else name for text, name in names.items()}


def _settings(value: Mapping[str, Any]) -> str:
    return " ".join(f"{key}={label(item)}" for key, item in value.items() if key != "name")

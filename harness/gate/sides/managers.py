"""Dependency groups that tools keep in tables of their own, from before PEP 735 or beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.gate.sides import poetry
from harness.gate.sides.poetry import Groups
from harness.gate.sides.project import lookup, texts

TABLES = (
    "tool.poetry.dev-dependencies",
    "tool.poetry.group",
    "tool.pdm.dev-dependencies",
    "tool.uv.dev-dependencies",
    "tool.hatch.envs",
)
"""Keys of ``pyproject.toml`` that are read here."""

HATCH = {"default": "dev", "hatch-test": "test"}
"""Environments of Hatch that everybody has, and the group that each comes to."""


def groups(settings: Mapping[str, Any]) -> Groups:
    """Return the groups of all tools together, as PEP 735 would have them.

    What no installation of pip's can take, an editable path or a placeholder, is left out.

    Parameters
    ----------
    settings : mapping
        What ``pyproject.toml`` holds.
    """
    found: Groups = {}
    for table in (poetry.groups(settings), _pdm(settings), _uv(settings), _hatch(settings)):
        for name, entries in table.items():
            found.setdefault(name, []).extend(entries)
    return found


def _pdm(settings: Mapping[str, Any]) -> Groups:
    table = lookup(settings, "tool.pdm.dev-dependencies")
    return {name: _plain(needs) for name, needs in _items(table)}


def _uv(settings: Mapping[str, Any]) -> Groups:
    needs = lookup(settings, "tool.uv.dev-dependencies")
    return {"dev": _plain(needs)} if isinstance(needs, list) else {}


def _hatch(settings: Mapping[str, Any]) -> Groups:
    """Return the environments of Hatch that add packages, by name."""
    found: Groups = {}
    for name, table in _items(lookup(settings, "tool.hatch.envs")):
        needs = [lookup(table, key) for key in ("dependencies", "extra-dependencies")]
        if entries := [entry for one in needs for entry in _plain(one)]:
            found.setdefault(HATCH.get(name, name), []).extend(entries)
    return found


def _items(table: object) -> list[tuple[str, Any]]:
    return list(table.items()) if isinstance(table, Mapping) else []


def _plain(needs: object) -> list[str]:
    return [one for one in texts(needs) if not one.lstrip().startswith("-") and "{" not in one]

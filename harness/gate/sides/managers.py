"""Dependency groups that tools keep in tables of their own, from before PEP 735 or beside it.

Those of Poetry are put in the words of pip (PEP 508).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

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
_RELEASE = re.compile(r"\d+(?:\.\d+)*")
_CLAUSE = re.compile(r"\s*(===|==|!=|>=|<=|~=|\^|~|>|<|=)?\s*([^\s,]+)")
_GIT = ("rev", "tag", "branch")

Groups = dict[str, list[Any]]
"""Entries by name of a group, as PEP 735 has them."""


def groups(settings: Mapping[str, Any]) -> Groups:
    """Return the groups of all tools together, as PEP 735 would have them.

    What no installation of pip's can take, an editable path or a placeholder, is left out.

    Parameters
    ----------
    settings : mapping
        What ``pyproject.toml`` holds.
    """
    found: Groups = {}
    for table in (of_poetry(settings), _pdm(settings), _uv(settings), _hatch(settings)):
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


def of_poetry(settings: Mapping[str, Any]) -> Groups:
    """Return the groups of ``[tool.poetry]``, the old ``dev-dependencies`` as group ``dev``.

    What cannot be said to pip is left out (a folder outside the tree, a file), or said without its
    version (alternatives, ``"^1 || ^2"``).

    Parameters
    ----------
    settings : mapping
        What ``pyproject.toml`` holds.
    """
    found: Groups = {}
    old = lookup(settings, "tool.poetry.dev-dependencies")
    if isinstance(old, Mapping):
        found["dev"] = list(_poetry_entries(old))
    tables = lookup(settings, "tool.poetry.group")
    for name, table in tables.items() if isinstance(tables, Mapping) else ():
        needs = lookup(table, "dependencies")
        included = [{"include-group": one} for one in texts(lookup(table, "include-groups"))]
        own = _poetry_entries(needs) if isinstance(needs, Mapping) else ()
        found[name] = [*found.get(name, ()), *own, *included]
    return found


def _poetry_entries(table: Mapping[str, Any]) -> Iterator[str]:
    for name, given in table.items():
        if name == "python":
            continue
        for one in given if isinstance(given, list) else [given]:
            entry = _poetry_entry(name, {"version": one} if isinstance(one, str) else one)
            if entry:
                yield entry


def _poetry_entry(name: str, given: object) -> str:
    """Return a requirement, ``""`` for one that pip has no form for."""
    if not isinstance(given, Mapping) or {"path", "file"} & set(given):
        return ""
    extras = f"[{','.join(texts(given.get('extras')))}]" if given.get("extras") else ""
    markers = [
        f"({one})" for one in (given.get("markers"), _poetry_python(given.get("python"))) if one
    ]
    marker = f" ; {' and '.join(markers)}" if markers else ""
    return (
        f"{name}{extras}{_poetry_place(given) or version(str(given.get('version', '*')))}{marker}"
    )


def _poetry_place(given: Mapping[str, Any]) -> str:
    if "git" in given:
        at = next((f"@{given[key]}" for key in _GIT if key in given), "")
        return f" @ git+{given['git']}{at}"
    return f" @ {given['url']}" if "url" in given else ""


def _poetry_python(given: object) -> str:
    """Return a range of versions of Python as a marker."""
    clauses = _clauses(given) if isinstance(given, str) else []
    return " and ".join(f"python_full_version {sign} '{number}'" for sign, number in clauses)


def version(text: str) -> str:
    """Return a range of versions in the words of pip: ``"^1.2"`` is ``">=1.2,<2"``."""
    return ",".join(f"{sign}{number}" for sign, number in _clauses(text))


def _clauses(text: str) -> list[tuple[str, str]]:
    if "|" in text:
        return []
    return [one for sign, number in _CLAUSE.findall(text) for one in _clause(sign, number)]


def _clause(sign: str, number: str) -> Iterator[tuple[str, str]]:
    if number == "*":
        return
    if sign not in ("^", "~"):
        yield {"": "==", "=": "=="}.get(sign, sign), number
    elif release := _RELEASE.match(number):
        yield ">=", number
        yield "<", _next([int(part) for part in release[0].split(".")], caret=sign == "^")


def _next(release: list[int], *, caret: bool) -> str:
    """Return the first version that is too new.

    After a caret the first part that is not 0 stays as it is, after a tilde the first two parts.
    """
    if caret:
        place = next((at for at, part in enumerate(release) if part), len(release) - 1)
    else:
        place = min(1, len(release) - 1)
    return ".".join(map(str, [*release[:place], release[place] + 1]))

"""Dependency groups of ``pyproject.toml``, read without pip, which may be too old for them.

Those of PEP 735, and those that tools keep in tables of their own, from before it or beside it;
those of Poetry are put in the words of pip (PEP 508).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.gate.sides.project import lookup, pyproject, texts
from harness.words import unknown

OPTION = "--group"
_TABLE = "the dependency groups of pyproject.toml"

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


def names(tree: Path) -> tuple[str, ...]:
    """Return the groups of a tree as it writes them.

    Raises
    ------
    UsageError
        If ``pyproject.toml`` is malformed.
    """
    return tuple(_table(tree))


def requirements(tree: Path, group: str) -> tuple[str, ...]:
    """Return what a group asks for, groups within it included, as pip takes it.

    Parameters
    ----------
    tree : Path
        Folder of the ``pyproject.toml``.
    group : str
        Its name; case and ``-``, ``_``, ``.`` are the same, as PEP 735 has it.

    Raises
    ------
    UsageError
        If there is no such group, or one includes itself or holds what it must not.
    """
    return tuple(dict.fromkeys(_requirements(_table(tree), group, ())))


def expanded(install: Sequence[str], tree: Path) -> tuple[str, ...]:
    """Return arguments of ``pip install`` with ``--group NAME`` replaced by what NAME asks for.

    As of pip 25.1, NAME may be ``path/pyproject.toml:NAME``.

    Raises
    ------
    UsageError
        If a group is not there or malformed.
    """
    found: list[str] = []
    for part, asked in _asked(install):
        found += [part] if asked is None else requirements(*_place(asked, tree))
    return tuple(found)


def absent(install: Sequence[str], tree: Path) -> tuple[str, ...]:
    """Return the groups that arguments of ``pip install`` name and a tree does not have.

    Raises
    ------
    UsageError
        If ``pyproject.toml`` is malformed.
    """
    places = {asked: _place(asked, tree) for _, asked in _asked(install) if asked is not None}
    return tuple(
        asked
        for asked, (folder, group) in places.items()
        if normal(group) not in map(normal, names(folder))
    )


def _asked(install: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Yield every argument with the group that it asks for, None where it does not."""
    rest = iter(install)
    for part in rest:
        option, given, name = part.partition("=")
        yield part, (name if given else next(rest, "")) if option == OPTION else None


def _place(asked: str, tree: Path) -> tuple[Path, str]:
    path, _, group = asked.rpartition(":")
    return (tree / path).parent if path else tree, group


def normal(name: str) -> str:
    """Return a name of a package, an extra or a group in its one spelling."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _table(tree: Path) -> Mapping[str, Any]:
    """Return the entries of groups; a tool's are added to those of PEP 735 of the same name."""
    settings = pyproject(tree)
    standard = lookup(settings, "dependency-groups")
    found = dict(standard) if isinstance(standard, Mapping) else {}
    spelt = {normal(name): name for name in found}
    for name, entries in of_tools(settings).items():
        own = spelt.setdefault(normal(name), name)
        before = found.get(own, [])
        found[own] = [*(before if isinstance(before, list) else [before]), *entries]
    return found


def _requirements(table: Mapping[str, Any], group: str, inside: tuple[str, ...]) -> Iterator[str]:
    known = {normal(name): entries for name, entries in table.items()}
    key = normal(group)
    if key not in known:
        raise UsageError(f"{_TABLE}: {unknown('group', group, table)}")
    if key in inside:
        raise UsageError(f"{_TABLE}: no group may include itself, got {' > '.join((*inside, key))}")
    entries = known[key]
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, str) and not entry.lstrip().startswith("-"):
            yield entry
        elif isinstance(entry, Mapping) and isinstance(entry.get("include-group"), str):
            yield from _requirements(table, entry["include-group"], (*inside, key))
        else:
            raise UsageError(
                f"{_TABLE}: group {group!r} must hold requirements or "
                f"{{ include-group = NAME }}, got {entry!r:.80}"
            )


def of_tools(settings: Mapping[str, Any]) -> Groups:
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

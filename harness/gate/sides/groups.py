"""Dependency groups of ``pyproject.toml``, read without pip, which may be too old for them.

Those of PEP 735, and those of the tools that have tables of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.gate.sides import managers
from harness.gate.sides.project import lookup, pyproject
from harness.words import unknown

OPTION = "--group"
_TABLE = "the dependency groups of pyproject.toml"


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
    for name, entries in managers.groups(settings).items():
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

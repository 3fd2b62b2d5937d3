"""The files of a project that a module imports, found by reading: nothing is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from harness.code.project import module_files

Own = Callable[[Path], bool]


def closure(entries: Iterable[Path], folders: Sequence[Path], own: Own) -> tuple[Path, ...]:
    """Return files and all that they import of the project, in whatever part of the text.

    Parameters
    ----------
    entries : iterable of Path
        Where to begin. Files that are not Python's import nothing.
    folders : sequence of Path
        Where absolute names are looked for, as on Python's path.
    own : callable
        Whether a file is the project's.
    """
    found: dict[Path, None] = {}
    find = _Finder(folders)
    waiting = [file for entry in entries for file in (*_packages_of(entry), entry)]
    while waiting:
        path = waiting.pop()
        if path not in found and own(path):
            found[path] = None
            waiting += _imported(path, find)
    return tuple(sorted(found))


def _packages_of(path: Path) -> Iterator[Path]:
    """Yield the ``__init__.py`` of every package that a file is in: they run before it does."""
    folder = path.parent
    while path.suffix == ".py" and (folder / "__init__.py").is_file() and folder != folder.parent:
        yield folder / "__init__.py"
        folder = folder.parent


def _imported(path: Path, find: _Finder) -> Iterator[Path]:
    nodes, names = _nodes(path), dict[str, list[str]]()
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                names[alias.asname or parts[0]] = parts if alias.asname else parts[:1]
                yield from find.files(parts)
        elif isinstance(node, ast.ImportFrom):
            parts = node.module.split(".") if node.module else []
            if node.level:
                yield from _relative(path, node.level, parts, [alias.name for alias in node.names])
                continue
            yield from find.files(parts)
            for alias in node.names:
                names[alias.asname or alias.name] = [*parts, alias.name]
                yield from find.files([*parts, alias.name])
    chains = (_chain(node) for node in nodes if isinstance(node, ast.Attribute))
    yield from _attributes(chains, names, find)


def _attributes(
    chains: Iterable[list[str]], names: Mapping[str, Sequence[str]], find: _Finder
) -> Iterator[Path]:
    """Yield modules that are reached as attributes, as ``tools.deep`` is after ``import tools``.

    Packages may import them only then.
    """
    tops = {name for name, parts in names.items() if find.has(parts[0])}
    for name, *attributes in chains:
        if name in tops:
            yield from find.files([*names[name], *attributes])


def _chain(node: ast.expr) -> list[str]:
    """Return the names of ``a.b.c``, an empty one in front where it begins with something else."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    return [node.id if isinstance(node, ast.Name) else "", *attributes]


class _Finder:
    """Finds modules by absolute names in folders; each name is looked for once."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(dict.fromkeys(folders))
        self._known: dict[tuple[str, ...], tuple[Path, ...]] = {}
        self._tops: dict[str, bool] = {}

    def files(self, parts: Sequence[str]) -> tuple[Path, ...]:
        """Return the files of a name, of as much of it as a folder has: the rest is no module."""
        key = tuple(parts)
        if not (key and self.has(key[0])):
            return ()
        if key not in self._known:
            every = (tuple(module_files(folder, key)) for folder in self._folders)
            self._known[key] = next(filter(None, every), ()) or self.files(key[:-1])
        return self._known[key]

    def has(self, top: str) -> bool:
        """Whether any folder has a module or a package of that name."""
        if top not in self._tops:
            self._tops[top] = any(
                (folder / top).is_dir() or (folder / f"{top}.py").is_file()
                for folder in self._folders
            )
        return self._tops[top]


def _relative(path: Path, level: int, parts: list[str], names: list[str]) -> Iterator[Path]:
    folder = path.parent
    for _ in range(level - 1):
        folder = folder.parent
    if (folder / "__init__.py").is_file():
        yield folder / "__init__.py"
    for dotted in (parts, *([*parts, name] for name in names)):
        if dotted:
            yield from module_files(folder, tuple(dotted))


def _nodes(path: Path) -> list[ast.AST]:
    """Return the syntax of a file, none where it has none: importing it says what is wrong."""
    if path.suffix != ".py":
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes, which are no matter of ours
            return list(ast.walk(ast.parse(path.read_bytes())))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []

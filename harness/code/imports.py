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
    waiting = [file for entry in entries for file in (*_packages_of(entry), entry)]
    while waiting:
        path = waiting.pop()
        if path not in found and own(path):
            found[path] = None
            waiting += _imported(path, folders)
    return tuple(sorted(found))


def _packages_of(path: Path) -> Iterator[Path]:
    """Yield the ``__init__.py`` of every package that a file is in: they run before it does."""
    folder = path.parent
    while path.suffix == ".py" and (folder / "__init__.py").is_file() and folder != folder.parent:
        yield folder / "__init__.py"
        folder = folder.parent


def _imported(path: Path, folders: Sequence[Path]) -> Iterator[Path]:
    tree, names = _tree(path), dict[str, list[str]]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                parts = alias.name.split(".")
                names[alias.asname or parts[0]] = parts if alias.asname else parts[:1]
                yield from _absolute(parts, folders)
        elif isinstance(node, ast.ImportFrom):
            parts = node.module.split(".") if node.module else []
            if node.level:
                yield from _relative(path, node.level, parts, [alias.name for alias in node.names])
                continue
            yield from _absolute(parts, folders)
            for alias in node.names:
                names[alias.asname or alias.name] = [*parts, alias.name]
                yield from _absolute([*parts, alias.name], folders)
    yield from _attributes(tree, names, folders)


def _attributes(
    tree: ast.AST, names: Mapping[str, Sequence[str]], folders: Sequence[Path]
) -> Iterator[Path]:
    """Yield modules that are reached as attributes, as ``tools.deep`` is after ``import tools``.

    Packages may import them only then.
    """
    tops = {
        name: any(_has(folder, parts[0]) for folder in folders) for name, parts in names.items()
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            name, *attributes = _chain(node)
            if tops.get(name):
                yield from _absolute([*names[name], *attributes], folders)


def _has(folder: Path, top: str) -> bool:
    return (folder / top).is_dir() or (folder / f"{top}.py").is_file()


def _chain(node: ast.expr) -> list[str]:
    """Return the names of ``a.b.c``, an empty one in front where it begins with something else."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    return [node.id if isinstance(node, ast.Name) else "", *attributes]


def _absolute(parts: Sequence[str], folders: Sequence[Path]) -> Iterator[Path]:
    """Yield the files of a dotted name, of as much of it as a folder has: the rest is no module."""
    for length in range(len(parts), 0, -1):
        for folder in folders:
            if files := tuple(module_files(folder, tuple(parts[:length]))):
                yield from files
                return


def _relative(path: Path, level: int, parts: list[str], names: list[str]) -> Iterator[Path]:
    folder = path.parent
    for _ in range(level - 1):
        folder = folder.parent
    if (folder / "__init__.py").is_file():
        yield folder / "__init__.py"
    for dotted in (parts, *([*parts, name] for name in names)):
        if dotted:
            yield from module_files(folder, tuple(dotted))


def _tree(path: Path) -> ast.AST:
    """Return the syntax of a file, empty where it has none: importing it says what is wrong."""
    if path.suffix != ".py":
        return ast.Module([], [])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of odd escapes, which are no matter of ours
            return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])

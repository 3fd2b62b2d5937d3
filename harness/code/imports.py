"""The files of a project that a module imports, found by reading: nothing is run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _absolute(alias.name.split("."), folders)
        elif isinstance(node, ast.ImportFrom):
            parts = node.module.split(".") if node.module else []
            names = [alias.name for alias in node.names]
            if node.level:
                yield from _relative(path, node.level, parts, names)
            else:
                yield from _absolute(parts, folders)
                for name in names:
                    yield from _absolute([*parts, name], folders)


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

"""Where the function is that a suite names: ``"bench/forest.py:accuracy"``, ``"mine.forest:f"``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path

from harness.code.project import Project, current, is_installed, module_files
from harness.errors import UsageError
from harness.experiments.user.loading import Place
from harness.kept import look
from harness.words import did_you_mean

MUST = "an experiment's path must read 'package.module:function' or 'folder/file.py:function'"


def is_path(name: str) -> bool:
    """Whether a name is meant to be a place, not one of the experiments that come with us."""
    return any(sign in name for sign in (".", ":", "/", os.sep))


def find(name: str, home: str) -> Place:
    """Return where a function is.

    Parameters
    ----------
    name : str
        A file and a function, the file seen from the suite's own folder, from one above it up to
        the root of the project, or from the current folder; or a dotted name, looked for in the
        current folder, the root of the project, its ``src``, the suite's folder, then where Python
        looks.
    home : str
        The folder of the suite's file.

    Raises
    ------
    UsageError
        If the name is none, or there is no such file.
    """
    file, _, attribute = name.rpartition(":")
    if file.endswith(".py") or "/" in file:
        return _in_file(name, file, attribute, Project.of(home))
    if name.endswith(".py"):
        raise UsageError(f"the experiment must name a function, as '{name}:function', got {name!r}")
    return _dotted(name, Project.of(home))


def _in_file(name: str, file: str, attribute: str, project: Project) -> Place:
    if not (file.endswith(".py") and _is_name(attribute)):
        raise UsageError(f"{MUST}, got {name!r}")
    here = current()
    folders = dict.fromkeys((*project.upwards, *([here] if here else [])))
    path = next((one for folder in folders if look(one := _joined(folder, file)).is_file()), None)
    if path is None:
        beside = (
            one.name for folder in folders for one in _joined(folder, file).parent.glob("*.py")
        )
        named = " or ".join(str(folder) for folder in folders)
        near = did_you_mean(Path(file).name, beside)
        raise UsageError(f"there is no file {file!r} in {named}.{near}")
    top, parts = _package(path)
    return Place(
        module=".".join(parts),
        attribute=attribute,
        file=str(path),
        alone=len(parts) == 1,
        path=_path(top, project),
        folder=_runs_in(path, project),
    )


def _joined(folder: Path, file: str) -> Path:
    return Path(os.path.normpath(folder / file))


def _package(path: Path) -> tuple[Path, list[str]]:
    """Return the folder from which a file is imported, and its dotted name there."""
    folder, parts = path.parent, [path.stem]
    while (folder / "__init__.py").is_file() and _is_name(folder.name):
        parts.insert(0, folder.name)
        folder = folder.parent
    return (folder, parts) if all(map(_is_name, parts)) else (path.parent, [path.stem])


def _dotted(name: str, project: Project) -> Place:
    module, _, attribute = name.rpartition(":" if ":" in name else ".")
    parts = tuple(module.split("."))
    if not all(_is_name(part) for part in (*parts, attribute)):
        program = "" if "/" not in name else "; a program is named by command = [...]"
        raise UsageError(f"{MUST}, got {name!r}{program}")
    for folder in project.searched:
        if files := tuple(module_files(folder, parts)):
            path, runs_in = _path(folder, project), _runs_in(files[-1], project)
            return Place(module, attribute, str(files[-1]), path=path, folder=runs_in)
    for folder in _python_path():
        if files := tuple(module_files(folder, parts)):
            path = () if is_installed(files[-1]) else _path(folder, project)
            return Place(module, attribute, str(files[-1]), path=path)
    return Place(module, attribute)


def _python_path() -> Iterator[Path]:
    here = current() or Path(os.sep)
    return (here / folder for folder in sys.path)


def _path(top: Path, project: Project) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(folder) for folder in (top, *project.importable)))


def _runs_in(file: Path, project: Project) -> str:
    """Return the root where the file is part of the project; what is elsewhere runs anywhere."""
    return str(project.root) if file.is_relative_to(project.root) else ""


def _is_name(text: str) -> bool:
    return text.isidentifier() and not iskeyword(text)

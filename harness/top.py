"""The top of the project that a folder is in.

It is the nearest folder upwards that has ``[tool.harness]`` in a pyproject.toml, or suite files in
a folder ``suites``; the search ends at the top of a repository.
"""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

PYPROJECT = "pyproject.toml"
SUITES = "suites"
REPOSITORY = ".git"
TABLE = ("tool", "harness")


def above(folder: Path) -> Path | None:
    """Return the top of the project that a folder is in, None where there is no sign of one."""
    for place in _upwards(folder):
        if _has_suites(place / SUITES) or _says_so(place / PYPROJECT):
            return place
        if os.path.lexists(place / REPOSITORY):
            break
    return None


def of(folder: Path) -> Path:
    """Return the top of the project that a folder is in, the folder itself when it is in none."""
    return above(folder) or _upwards(folder)[0]


def importable() -> None:
    """Let a user's experiment be imported from the top of the project one stands in.

    It comes last: a library that imports ``statistics`` must not get a file of the project.
    """
    try:
        here = str(of(Path(os.getcwd())))  # noqa: PTH109 as sys.path has it
    except OSError:  # a folder that is gone holds no module
        return
    if here not in sys.path and not sys.flags.safe_path:
        sys.path.append(here)


def of_gate(folder: Path) -> Path:
    """Return the top of a project that may have benchmarks only: what Python or git takes for it.

    Where nothing does, it is the folder itself.
    """
    places = _upwards(folder)
    marked = (p for p in places if any(os.path.lexists(p / one) for one in (PYPROJECT, REPOSITORY)))
    return above(folder) or next(marked, places[0])


def _upwards(folder: Path) -> tuple[Path, ...]:
    start = Path(os.path.abspath(folder))  # noqa: PTH100 links are kept: `..` is what one sees
    return start, *start.parents


def _has_suites(folder: Path) -> bool:
    return any(True for depth in ("*.toml", "*/*.toml") for _ in folder.glob(depth))


def _says_so(path: Path) -> bool:
    """Whether a pyproject.toml speaks of the harness; one that cannot be read may, and is named."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return table_of(tomllib.loads(text)) is not None
    except FileNotFoundError:
        return os.path.lexists(path)  # a link to nowhere
    except (OSError, ValueError, RecursionError):
        return True


def table_of(values: dict[str, Any]) -> Any:
    """Return what a pyproject.toml says of the harness, None when it says nothing."""
    tool = values.get(TABLE[0])
    return tool.get(TABLE[1]) if isinstance(tool, dict) else None

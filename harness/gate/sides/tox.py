"""What every environment of a ``tox.ini`` is given."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

from harness.gate.sides.project import editable, has_file, source

NAME = "tox.ini"
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*\s*([\[<>=!~;@(].*)?")
_FILE = re.compile(r"(?:-r|--requirement[ =])\s*(?:\{toxinidir\}/|\{tox_root\}/)?([^\s{}]+)")


def requirements(tree: Path) -> tuple[str, ...]:
    """Return the unconditional lines of ``deps`` in ``[testenv]``, as arguments of pip.

    Lines for some environments only (``py38: x``), placeholders and options are left out: what
    they come to is tox's to say.

    Parameters
    ----------
    tree : Path
        Top folder of the project.

    Raises
    ------
    UsageError
        If the file is not UTF-8.
    """
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(source(tree, NAME))
    except configparser.Error:  # tox reads files that this does not
        return ()
    lines = parser.get("testenv", "deps", fallback="").splitlines()
    return tuple(part for line in lines for part in _parts(tree, line.partition(" #")[0].strip()))


def _parts(tree: Path, line: str) -> Iterator[str]:
    named = _FILE.fullmatch(line)
    if named and has_file(tree, named[1]) and not editable(tree / named[1]):
        yield from ("-r", named[1])
    elif _REQUIREMENT.fullmatch(line):
        yield line

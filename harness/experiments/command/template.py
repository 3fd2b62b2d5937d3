"""The words of a command: ``{seed}`` and other names in braces; scripts among them, its code."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.code.project import Project, is_installed, module_files
from harness.code.sources import Sources, collect
from harness.config.experiments import Command

OWN: Mapping[str, str] = {
    "seed": "the root of [seeds] plus the repetition",
    "device": "the device of the case",
    "output": "the file for the metrics, in a folder of the cell's own",
    "python": "the Python that runs the harness",
}
"""What is filled in for every command."""
# Other braces are left as they are: `awk '{print $1}'` needs no escapes.
_PATTERN = re.compile(r"\{\{|\}\}|\{([A-Za-z_][A-Za-z0-9_]*)\}")
LANGUAGES = frozenset(
    f".{name}"
    for name in (
        *("py", "ipynb", "r", "rmd", "qmd", "jl", "sh", "bash", "zsh", "fish", "pl", "rb", "lua"),
        *("js", "mjs", "ts", "php", "m", "awk", "sql", "c", "cc", "cpp", "h", "hpp", "f", "f90"),
        *("go", "rs", "java", "kt", "scala", "cs", "hs", "ml", "scm", "lisp", "do", "sas"),
    )
)
"""Ends of the names of scripts; a file that begins with ``#!`` is one, too."""


def names(words: Iterable[str]) -> tuple[str, ...]:
    """Return the names that stand in braces, each once."""
    found = (match[1] for word in words for match in _PATTERN.finditer(word))
    return tuple(dict.fromkeys(name for name in found if name))


def settings(command: Command) -> frozenset[str]:
    """Return the keys of ``[params]`` that a command names."""
    return frozenset(names([*command.run, command.output])) - OWN.keys()


def fill(word: str, values: Mapping[str, str]) -> str:
    """Return a word with its names filled in, those of which something is known."""
    return _PATTERN.sub(lambda one: values.get(one[1], one[0]) if one[1] else one[0][0], word)


def text(value: Any) -> str:
    """Return a value as a program reads it: text as it is, anything else as JSON has it."""
    return value if isinstance(value, str) else json.dumps(value)


def sources(words: Sequence[str], params: Mapping[str, Any], home: str) -> Sources:
    """Return the scripts that the words of a program name, with what those of Python import.

    Parameters
    ----------
    words : sequence of str
        The program and its arguments, with names in braces.
    params : mapping of str to object
        What is filled in for them.
    home : str
        The folder of the suite's file.
    """
    project = Project.of(home)
    values = {name: text(value) for name, value in params.items()}
    values = {**dict.fromkeys(OWN, ""), **values}
    found = scripts([fill(word, values) for word in words], project)
    return collect(found, project, [*(path.parent for path in found), *project.importable])


def scripts(words: Sequence[str], project: Project) -> list[Path]:
    """Return the scripts of the project that words name, ``python -m package.module`` included."""
    return list(dict.fromkeys(_scripts(words, project)))


def _scripts(words: Sequence[str], project: Project) -> Iterator[Path]:
    for position, word in enumerate(words):
        if position and words[position - 1] == "-m":
            yield from _module(word, project)
        path = Path(os.path.normpath(project.root / word)) if word and "\0" not in word else None
        if path is not None and _is_own(path, project) and (position == 0 or _is_script(path)):
            yield path


def _is_own(path: Path, project: Project) -> bool:
    inside = path.is_relative_to(project.root) or path.is_relative_to(project.folder)
    prefix = Path(sys.prefix)  # of an environment inside the project, as a rule ``.venv``
    ours = prefix.is_relative_to(project.root) and path.is_relative_to(prefix)
    return inside and not (ours or is_installed(path)) and os.path.isfile(path)  # noqa: PTH113 as Path, it may raise


def _is_script(path: Path) -> bool:
    if path.suffix.lower() in LANGUAGES:
        return True
    try:
        with path.open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def _module(name: str, project: Project) -> Iterator[Path]:
    parts = tuple(name.split("."))
    for folder in project.importable:
        for dotted in ((*parts, "__main__"), parts):
            if all(part.isidentifier() for part in parts) and (
                files := tuple(module_files(folder, dotted))
            ):
                yield files[-1]
                return

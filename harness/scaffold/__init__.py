"""What ``harness init`` and ``new`` write: suites with their experiments, from templates.

A kind of suite is a folder of ``templates/`` with a suite and an experiment, and one entry of
`KINDS`. In both, ``@NAME@`` stands for the id of the suite and ``@FILE@`` for the path of the
experiment from the top of the project; ``@FROM_HERE@`` is its path from the folder of the suite.
No draft overwrites a file that is there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from harness.errors import FileError
from harness.files import guarded

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "value": "a number, give or take: the function reaches 93 %",
        "comparison": "one way is better than another, seed by seed",
        "speed": "one function is so many times as fast as another",
        "sweep": "a trend along a setting: twice the data, half the error",
        "command": "a number that a program prints, in any language",
    }
)
"""What each kind of suite is about."""
BENCH = PurePosixPath("bench")
"""Folder of experiments, from the top of the project."""
_SUITE, _EXPERIMENT = "suite.toml.in", "experiment.py.in"


def drafts(kind: str, name: str, root: Path, suites: Path) -> tuple[Draft, ...]:
    """Return the files of a new suite: the suite itself and its experiment.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    name : str
        The id of the suite.
    root, suites : Path
        Top of the project, and its folder of suites.
    """
    file = BENCH / f"{name.replace('-', '_')}.py"
    words = {
        "@NAME@": name,
        "@FILE@": str(file),
        "@FROM_HERE@": Path(os.path.relpath(root / file, suites)).as_posix(),
    }
    suite, experiment = (_filled(f"{kind}/{one}", words) for one in (_SUITE, _EXPERIMENT))
    return Draft(suites / f"{name}.toml", suite), Draft(root / file, experiment)


def _filled(template: str, words: Mapping[str, str]) -> str:
    text = text_of(template)
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def text_of(template: str) -> str:
    """Return the text of a template by its path among them."""
    found = resources.files("harness.scaffold").joinpath("templates", *template.split("/"))
    return found.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Draft:
    """A file to be written, and its text."""

    path: Path
    text: str

    @property
    def taken(self) -> bool:
        """Whether there is anything at its path."""
        return os.path.lexists(self.path)


def write(drafts: Sequence[Draft]) -> None:
    """Write files, all of them or none.

    Raises
    ------
    FileError
        If one cannot be written, or is there already.
    """
    made = list[Path]()
    try:
        for draft in drafts:
            _create(draft)
            made.append(draft.path)
    except FileError:
        for path in made:
            with guarded("remove", path):
                path.unlink(missing_ok=True)
        raise


def _create(draft: Draft) -> None:
    with guarded("make the folder", draft.path.parent):
        draft.path.parent.mkdir(parents=True, exist_ok=True)
    with guarded("write", draft.path), draft.path.open("x", encoding="utf-8") as file:
        file.write(draft.text)


def add_lines(path: Path, lines: Sequence[str]) -> tuple[str, ...]:
    """Add lines to the end of a file, those that it has not; return those added.

    Slashes at the ends of a line make no difference: they say where a pattern of files begins.

    Raises
    ------
    FileError
        If it cannot be read or written.
    """
    with guarded("read", path):
        data = path.read_bytes() if os.path.lexists(path) else b""
    known = {_bare(line) for line in data.decode("utf-8", "replace").splitlines()}
    missing = tuple(line for line in lines if _bare(line) not in known)
    if missing:
        end = "\r\n" if b"\r\n" in data else "\n"
        begun = data and not data.endswith(b"\n")
        text = (end if begun else "") + "".join(f"{line}{end}" for line in missing)
        with guarded("write", path), path.open("ab") as file:
            file.write(text.encode())
    return missing


def _bare(line: str) -> str:
    return line.strip().strip("/")

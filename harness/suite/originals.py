"""The files in which a document itself stands, named by its ``document.toml`` or by a suite."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.config.table import Files
from harness.errors import Problem
from harness.suite import locate
from harness.suite.text import Text


@dataclass(frozen=True)
class Originals:
    """The files of a document's own words.

    Attributes
    ----------
    paths : tuple of Path
        From the current folder; none where quotes are not looked for.
    text : Text
        The file that names them.
    key : path of keys
        Where it does.
    required : bool
        False for files that nobody named, which may well not be there.
    """

    paths: tuple[Path, ...] = ()
    text: Text = field(default_factory=Text)
    key: locate.Path = ()
    required: bool = True

    def problem(self, path: Path, message: str) -> Problem:
        """Return what is wrong with one of the files, at the place that names it, if one does."""
        if not self.key:
            return Problem(str(path), None, "", message)
        return self.text.problem((*self.key, self.paths.index(path)), f"{path}: {message}")


def named(files: Files, text: Text, key: locate.Path) -> Originals:
    """Return the files that a TOML file names, from its own folder."""
    names: Sequence[str] = (files,) if isinstance(files, str) else files
    folder = Path(text.file).parent
    return Originals(tuple(Path(os.path.normpath(folder / name)) for name in names), text, key)

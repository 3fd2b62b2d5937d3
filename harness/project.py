"""The project at hand: where its suites, records and reports lie, wherever in it one stands.

Its root is the top that `harness.top` finds from the current folder; where nothing is found, the
folder itself is a project to be begun.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from harness import top
from harness.config.table import Table
from harness.errors import SuiteError
from harness.suite.explain import validate, with_type
from harness.suite.text import Text, parse, unfit

README = "README.md"
JOURNALS = Path(".harness")


def _one_path(text: str) -> str:
    if "\0" in text:
        raise ValueError("must be a path, which has no NUL")
    return text


Folder = Annotated[str, Field(min_length=1), AfterValidator(_one_path)]


class Settings(Table):
    """The table ``[tool.harness]``; what the command line says comes first.

    Attributes
    ----------
    suites : tuple of str
        Folders of suites, from the folder of the file.
    results, reports : str
        Folder of records, and that of the page.
    gate : table
        What `harness.gate.settings` reads.
    """

    suites: tuple[Folder, ...] = Field(default=(top.SUITES,), min_length=1)
    results: Folder = "results/local"
    reports: Folder = "reports"
    gate: Any = None


@dataclass(frozen=True)
class Project:
    """A project as seen from the current folder: its paths can be opened, and read well.

    Attributes
    ----------
    root : Path
        Its top; relative paths of experiments start here, and cells run here.
    settings : Settings
        What it says of itself.
    gate : Path
        What the gate takes for its top, which need have no suites.
    """

    root: Path
    settings: Settings = field(default_factory=Settings)
    gate: Path = Path()

    @property
    def suites(self) -> list[Path]:
        """Its folders of suites."""
        return [self.root / name for name in self.settings.suites]

    @property
    def results(self) -> Path:
        """Its folder of records."""
        return self.root / self.settings.results

    @property
    def history(self) -> Path:
        """Its folder of named baselines, beside the records."""
        return (self.gate / self.settings.results).parent / "history"

    @property
    def journals(self) -> Path:
        """Its folder of what the gate leaves; git ignores it."""
        return self.gate / JOURNALS

    @property
    def reports(self) -> Path:
        """Its folder of pages."""
        return self.root / self.settings.reports


def find() -> Project:
    """Return the project of the current folder.

    Raises
    ------
    SuiteError
        If its settings are not valid; names file, line and key.
    """
    try:
        here = Path.cwd()
    except OSError:  # deleted; whoever needs it says so
        return Project(Path())
    root, gate = (Path(os.path.relpath(of(here), here)) for of in (top.of, top.of_gate))
    return Project(root, read_settings(root), gate)


def read_settings(root: Path) -> Settings:
    """Return what a project says in its pyproject.toml; the defaults when it says nothing.

    Raises
    ------
    SuiteError
        If the file is not TOML, or the table holds what it must not.
    """
    path = root / top.PYPROJECT
    if not os.path.lexists(path):
        return Settings()
    text = parse(path)
    table = top.table_of(dict(text.values))
    if table is None:
        return Settings()
    if not isinstance(table, Mapping):
        text.refuse([(top.TABLE, f"must be a table, got {with_type(table)} instead")])
    text.refuse(((*top.TABLE, *key), message) for key, message in unfit(table))
    inside = {key[2:]: line for key, line in text.lines.items() if key[:2] == top.TABLE}
    try:
        return validate(Settings, Text(text.file, table, inside))
    except SuiteError as error:
        dotted = ".".join(top.TABLE)
        raise SuiteError([replace(p, key=f"{dotted}.{p.key}") for p in error.problems]) from None


def readme_of(folder: Path) -> Path | None:
    """Return the README of the project that a folder is in, if it has one."""
    path = top.of(folder) / README
    return Path(os.path.relpath(path)) if path.is_file() else None

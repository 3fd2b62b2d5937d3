"""Find suite files and read them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.errors import UsageError
from harness.suite import documents, quoted
from harness.suite.documents import BIBLIOGRAPHY, DOCUMENT, Document
from harness.suite.explain import validate
from harness.suite.schema import Frame, Suite, SuiteTable, with_axes
from harness.suite.text import Text, read
from harness.words import unknown

_NO_SUITES = (BIBLIOGRAPHY, DOCUMENT)


def load(path: Path, document: Document | None = None) -> Suite:
    """Read one suite file, validate it against the schema, and keep its text with it.

    What the schema cannot see (names of backends, shapes, claims that select nothing) is
    checked by `harness.plan.check`.

    Parameters
    ----------
    path : Path
        The file.
    document : Document or None
        The one in whose folder it lies; None: it is looked for there.

    Raises
    ------
    SuiteError
        With every problem found, each by file, line and key.
    """
    text = _suite_text(path)
    table = validate(SuiteTable, text)
    document = document or documents.of_suite(path)
    source, claims = quoted.claims_of(table, text, document.key if document else "")
    common = {name: getattr(table, name) for name in Frame.model_fields}
    return Suite(**common, source=source, claims=claims).with_text(text)


def find(names: Sequence[str], folder: Path) -> list[Path]:
    """Return the files of suites named by id or path, each once; all of `folder` if none is named.

    The suites of a folder are those in it and those in the folders of its documents.

    Raises
    ------
    UsageError
        If a name is neither a file nor a suite of `folder`, or there is no suite at all.
    """
    known: dict[str, list[Path]] = {}
    for path in in_folder(folder):
        known.setdefault(path.stem, []).append(path)
    if not names and not known:
        raise UsageError(f"{_no_suites(folder)}; name a suite file, or give --suites DIR")
    every = [path for paths in known.values() for path in paths]
    found = [_find_one(name, known) for name in names] or every
    return list({os.path.realpath(path): path for path in found}.values())


def in_folder(folder: Path) -> list[Path]:
    """Return the suite files of a folder and of its documents; none where there is no folder."""
    places = [folder, *documents.folders(folder)]
    files = [path for place in places for path in sorted(place.glob("*.toml"))]
    return [path for path in files if path.name not in _NO_SUITES]


def _no_suites(folder: Path) -> str:
    if folder.is_dir():
        return f"no suite file (*.toml) in the folder {folder}"
    return f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"


def _find_one(name: str, known: Mapping[str, Sequence[Path]]) -> Path:
    if len(paths := known.get(name, ())) > 1:
        raise UsageError(f"{name} is the name of {' and '.join(map(str, paths))}; give the path")
    if paths:
        return paths[0]
    if name.endswith(".toml") or os.path.isfile(name):  # noqa: PTH113 as Path, it may raise
        return Path(name)
    if os.path.isdir(name):  # noqa: PTH112 as above
        raise UsageError(f"a suite must be an id or a file, got the folder {name}; give --suites")
    raise UsageError(
        unknown("suite", name, known) + ("" if known else " There are no suites here.")
    )


def _suite_text(path: Path) -> Text:
    """Read a suite file in the form of the model: grids as a list, axes in a table of their own."""
    text = read(path)
    lines = dict(text.lines)
    if isinstance(text.values.get("grid"), dict):  # one [grid]: its keys are those of grid[0]
        lines |= {("grid", 0, *key[1:]): n for key, n in lines.items() if key[0] == "grid"}
    values = with_axes(text.values)
    if "command" in values:
        values.setdefault("experiment", "command")
    if isinstance(values.get("command"), list):  # its words alone: those are its `run`
        values["command"] = {"run": values["command"]}
        lines |= {
            ("command", "run", *key[1:]): n for key, n in lines.items() if key[0] == "command"
        }
    return replace(text, values=values, lines=lines)

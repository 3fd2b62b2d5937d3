"""Find suite files and read them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import UsageError
from harness.suite import documents, quoted
from harness.suite.documents import BIBLIOGRAPHY, DOCUMENT, Document
from harness.suite.explain import validate
from harness.suite.normalize import in_full, in_words
from harness.suite.schema import Frame, Suite, SuiteTable
from harness.suite.text import read
from harness.words import unknown

_NO_SUITES = (BIBLIOGRAPHY, DOCUMENT)
_BEGIN = "`harness init` writes a first suite, `harness new` shows which others there are"
_OTHERWISE = "or name a suite file, or give --suites DIR"


def load(path: Path, document: Document | None = None) -> Suite:
    """Read one suite file, validate it against the schema, and keep its text with it.

    What the schema cannot see (names of backends, shapes, claims that select nothing) is
    checked by `harness.plan.check`.

    Parameters
    ----------
    path : Path
        The file.
    document : Document or None
        What its sentences stand in unless they say otherwise; None: the document in whose folder
        the file lies.

    Raises
    ------
    SuiteError
        With every problem found, each by file, line and key.
    """
    text = in_full(read(path), path.stem)
    table = validate(SuiteTable, text)
    document = document or documents.of_suite(path)
    source, claims = quoted.claims_of(table, text, document.key if document else "")
    common = {name: getattr(table, name) for name in Frame.model_fields}
    common["title"] = table.title or in_words(table.id)
    return Suite(**common, source=source, claims=claims).with_text(text)


def find(names: Sequence[str], *folders: Path) -> list[Path]:
    """Return the files of suites named by id or path, each once; all of `folders` if none is named.

    The suites of a folder are those in it and those in the folders of its documents.

    Raises
    ------
    UsageError
        If a name is neither a file nor a suite of the folders, or there is no suite at all.
    """
    every = [path for folder in folders for path in in_folder(folder)]
    if not names:
        _require(every, folders)
    known: dict[str, list[Path]] = {}
    for path in every:
        known.setdefault(path.stem, []).append(path)
    found = [_find_one(name, known) for name in names] or every
    return list({os.path.realpath(path): path for path in found}.values())


def in_folder(folder: Path) -> list[Path]:
    """Return the suite files of a folder and of its documents; none where there is no folder."""
    places = [folder, *documents.folders(folder)]
    files = [path for place in places for path in sorted(place.glob("*.toml"))]
    return [path for path in files if path.name not in _NO_SUITES]


def _require(found: Sequence[Path], folders: Sequence[Path]) -> None:
    """Refuse a folder that there is not, and folders without any suite."""
    for folder in folders:
        if not folder.is_dir():
            there = f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"
            raise UsageError(f"{there}; {_BEGIN}; {_OTHERWISE}")
    if not found:
        places = " nor in ".join(map(str, folders))
        raise UsageError(f"no suite file (*.toml) in the folder {places}; {_BEGIN}; {_OTHERWISE}")


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
        unknown("suite", name, known) + ("" if known else f" There are no suites here; {_BEGIN}.")
    )

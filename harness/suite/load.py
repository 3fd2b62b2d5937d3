"""Find suite files and read them."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from harness.config.experiments import implied
from harness.config.table import not_a_suite_id
from harness.errors import HarnessError, UsageError
from harness.files import opened
from harness.suite import documents, locate, quoted
from harness.suite.documents import BIBLIOGRAPHY, DOCUMENT, Document
from harness.suite.explain import validate
from harness.suite.schema import Frame, Grid, Suite, SuiteTable
from harness.suite.text import Text, named, read
from harness.words import shortened, unknown

_NO_SUITES = (BIBLIOGRAPHY, DOCUMENT)
_SUITE = re.compile(r"^(experiment\s*=|\[\[claims\]\])", re.MULTILINE)
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
    files = None if table.document is None else named(table.document, text, ("document",))
    source, claims = quoted.claims_of(table, text, documents.key_of(document, files))
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


def passed_over(folder: Path) -> list[str]:
    """Return sentences on files that read like a suite, in folders below that are no documents."""
    return [
        f"{path} reads like a suite and is none of {folder}: {path.parent} has no {DOCUMENT}; "
        "name the file, or move it"
        for path in sorted(folder.glob("*/*.toml"))
        if not documents.is_document(path.parent) and _reads_like_a_suite(path)
    ]


def _reads_like_a_suite(path: Path) -> bool:
    with contextlib.suppress(OSError), opened(path) as file:  # nobody named it
        return bool(_SUITE.search(file.read().decode("utf-8", "replace")))
    return False


def _require(found: Sequence[Path], folders: Sequence[Path]) -> None:
    """Refuse a folder that there is not, and folders without any suite."""
    for folder in folders:
        if not folder.is_dir():
            there = f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"
            raise UsageError(f"{there}; {_BEGIN}; {_OTHERWISE}")
    if not found:
        places = " nor in ".join(map(str, folders))
        told = "; ".join(chain.from_iterable(map(passed_over, folders)))
        more = told or f"{_BEGIN}; {_OTHERWISE}"
        raise UsageError(f"no suite file (*.toml) in the folder {places}; {more}")


def _find_one(name: str, known: Mapping[str, Sequence[Path]]) -> Path:
    is_file = name.endswith(".toml") or os.path.isfile(name)  # noqa: PTH113 as Path, it may raise
    paths = known.get(name, ())
    if not paths and not is_file:
        paths = [path for some in known.values() for path in some if _is_called(path, name)]
    if len(paths) > 1:
        raise UsageError(f"{name} is the name of {' and '.join(map(str, paths))}; give the path")
    if paths:
        return paths[0]
    if is_file:
        return Path(name)
    if os.path.isdir(name):  # noqa: PTH112 as above
        raise UsageError(f"a suite must be an id or a file, got the folder {name}; give --suites")
    raise UsageError(
        unknown("suite", name, known) + ("" if known else f" There are no suites here; {_BEGIN}.")
    )


def _is_called(path: Path, name: str) -> bool:
    """Whether a file whose name is another gives its suite an id."""
    with contextlib.suppress(HarnessError):  # what is wrong with it is not asked
        return read(path).values.get("id") == name
    return False


def in_full(text: Text, name: str) -> Text:
    """Return a suite file in the form of the model; the line of every key is still known.

    Values of a wrong type are left for validation to name.

    Parameters
    ----------
    text : Text
        As read.
    name : str
        Of the file, without its ending.

    Raises
    ------
    SuiteError
        If it has no id, and the name of the file cannot be one.
    """
    values, lines = dict(text.values), dict(text.lines)
    meant = implied(values)
    if meant.experiment:
        values.setdefault("experiment", meant.experiment)
    if "id" not in values:
        text.refuse(_unnamed(name))
        values["id"] = name
    if isinstance(values.get("grid"), dict):  # its keys are those of grid[0]
        values["grid"] = [values["grid"]]
        lines |= _moved(lines, ("grid",), ("grid", 0))
    if isinstance(values.get("grid"), list):
        values["grid"] = [_split(one) if isinstance(one, dict) else one for one in values["grid"]]
    if isinstance(values.get("command"), str):
        text.refuse([(("command",), _not_words(values["command"]))])
    if isinstance(values.get("command"), list):  # its words alone: those are its `run`
        values["command"] = {"run": values["command"]}
        lines |= _moved(lines, ("command",), ("command", "run"))
    if "seeds" in values or meant.seeds > 1:
        values["seeds"] = _seeds(values.get("seeds", {}), meant.seeds)
    return replace(text, values=values, lines=lines)


def _not_words(command: str) -> str:
    words = json.dumps(command.split(), ensure_ascii=False)
    return f"must be the list of its words, as no shell reads them: {shortened(words, 200)}"


def _moved(
    lines: Mapping[locate.Path, int], old: locate.Path, new: locate.Path
) -> dict[locate.Path, int]:
    """Return the lines of what stands under one key as those of another."""
    depth = len(old)
    return {(*new, *key[depth:]): n for key, n in lines.items() if key[:depth] == old}


def _seeds(given: Any, count: int) -> Any:
    """Return ``[seeds]``, which may be written as its count alone."""
    if type(given) is int:
        return {"count": given}
    return {"count": count, **given} if isinstance(given, dict) else given


def _unnamed(name: str) -> list[tuple[tuple[str, ...], str]]:
    wrong = not_a_suite_id(name)
    if not wrong:
        return []
    message = (
        f"must be given, because the file's name, {name!r}, cannot be it: an id {wrong}; "
        "add id = ... or rename the file"
    )
    return [(("id",), message)]


def in_words(name: str) -> str:
    """Return an id as a title: ``line-fit`` is ``Line fit``."""
    return name.replace("-", " ").capitalize()


def _split(grid: Mapping[str, Any]) -> dict[str, Any]:
    """Put the axes, which in the file stand beside the reserved keys, into their own table."""
    names = Grid.model_fields.keys() - {"axes"}
    reserved: dict[str, Any] = {key: grid[key] for key in names if key in grid}
    return {**reserved, "axes": {k: v for k, v in grid.items() if k not in reserved}}

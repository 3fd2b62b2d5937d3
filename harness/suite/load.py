"""Read suite files and the bibliography."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from harness.config.table import Id, Table
from harness.errors import SuiteError, UsageError
from harness.suite.explain import problems_of
from harness.suite.schema import Suite, with_axes
from harness.suite.text import Text, read
from harness.words import unknown

BIBLIOGRAPHY = "sources.toml"
M = TypeVar("M", bound=BaseModel)


class Document(Table):
    """A source document: the key suites use, the number the ledger cites, its title."""

    key: Id
    number: str
    title: str


class Bibliography(Table):
    """``sources.toml``."""

    schema_version: Literal[1] = Field(alias="schema")
    sources: tuple[Document, ...] = ()


def load(path: Path) -> Suite:
    """Read one suite file, validate it against the schema, and keep its text with it.

    What the schema cannot see (names of backends, shapes, claims that select nothing) is
    checked by `harness.plan.check`.

    Raises
    ------
    SuiteError
        With every problem found, each by file, line and key.
    """
    text = _suite_text(path)
    return validate(Suite, text).with_text(text)


def bibliography(folder: Path) -> dict[str, Document]:
    """Return the source documents by key; empty when the folder has no ``sources.toml``."""
    path = folder / BIBLIOGRAPHY
    if not os.path.lexists(path):  # a link that leads nowhere is to be told, not read over
        return {}
    text = read(path)
    found: dict[str, Document] = {}
    problems = []
    for index, entry in enumerate(validate(Bibliography, text).sources):
        if entry.key in found:
            message = f"must be unique, got {entry.key!r} twice"
            problems.append(text.problem(("sources", index, "key"), message))
        found[entry.key] = entry
    if problems:
        raise SuiteError(problems)
    return found


def find(names: Sequence[str], folder: Path) -> list[Path]:
    """Return the files of suites named by id or path, each once; all of `folder` if none is named.

    Raises
    ------
    UsageError
        If a name is neither a file nor a suite of `folder`, or there is no suite at all.
    """
    known = {path.stem: path for path in sorted(folder.glob("*.toml")) if path.name != BIBLIOGRAPHY}
    if not names and not known:
        raise UsageError(f"{_no_suites(folder)}; name a suite file, or give --suites DIR")
    found = [_find_one(name, known) for name in names] or list(known.values())
    return list({os.path.realpath(path): path for path in found}.values())


def _no_suites(folder: Path) -> str:
    if folder.is_dir():
        return f"no suite file (*.toml) in the folder {folder}"
    return f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}"


def _find_one(name: str, known: Mapping[str, Path]) -> Path:
    if name in known:
        return known[name]
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
    return replace(text, values=with_axes(text.values), lines=lines)


def validate(model: type[M], text: Text) -> M:
    """Return a TOML file as an instance of `model`.

    Raises
    ------
    SuiteError
        With every problem found.
    """
    try:
        # JSON mode is strict about types yet takes lists for tuples, as TOML has no tuples.
        return model.model_validate_json(json.dumps(text.values, allow_nan=False))
    except ValidationError as error:
        found = problems_of(error, model, text.values, text.file, text.lines)
        raise SuiteError(found) from None

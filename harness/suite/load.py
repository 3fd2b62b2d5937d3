"""Read suite files and the bibliography."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from harness.config.base import Id, Table
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
    if not path.exists():
        return {}
    return {entry.key: entry for entry in validate(Bibliography, read(path)).sources}


def find(names: Sequence[str], folder: Path) -> list[Path]:
    """Return the files of suites named by id or path; all of `folder` when none is named.

    Raises
    ------
    UsageError
        If a name is neither a file nor a suite of `folder`, or there is no suite at all.
    """
    known = {path.stem: path for path in sorted(folder.glob("*.toml")) if path.name != BIBLIOGRAPHY}
    if not names and not known:
        raise UsageError(f"no suite file (*.toml) in {folder}; name one, or give --suites DIR")
    return [_find_one(name, known) for name in names] or list(known.values())


def _find_one(name: str, known: Mapping[str, Path]) -> Path:
    if name in known:
        return known[name]
    if name.endswith(".toml") or os.path.isfile(name):  # noqa: PTH113 as Path, it may raise
        return Path(name)
    raise UsageError(unknown("suite", name, known))


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

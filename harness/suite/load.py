"""Read suite files and the bibliography."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from harness.config.base import Id, Table
from harness.errors import Problem, SuiteError, UsageError
from harness.files import opened
from harness.suite import locate, values
from harness.suite.explain import dotted, problems_of
from harness.suite.schema import Suite, with_axes
from harness.words import unknown

BIBLIOGRAPHY = "sources.toml"
M = TypeVar("M", bound=BaseModel)
LARGEST_FILE = 16 * 1024**2
"""Bytes of a suite file at most; what is larger is no suite."""
_ENDLESS = re.compile(r"[0-9][0-9_]{1000,}")


class Document(Table):
    """A source document: the key suites use, the number the ledger cites, its title."""

    key: Id
    number: str
    title: str


class Bibliography(Table):
    """``sources.toml``."""

    schema_version: Literal[1] = Field(alias="schema")
    sources: tuple[Document, ...] = ()


@dataclass(frozen=True)
class Text:
    """A TOML file as read: its path as given, its values, and the lines of its keys."""

    file: str
    values: Mapping[str, Any]
    lines: Mapping[locate.Path, int]

    def problem(self, path: locate.Path, message: str) -> Problem:
        """Return a problem at the key `path`."""
        return Problem(self.file, locate.nearest(self.lines, path), dotted(path), message)


def read(path: Path) -> Text:
    """Read a TOML file.

    Raises
    ------
    SuiteError
        If it cannot be read, is not UTF-8, is not TOML, or holds what no key may have (see
        `harness.suite.values`); names the line.
    """
    try:
        text = _text_of(path)
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"must be UTF-8, got byte 0x{error.object[error.start]:02x}"
        raise SuiteError([Problem(str(path), line, "", message)]) from None
    found = Text(str(path), _parsed(path, text), locate.lines_of(text))
    problems = [found.problem(*unfit) for unfit in values.unfit(found.values)]
    if problems:
        raise SuiteError(problems)
    return found


def _text_of(path: Path) -> str:
    with opened(path) as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise _unreadable(path, f"must have at most {LARGEST_FILE:,} bytes, got more")
    text = data.decode("utf-8-sig")  # a byte-order mark means nothing
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parsed(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        key, line = locate.deeper_than(text, values.DEEPEST)
        raise SuiteError([Problem(str(path), line, dotted(key), values.too_deep())]) from None
    except tomllib.TOMLDecodeError as error:
        raise SuiteError([_malformed(str(path), str(error))]) from None
    except ValueError:  # Python reads no integer of thousands of digits, nor says where it stands
        long = _ENDLESS.search(text)
        line = text.count("\n", 0, long.start()) + 1 if long else None
        raise SuiteError([Problem(str(path), line, "", values.too_long())]) from None


def _unreadable(path: Path, message: str) -> SuiteError:
    return SuiteError([Problem(str(path), None, "", message)])


def load(path: Path) -> Suite:
    """Read and validate one suite file against the schema.

    What the schema cannot see (names of backends, shapes, claims that select nothing) is
    checked by `harness.plan.check`.

    Raises
    ------
    SuiteError
        With every problem found, each by file, line and key.
    """
    text = _suite_text(path)
    suite = validate(Suite, text)
    return suite.model_copy(update={"path": str(path)})


def problems_at(suite: Suite, complaints: Iterable[tuple[locate.Path, str]]) -> tuple[Problem, ...]:
    """Return problems at keys of a loaded suite, with the lines where its file has them."""
    found = tuple(dict.fromkeys(complaints))
    if not found:
        return ()
    text = _suite_text(Path(suite.path)) if suite.path else Text(suite.id, {}, {})
    return tuple(text.problem(*complaint) for complaint in found)


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


def _malformed(file: str, message: str) -> Problem:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    line = int(place.group(1)) if place else None
    plain = message[: place.start()] if place else message
    return Problem(file, line, "", f"must be TOML: {plain[:1].lower()}{plain[1:]}")

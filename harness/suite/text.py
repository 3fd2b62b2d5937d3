"""A TOML file as read: its values and what they may be, the line of each key, files it names."""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.config.table import Files
from harness.errors import Problem, SuiteError
from harness.files import opened
from harness.suite import locate
from harness.words import shortened

LARGEST_FILE = 16 * 1024**2
"""Bytes of a suite file at most; what is larger is no suite."""
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ENDLESS = re.compile(r"[0-9][0-9_]{1000,}")
DEEPEST = 32
"""Tables and arrays inside each other at most."""
_BITS = 64


@dataclass(frozen=True)
class Text:
    """A TOML file as read: its path as given, its values, and the lines of its keys."""

    file: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    lines: Mapping[locate.Path, int] = field(default_factory=dict)

    def problem(self, path: locate.Path, message: str) -> Problem:
        """Return a problem at the key `path`."""
        return Problem(self.file, locate.nearest(self.lines, path), dotted(path), message)

    def refuse(self, complaints: Iterable[tuple[locate.Path, str]]) -> None:
        """Raise what is wrong at its keys, each by line; nothing when there is no complaint.

        Raises
        ------
        SuiteError
            With one problem per complaint.
        """
        if found := [self.problem(*complaint) for complaint in dict.fromkeys(complaints)]:
            raise SuiteError(found)


def dotted(path: locate.Path) -> str:
    """Write a path the way a reader finds it: ``claims[2].expect.value``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{_key(part)}"
    return text.removeprefix(".")


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) and len(name) < 60 else json.dumps(shortened(name))


def read(path: Path) -> Text:
    """Read a TOML file of ours, whose values every later stage takes.

    Raises
    ------
    SuiteError
        As `parse`, and if it holds what no key may have (see `harness.suite.text`).
    """
    found = parse(path)
    found.refuse(unfit(found.values))
    return found


def parse(path: Path) -> Text:
    """Read any TOML file.

    Raises
    ------
    SuiteError
        If it cannot be read, is not UTF-8 or is not TOML; names the line.
    """
    try:
        text = _text_of(path)
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"must be UTF-8, got byte 0x{error.object[error.start]:02x}"
        raise SuiteError([Problem(str(path), line, "", message)]) from None
    if len(text) < locate.SHORT:
        return Text(str(path), _parsed(path, text), locate.lines_of(text))
    found = locate.kept(text)
    if found is None:
        found = _parsed(path, text), locate.lines_of(text)
        locate.keep(text, *found)
    return Text(str(path), *found)


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
        key, line = locate.deeper_than(text, DEEPEST)
        raise SuiteError([Problem(str(path), line, dotted(key), too_deep())]) from None
    except tomllib.TOMLDecodeError as error:
        raise SuiteError([_malformed(str(path), str(error))]) from None
    except ValueError:  # Python reads no integer of thousands of digits, nor says where it is
        long = _ENDLESS.search(text)
        line = text.count("\n", 0, long.start()) + 1 if long else None
        raise SuiteError([Problem(str(path), line, "", too_long())]) from None


def _unreadable(path: Path, message: str) -> SuiteError:
    return SuiteError([Problem(str(path), None, "", message)])


def _malformed(file: str, message: str) -> Problem:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    line = int(place.group(1)) if place else None
    plain = message[: place.start()] if place else message
    return Problem(file, line, "", f"must be TOML: {plain[:1].lower()}{plain[1:]}")


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


def unfit(values: Mapping[str, Any]) -> Iterator[tuple[locate.Path, str]]:
    """Yield every value that no key may have, by its path, with what must be instead."""
    waiting: list[tuple[locate.Path, Any]] = [((), values)]
    while waiting:  # no recursion: nesting is one of the things that may be wrong
        path, value = waiting.pop()
        message = _wrong(path, value)
        if message:
            yield path, message
        elif isinstance(value, dict):
            waiting += [((*path, key), item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            waiting += [((*path, index), item) for index, item in reversed([*enumerate(value)])]


def _wrong(path: locate.Path, value: Any) -> str:
    if len(path) > DEEPEST:
        return too_deep()
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"must be a finite number, got {value} instead"
    if isinstance(value, int):
        return "" if _fits(value) else too_long()
    if isinstance(value, str | dict | list):
        return ""
    kind = type(value).__name__
    return f'must be text, a number, true or false, got a {kind} instead; put "{value}" in quotes'


def too_deep() -> str:
    """Return what is wrong with tables or arrays inside each other without end."""
    return f"must be at most {DEEPEST} tables or arrays inside each other, got more"


def too_long() -> str:
    """Return what is wrong with an integer that no library takes."""
    return f"must be an integer of at most {_BITS} bits, got a longer one"


def _fits(value: int) -> bool:
    return value.bit_length() < _BITS

"""Line numbers of the keys of a TOML text, which ``tomllib`` does not give."""

from __future__ import annotations

import hashlib
import json
import pathlib
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from harness.cache import Cache

Path = tuple[str | int, ...]
# Possessive, for a text of any length: what is taken is not remembered to be given back.
_TOKEN = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""(?:"{0,2})'  # the quotes of a text may end it too
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|[\[\]{}=,.\n]"
    r"|[^\s\[\]{}=,.\#\"']+",
    re.DOTALL,
)
_DEEPEST = 50
"""Items of a path that are told apart; what lies deeper is refused anyway."""
CACHE = Cache("texts", 64 * 1024**2)
SHORT = 4000
"""Characters below which a text is parsed as fast as it is looked up."""
Parsed = tuple[dict[str, Any], dict[Path, int]]


def lines_of(text: str) -> dict[Path, int]:
    """Map the path of every key, table and item of a list to its 1-based line.

    The text must be TOML, as ``tomllib`` has found it to be.
    """
    return _Reader(text).read()


def nearest(lines: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of `path`, or of the longest prefix of it that has one.

    A table that dotted keys make has no line of its own; it is where its first key is.
    """
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
        inside = [line for key, line in lines.items() if key[:end] == path[:end]]
        if inside:
            return min(inside)
    return None


def deeper_than(text: str, most: int) -> tuple[Path, int | None]:
    """Return key and line where lists and tables first stand deeper inside each other than `most`.

    The text need not be TOML, nor be readable by a parser that recurses.
    """
    depth, before = 0, ""
    key: Path = ()
    for token, line in _numbered(text):
        if token == "=" and depth == 0:  # noqa: S105 a part of a text
            key = (before,)
        depth = max(0, depth + {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0))
        if depth > most:
            return key, line
        before = token
    return (), None


class _Reader:
    """Reads a text token by token, knowing the table it is in."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (token, line) for token, line in _numbered(text) if not token.startswith("#")
        ]
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._tables: Counter[Path] = Counter()

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_newlines():
            if self._next() == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        self._take()
        many = self._next() == "["
        if many:
            self._take()
        path = self._inside(self._key())
        self._mark(path)
        if many:
            self._tables[path] += 1
            path = (*path, self._tables[path] - 1)
            self._mark(path)
        self._take_all("]")
        return path

    def _inside(self, key: Path) -> Path:
        """Return the path of a header's key: it means the last entry of any list of tables."""
        path: Path = ()
        for part in key[:-1]:
            path = (*path, part)
            path = (*path, self._tables[path] - 1) if self._tables[path] else path
        return (*path, *key[-1:])

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = (*table, *self._key())
        self._lines.setdefault(path, line)
        self._take()  # the =
        self._nested(path)

    def _value(self, path: Path) -> None:
        if self._next() == "[":
            self._items(path)
        elif self._next() == "{":
            self._pairs(path)
        else:
            while self._next() not in (",", "]", "}", "\n", ""):
                self._take()

    def _items(self, path: Path) -> None:
        self._take()
        index = 0
        while self._skip_newlines() and self._next() not in ("]", "}"):
            if self._next() == ",":
                self._take()
                index += 1
                continue
            self._mark((*path, index))
            self._nested((*path, index))
        self._take()

    def _pairs(self, path: Path) -> None:
        self._take()
        while self._skip_newlines() and self._next() != "}":
            if self._next() == ",":
                self._take()
            else:
                self._pair(path)
        self._take()

    def _nested(self, path: Path) -> None:
        if len(path) < _DEEPEST:
            self._value(path)
            return
        depth = 0
        while depth or self._next() not in (",", "]", "}", "\n", ""):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(self._take(), 0)

    def _key(self) -> Path:
        parts: list[str] = []
        while self._next() not in ("=", "]", ""):
            token = self._take()
            if token != ".":  # noqa: S105 a part of a text
                parts.append(_plain(token))
        return tuple(parts)

    def _mark(self, path: Path) -> None:
        self._lines.setdefault(path, self._line())

    def _next(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _line(self) -> int:
        return self._tokens[min(self._at, len(self._tokens) - 1)][1]

    def _take(self) -> str:
        token = self._next()
        self._at += 1
        return token

    def _take_all(self, token: str) -> None:
        while self._next() == token:
            self._take()

    def _skip_newlines(self) -> bool:
        self._take_all("\n")
        return self._at < len(self._tokens)


def _numbered(text: str) -> list[tuple[str, int]]:
    found, line, seen = [], 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        found.append((match.group(), line))
    return found


def _plain(token: str) -> str:
    """Return what a part of a key says: quotes and escapes are not part of it."""
    if token[:1] not in ("'", '"'):
        return token
    return str(tomllib.loads(f"key = {token}")["key"])


def kept(text: str) -> Parsed | None:
    """Return the values of a text and the lines of its keys, None where it was never parsed."""
    data = CACHE.get(_kept_key(text))
    if data is None:
        return None
    values, lines = json.loads(data)
    return values, {tuple(path): line for path, line in lines}


def keep(text: str, values: dict[str, Any], lines: dict[Path, int]) -> None:
    """Keep what a text says, unless JSON cannot: it has no dates."""
    try:
        data = json.dumps([values, list(lines.items())])
    except TypeError:
        return
    CACHE.put(_kept_key(text), data.encode())


def _kept_key(text: str) -> str:
    return hashlib.sha256(f"{_reader()}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _reader() -> str:
    """Return the digest of what finds the lines, and the version of what reads the values."""
    ours = pathlib.Path(__file__).read_bytes()
    return f"{sys.version} {hashlib.sha256(ours).hexdigest()}"

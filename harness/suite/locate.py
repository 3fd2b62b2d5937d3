"""Line numbers of the keys of a TOML text, which ``tomllib`` does not give."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

Path = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"]+)\s*=")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)


def lines_of(text: str) -> dict[Path, int]:
    """Map the path of every key, and of every item of a multi-line array, to its 1-based line.

    Inline tables are not entered; `nearest` falls back to the key that holds them.
    """
    scanner = _Scanner()
    blanked = _STRING.sub(_blank, text)
    for number, line in enumerate(blanked.split("\n"), start=1):
        scanner.feed(number, line.split("#", 1)[0])
    return scanner.lines


def nearest(lines: Mapping[Path, int], path: Path) -> int | None:
    """Return the line of `path`, or of the longest prefix of it that has one."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return None


def _blank(match: re.Match[str]) -> str:
    """Blank what a string holds, so that its brackets, signs and # do not count."""
    return re.sub(r"[^\n\w-]", "x", match.group(0))


class _Scanner:
    """Reads a text line by line, keeping the table it is in and the open brackets."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self._table: Path = ()
        self._tables: Counter[Path] = Counter()
        self._array: Path = ()
        self._item = 0
        self._depth = 0

    def feed(self, number: int, line: str) -> None:
        if self._depth == 0 and (header := _HEADER.match(line)):
            self._open_table(number, header.group(2), many=header.group(1) == "[[")
            return
        if self._depth == 0 and (key := _KEY.match(line)):
            self._array = (*self._table, *_split(key.group(1)))
            self.lines.setdefault(self._array, number)
            self._item = 0
            line = line[key.end() :]
        self._read(number, line)

    def _open_table(self, number: int, name: str, *, many: bool) -> None:
        path: Path = tuple(_split(name))
        if many:
            self.lines.setdefault(path, number)
            path = (*path, self._tables[path])
            self._tables[path[:-1]] += 1
        self._table = path
        self.lines.setdefault(path, number)

    def _read(self, number: int, line: str) -> None:
        for sign in line:
            if sign in "]}":
                self._depth -= 1
            elif sign == "," and self._depth == 1:
                self._item += 1
            elif not sign.isspace() and sign != "," and self._depth == 1:
                self.lines.setdefault((*self._array, self._item), number)
            if sign in "[{":
                self._depth += 1


def _split(name: str) -> list[str]:
    return [part.strip().strip('"') for part in name.split(".")]

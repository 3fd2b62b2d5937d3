"""A table of numbers and names, each row with the place in its file that messages name.

Text and JSON values become its entries by one set of rules, whatever the file.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness import digest
from harness.config.kinds import Kind
from harness.errors import Problem, SuiteError
from harness.words import shortened

Entry = str | int | float | bool | tuple[float, ...] | None
"""One cell: text, a number, many numbers (of test examples, say), or nothing."""
_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE)
_COMMA = re.compile(r"([+-]?\d+(,\d+)?(e[+-]?\d+)?)?", re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}|[^,]*")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True)
class Place:
    """Where a row stands.

    Attributes
    ----------
    file : str
        As the user gave it; ``""`` for values that come from no file.
    number : int
        Its line, or its row, from 1; 0 for the file as a whole.
    rows : bool
        Whether rows are counted: files of some formats have no lines.
    """

    file: str
    number: int = 0
    rows: bool = False

    def problem(self, column: str, message: str) -> Problem:
        """Return what is wrong in a column of the row."""
        row = f"row {self.number}"
        if not self.rows or not self.number:
            return Problem(self.file, self.number or None, column, message)
        return Problem(f"{self.file}, {row}" if self.file else row, None, column, message)

    def refuse(self, column: str, message: str) -> SuiteError:
        """Return the error that names the place."""
        return SuiteError([self.problem(column, message)])


@dataclass(frozen=True)
class Table:
    """Rows of one file, or of several that have the same meaning.

    Attributes
    ----------
    columns : mapping of str to tuple of Entry
        Column by name, an entry a row.
    places : tuple of Place
        Of each row.
    digest : str
        SHA-256 of all that was read.
    kinds : mapping of str to str
        What kind of number columns hold, where the format says so.
    cases : tuple of str
        Columns that tell cases apart, where the format says so.
    """

    columns: Mapping[str, tuple[Entry, ...]]
    places: tuple[Place, ...]
    digest: str
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    cases: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """The files it was read from."""
        return tuple(dict.fromkeys(place.file for place in self.places if place.file))

    def text(self, name: str) -> bool:
        """Whether any entry of a column is text."""
        return any(isinstance(entry, str) for entry in self.columns[name])

    def numeric(self) -> tuple[str, ...]:
        """Return the columns without text that hold anything."""
        held = (n for n, entries in self.columns.items() if any(e is not None for e in entries))
        return tuple(name for name in held if not self.text(name))

    def not_a_number(self, name: str) -> SuiteError:
        """Return the error on the entries of a column that are text, each with its place."""
        texts = [
            (p, e) for p, e in zip(self.places, self.columns[name], strict=True) if type(e) is str
        ]
        place, first = texts[0]
        also = ", ".join(str(p.number) for p, _ in texts[1:])
        also = f"; more at {shortened(also)}" if also else ""
        must = "must be a number, true, false or empty, got "
        return place.refuse(name, must + shortened(repr(first)) + also)


def of_rows(
    rows: Sequence[tuple[Place, Mapping[str, Entry]]],
    sha: str,
    kinds: Mapping[str, Kind] | None = None,
    cases: Iterable[str] = (),
) -> Table:
    """Return the table of rows; what a row lacks is None, and true or false have a kind."""
    names = tuple(dict.fromkeys(name for _, row in rows for name in row))
    columns = {name: tuple(row.get(name) for _, row in rows) for name in names}
    flags: dict[str, Kind] = {name: "binary" for name in names if _flags(columns[name])}
    return Table(columns, tuple(p for p, _ in rows), sha, {**flags, **(kinds or {})}, tuple(cases))


def _flags(entries: Sequence[Entry]) -> bool:
    held = [entry for entry in entries if entry is not None]
    return bool(held) and all(isinstance(entry, bool) for entry in held)


def of_columns(columns: Mapping[str, Sequence[Entry]]) -> Table:
    """Return the table of columns of one length that come from no file."""
    count = len(next(iter(columns.values())))
    rows = [
        (Place("", n + 1, rows=True), {name: values[n] for name, values in columns.items()})
        for n in range(count)
    ]
    plain = {name: [str(value) for value in values] for name, values in columns.items()}
    return of_rows(rows, digest.of_value(plain, length=64))


def joined(tables: Sequence[Table]) -> Table:
    """Return the rows of several tables as one."""
    if len(tables) == 1:
        return tables[0]
    rows = [
        (place, {name: table.columns[name][index] for name in table.columns})
        for table in tables
        for index, place in enumerate(table.places)
    ]
    kinds = {name: kind for table in tables for name, kind in table.kinds.items()}
    cases = dict.fromkeys(name for table in tables for name in table.cases)
    return of_rows(rows, digest.of_value([t.digest for t in tables], length=64), kinds, cases)


def parsed(text: str) -> Entry:
    """Return what a text says: a number, true or false, nothing, or itself."""
    text = text.strip()
    if not text:
        return None
    if text.casefold() in _FLAGS:
        return _FLAGS[text.casefold()]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def column(texts: Sequence[str], comma: bool = False) -> tuple[Entry, ...]:
    """Return a column of texts: numbers, flags, or text, for none is the other in one column.

    Numbers among text stay numbers, so that whoever takes the column for one of numbers is told
    where it is not. With `comma` a column may have decimal commas throughout, if one of them cannot
    be a comma of thousands.
    """
    bare = [text.strip() for text in texts] if comma else []
    if all(map(_COMMA.fullmatch, bare)) and not all(map(_THOUSANDS.fullmatch, bare)):
        texts = [text.replace(",", ".") for text in texts]
    entries = [parsed(text) for text in texts]
    kinds = {type(entry) for entry in entries} - {type(None)}
    if bool in kinds and kinds & {str}:
        return tuple(text.strip() or None for text in texts)
    return tuple(entries)


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield the entries of a JSON object; a table inside gives ``outer.inner``."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from flat(value, f"{name}.")
        else:
            yield name, entry(value)


def entry(value: Any) -> Entry:
    """Return a JSON value, or one of a parquet file, as an entry."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else _float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, list | tuple):
        numbers = [entry(item) for item in value]
        if all(isinstance(number, int | float) for number in numbers):
            return tuple(float(number) for number in numbers if isinstance(number, int | float))
        return json.dumps(value, default=str)
    return _number(value)


def _float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


def _number(value: Any) -> Entry:
    """Return a number of another class (a decimal, of NumPy) as a float, all else as text."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return str(value)

"""A table of numbers and names, each row with the place in its file that messages name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness import digest
from harness.config.kinds import Kind
from harness.errors import Problem, SuiteError
from harness.words import shortened

Entry = str | int | float | bool | tuple[float, ...] | None
"""One cell: text, a number, many numbers (of test examples, say), or nothing."""


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
        wrong = [
            place.problem(name, f"must be a number, got {shortened(repr(entry))}")
            for place, entry in zip(self.places, self.columns[name], strict=True)
            if isinstance(entry, str)
        ]
        return SuiteError(wrong)


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

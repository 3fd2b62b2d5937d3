"""Tables with named columns, CSV and parquet; every complaint names its line or row."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from harness import extras
from harness.datasets.shards import opened, whole
from harness.tables.table import Entry, Place, Table, column, flat, of_rows, parsed
from harness.words import plural, shortened

_BETWEEN = (",", ";", "\t")


def read_csv(file: str, text: str, sha: str) -> Table:
    """Return the rows of a CSV file, its columns separated by commas, semicolons or tabs.

    Parameters
    ----------
    file : str
        For messages.
    text : str
        All of it.
    sha : str
        Its digest.

    Raises
    ------
    SuiteError
        If it has no header, no row, a row of another length, or is no CSV.
    """
    lines = _lines(file, text)
    if not lines:
        message = "must have a line that names the columns, and rows below it; got an empty file"
        raise Place(file).refuse("", message)
    (line, names), rows = lines[0], lines[1:]
    _check_names(Place(file, line), names)
    if not rows:
        raise Place(file, line).refuse("", "must have rows below its header, got none")
    for line, row in rows:
        if len(row) != len(names):
            message = f"must have {plural(len(names), 'column')} as the header has, got {len(row)}"
            raise Place(file, line).refuse("", message)
    columns: dict[str, tuple[Entry, ...]] = {
        name: column([row[index] for _, row in rows])
        for index, name in enumerate(names)
        if name  # one without a name is the index that pandas writes
    }
    return of_rows(
        [
            (Place(file, line), {name: entries[index] for name, entries in columns.items()})
            for index, (line, _) in enumerate(rows)
        ],
        sha,
    )


def _lines(file: str, text: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with the line on which it ends."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    between = max(_BETWEEN, key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=between, strict=True)
    try:
        found = [(reader.line_num, row) for row in reader if any(part.strip() for part in row)]
    except csv.Error as error:
        raise Place(file, reader.line_num).refuse("", f"must be CSV, got: {error}") from None
    if found:
        found[0] = (found[0][0], [name.strip() for name in found[0][1]])
    return found


def _check_names(place: Place, names: Sequence[str]) -> None:
    if all(isinstance(parsed(name), int | float) for name in names):
        message = f"must name the columns, got {shortened(', '.join(names))}; add a line above it"
        raise place.refuse("", message)
    for name in names:
        if name and names.count(name) > 1:
            raise place.refuse(name, "must name one column only, got two of that name")


def read_parquet(path: Path, sha: str) -> Table:
    """Return the rows of a parquet file.

    Raises
    ------
    DataCorrupt
        If it is none, or damaged.
    SuiteError
        If it has no rows.
    LibraryMissing
        If pyarrow is not here to read it.
    """
    extras.require("pyarrow")
    whole(path)
    with opened(path) as file:
        rows = file.read().to_pylist()
    if not rows:
        raise Place(str(path)).refuse("", "must have rows, got none")
    return of_rows(
        [(Place(str(path), n, rows=True), dict(flat(r))) for n, r in enumerate(rows, 1)], sha
    )

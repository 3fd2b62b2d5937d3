"""Formats of users' files, each to a table: JSON, CSV and parquet; complaints name lines or rows.

JSON is lines of objects, a list, an object of lists, or pytest-benchmark's file.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import extras
from harness.config.kinds import Kind
from harness.datasets.shards import opened, whole
from harness.errors import SuiteError
from harness.tables.table import Entry, Place, Table, column, flat, of_rows, parsed
from harness.words import plural, shortened

VALUE = "value"
"""The column of a list of plain numbers."""
BENCHMARK, ROUNDS = "benchmark", "data"
"""The columns of pytest-benchmark's file with the names, and with the seconds of each round."""
_COUNTS = ("rounds", "iterations", "stddev_outliers", "iqr_outliers", "ld15iqr", "hd15iqr")
_TWICE = "must name one column only, got two of that name"
_BETWEEN = (",", ";", "\t")


def read_json(file: str, text: str, sha: str) -> Table:
    """Return the rows of a JSON file; one with an object a line is read as JSON lines.

    Raises
    ------
    SuiteError
        If it is no JSON, or holds no rows.
    """
    try:
        value = _loads(file, text)
    except SuiteError as error:
        lines = text.lstrip()[:1] == "{" and len(text.strip().splitlines()) > 1
        if lines and error.problems[0].message != _TWICE:
            return read_lines(file, text, sha)
        raise
    if isinstance(value, Mapping) and isinstance(value.get("benchmarks"), list):
        return _benchmarks(file, value["benchmarks"], sha)
    return of_rows(_checked(file, _rows(value)), sha)


def read_lines(file: str, text: str, sha: str) -> Table:
    """Return the rows of a file with one JSON object a line.

    Raises
    ------
    SuiteError
        If a line is no object, or there is none.
    """
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    return of_rows(_checked(file, ((n, _loads(file, line, n)) for n, line in lines), False), sha)


def _loads(file: str, text: str, line: int = 0) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_each_once)
        if r"\ud" in text.lower():
            json.dumps(value, ensure_ascii=False).encode()
        return value
    except UnicodeEncodeError:
        raise Place(file, line).refuse("", "must have whole characters, got half of one") from None
    except KeyError as error:
        raise Place(file, line).refuse(error.args[0], _TWICE) from None
    except json.JSONDecodeError as error:
        place = Place(file, max(line, 1) + error.lineno - 1)
        raise place.refuse("", f"must be JSON, got: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise Place(file).refuse("", "must not nest lists and objects without end") from None
    except ValueError:  # Python reads no integer of thousands of digits
        raise Place(file, line).refuse("", "must have shorter integers") from None


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; `KeyError` for a name that it has twice, of which JSON would keep one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise KeyError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return found


def _rows(value: Any) -> Iterable[tuple[int, Any]]:
    """Return the rows of a JSON value, numbered from 1."""
    if isinstance(value, list):
        return enumerate(value, 1)
    value = _listed(value)
    if isinstance(value, Mapping) and value and all(isinstance(v, list) for v in value.values()):
        lengths = {len(items) for items in value.values()}
        if len(lengths) == 1:
            return enumerate(
                (dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)), 1
            )
    return [(1, value)]


def _listed(value: Any) -> Any:
    """Return columns whose values are by the number of their row, as pandas has them, as lists."""
    if not isinstance(value, Mapping) or not all(isinstance(v, Mapping) for v in value.values()):
        return value
    names = {tuple(column) for column in value.values()}
    if len(names) != 1 or not all(name.isdecimal() for name in min(names)) or () in names:
        return value
    return {name: list(column.values()) for name, column in value.items()}


def _checked(
    file: str, rows: Iterable[tuple[int, Any]], counted: bool = True
) -> list[tuple[Place, dict[str, Entry]]]:
    found = []
    for number, row in rows:
        place = Place(file, number, rows=counted)
        if isinstance(row, int | float) and not isinstance(row, bool):
            row = {VALUE: row}
        if not isinstance(row, Mapping):
            got = shortened(json.dumps(row, default=str))
            raise place.refuse("", f"must be an object of columns and values, got {got}")
        found.append((place, _flat(place, row)))
    if not found:
        raise Place(file).refuse("", "must have rows, got none")
    return found


def _flat(place: Place, row: Mapping[str, Any]) -> dict[str, Entry]:
    try:
        return _each_once(list(flat(row)))
    except KeyError as error:  # "a.b", and "b" inside of "a"
        raise place.refuse(error.args[0], _TWICE) from None


def _benchmarks(file: str, benchmarks: Sequence[Any], sha: str) -> Table:
    """Return a row for each benchmark: one run of it, its statistics and its rounds."""
    rows = [row for _, row in _checked(file, enumerate(benchmarks, 1))]
    names = Counter(row.get("name") for row in rows)
    found = []
    for number, row in enumerate(rows, 1):
        place = Place(file, number, rows=True)
        name = row.get("name") if names[row.get("name")] == 1 else row.get("fullname")
        if not isinstance(name, str):
            raise place.refuse("name", f"must be text, got {shortened(repr(name))}")
        measured = _measured(row)
        if not measured:
            keys = ", ".join(row) or "nothing"
            raise place.refuse(
                "stats", f"must hold what pytest-benchmark measured, such as mean; got {keys}"
            )
        found.append((place, {BENCHMARK: name, **measured}))
    columns = dict.fromkeys(name for _, row in found for name in row if name != BENCHMARK)
    kinds: dict[str, Kind] = {n: "count" if n in _COUNTS else "positive" for n in columns}
    return of_rows(found, sha, kinds, (BENCHMARK,))


def _measured(row: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the statistics of a benchmark that are numbers, by their names alone."""
    stats = {name.removeprefix("stats."): v for name, v in row.items() if name[:6] == "stats."}
    return {name: v for name, v in stats.items() if v is not None and not isinstance(v, str)}


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
    first = next((line for line in text.splitlines() if line.strip()), "")
    between = max(_BETWEEN, key=first.count)
    lines = _lines(file, text, between)
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
        name: column([row[index] for _, row in rows], between != ",")
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


def _lines(file: str, text: str, between: str) -> list[tuple[int, list[str]]]:
    """Return the rows that are not blank, each with the line on which it ends."""
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
    _check_twice(place, names)


def _check_twice(place: Place, names: Sequence[str]) -> None:
    for name in names:
        if name and names.count(name) > 1:
            raise place.refuse(name, _TWICE)


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
        table = file.read()
    _check_twice(Place(str(path)), table.column_names)
    return of_rows(_checked(str(path), enumerate(table.to_pylist(), 1)), sha)

"""JSON to a table: lines of objects, a list, an object of lists, or pytest-benchmark's file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.config.kinds import Kind
from harness.errors import SuiteError
from harness.tables.table import Entry, Place, Table, flat, of_rows
from harness.words import shortened

VALUE = "value"
"""The column of a list of plain numbers."""
BENCHMARK, ROUNDS = "benchmark", "data"
"""The columns of pytest-benchmark's file with the names, and with the seconds of each round."""
_COUNTS = ("rounds", "iterations", "stddev_outliers", "iqr_outliers", "ld15iqr", "hd15iqr")


def read_json(file: str, text: str, sha: str) -> Table:
    """Return the rows of a JSON file; one with an object a line is read as JSON lines.

    Raises
    ------
    SuiteError
        If it is no JSON, or holds no rows.
    """
    try:
        value = _loads(file, text, 1)
    except SuiteError:
        if text.lstrip()[:1] == "{" and len(text.strip().splitlines()) > 1:
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


def _loads(file: str, text: str, line: int) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = Place(file, line + error.lineno - 1)
        raise place.refuse("", f"must be JSON, got: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise Place(file).refuse("", "must not nest lists and objects without end") from None
    except ValueError:  # Python reads no integer of thousands of digits
        raise Place(file, line).refuse("", "must have shorter integers") from None


def _rows(value: Any) -> Iterable[tuple[int, Any]]:
    """Return the rows of a JSON value, numbered from 1."""
    if isinstance(value, list):
        return enumerate(value, 1)
    if isinstance(value, Mapping) and value and all(isinstance(v, list) for v in value.values()):
        lengths = {len(items) for items in value.values()}
        if len(lengths) == 1:
            return enumerate(
                (dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)), 1
            )
    return [(1, value)]


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
        found.append((place, dict(flat(row))))
    if not found:
        raise Place(file).refuse("", "must have rows, got none")
    return found


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

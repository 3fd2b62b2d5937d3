"""Records as rows of one table: one row for each record."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import extras
from harness.files import write_bytes, write_text
from harness.types import Environment, Record, Scalar

Row = Mapping[str, Scalar]
METRIC = "metric."
"""What a metric is called by that is named like another column."""


def rows(records: Sequence[Record], environments: Mapping[str, Environment]) -> list[Row]:
    """Return the rows of records: what they are of, what they were made of, their metrics.

    An axis and a metric are called by their name; where a metric is named like another column it
    is ``metric.<name>``. A row has no entry for what its record has not.
    """
    before = [{**_said(record), **_made(record, environments)} for record in records]
    taken = {name for row in before for name in row}
    return [
        {**row, **{f"{METRIC}{n}" if n in taken else n: v for n, v in record.metrics.items()}}
        for row, record in zip(before, records, strict=True)
    ]


def _said(record: Record) -> dict[str, Scalar]:
    names = ("suite", "experiment", "case", "cell")
    own: dict[str, Scalar] = {name: getattr(record, name) for name in names}
    axes = {n: v for n, v in record.axes.items() if n not in own}
    return {**own, **axes, "seed": record.seed, "status": record.status, "reason": record.reason}


def _made(record: Record, environments: Mapping[str, Environment]) -> dict[str, Scalar]:
    snapshot = environments.get(record.environment)
    return {
        "environment": record.environment,
        "hardware": snapshot.hardware if snapshot else "",
        "data": record.data.used if record.data else "",
        "commit": record.commit,
        "started": record.started,
        "wall_s": record.wall_s,
    }


def columns(found: Sequence[Row]) -> list[str]:
    """Return the names of all columns, in the order in which rows first have them."""
    return list(dict.fromkeys(name for row in found for name in row))


def write_csv(path: Path, found: Sequence[Row]) -> None:
    """Write rows as CSV: every digit of a number, nothing for what a row has not.

    Raises
    ------
    FileError
        If it cannot be written.
    """
    text = io.StringIO()
    table = csv.DictWriter(text, columns(found), lineterminator="\n")
    table.writeheader()
    table.writerows(found)
    write_text(path, text.getvalue(), "write the CSV")


def write_parquet(path: Path, found: Sequence[Row]) -> None:
    """Write rows as parquet; a column that has texts as well as numbers is one of texts.

    Raises
    ------
    LibraryMissing
        If pyarrow is not installed.
    FileError
        If it cannot be written.
    """
    extras.require("pyarrow")
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table({name: _column(found, name) for name in columns(found)})
    whole = io.BytesIO()  # given a path, pyarrow removes what is there when it fails
    parquet.write_table(table, whole)
    write_bytes(path, whole.getvalue(), "write the parquet file")


def _column(found: Sequence[Row], name: str) -> list[Any]:
    values = [row.get(name) for row in found]
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) < 2:
        return values
    if kinds <= {int, float}:
        return [None if value is None else float(value) for value in values]
    return [None if value is None else str(value) for value in values]

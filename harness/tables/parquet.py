"""Parquet to a table, by pyarrow."""

from __future__ import annotations

from pathlib import Path

from harness import extras
from harness.datasets.shards import opened, whole
from harness.tables.entries import flat
from harness.tables.table import Place, Table, of_rows


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

"""Users' files of numbers: CSV, parquet, JSON and what pytest-benchmark writes."""

from harness.tables.read import read
from harness.tables.table import Entry, Place, Table, of_columns

__all__ = ["Entry", "Place", "Table", "of_columns", "read"]

"""One parquet file of pictures and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import words
from harness.datasets import bounds, metadata
from harness.errors import DataCorrupt
from harness.types import Array

IMAGES = ("img", "image", "images", "picture")
LABELS = ("label", "labels", "fine_label")
ROWS = 100  # rows held in memory at once
SHOWN = 12  # columns told in a message
BROKEN = (OSError, ValueError)  # what pyarrow raises on broken files besides its own


@dataclass(frozen=True)
class Shard:
    """A parquet file whose schema was checked.

    Attributes
    ----------
    path : Path
        The file.
    image, label : str
        Names of its two columns that are read.
    count : int
        Rows.
    at_once : int
        Rows whose pictures are held in memory at once.
    """

    path: Path
    image: str
    label: str
    count: int
    at_once: int

    @classmethod
    def open(cls, path: Path) -> Shard:
        """Read the schema and choose the columns.

        Raises
        ------
        DataCorrupt
            If the file is no parquet file, has no such columns or too many rows, or unpacks to too
            much.
        """
        schema, groups = whole(path)
        count, sizes = sum(group.rows for group in groups), [group.size for group in groups]
        image = _choose(path, schema, "pictures (struct{bytes, path})", IMAGES, _holds_bytes)
        label = _choose(path, schema, "integer labels", LABELS, _holds_integers)
        # A value of a dictionary may be as large as its group, and stand in every row.
        return cls(path, image, label, count, bounds.rows_at_once(max(sizes, default=0), ROWS))

    def labels(self) -> Array:
        """Return (n,) int64, each of 0 or more and below `bounds.MOST_CLASSES`.

        Raises
        ------
        DataCorrupt
            If a label is absent, negative or too large, or the file is broken.
        """
        parts, row = [np.empty(0, np.int64)], 0
        for batch in self._batches(self.label, 100 * ROWS):
            parts.append(self._checked(batch, row))
            row += len(batch)
        return np.concatenate(parts)

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Yield (where, encoded picture) row by row.

        Raises
        ------
        DataCorrupt
            If a row has no bytes, or the file is broken.
        """
        row = 0
        for batch in self._batches(self.image, self.at_once):
            for value in batch:
                yield self.row(row), self._bytes(row, value)
                row += 1

    def metadata(self) -> Mapping[bytes, bytes]:
        """Return the metadata of the schema.

        Raises
        ------
        DataCorrupt
            If the file is broken.
        """
        with opened(self.path) as file:
            return dict(file.schema_arrow.metadata or {})

    def row(self, row: int) -> str:
        """Return file and row, for a message."""
        return f"{self.path}, row {row}"

    def _batches(self, column: str, rows: int) -> Iterator[Any]:
        """Yield the arrow arrays of a column, dictionaries looked up."""
        with opened(self.path) as file:
            for batch in file.iter_batches(rows, columns=[column]):
                array = batch.column(0)
                yield array.dictionary_decode() if hasattr(array, "dictionary") else array

    def _checked(self, batch: Any, first: int) -> Array:
        """Return an array of labels as int64; what is wrong with one is told with its row."""
        absent = batch.is_null().to_numpy(zero_copy_only=False)
        values = batch.fill_null(0).to_numpy(zero_copy_only=False)
        wrong = np.flatnonzero(absent | (values < 0) | (values >= bounds.MOST_CLASSES))
        if not wrong.size:
            return np.asarray(values, np.int64)
        label = None if absent[wrong[0]] else int(values[wrong[0]])
        limit = f"at most {bounds.MOST_CLASSES - 1:,}" if label and label > 0 else "0 or more"
        where = self.row(first + int(wrong[0]))
        raise DataCorrupt(f"{where}: {self.label} must be {limit}, got {label}")

    def _bytes(self, row: int, value: Any) -> bytes:
        data = value.as_py()
        data = data.get("bytes") if isinstance(data, dict) else data
        if not isinstance(data, bytes) or not data:
            raise DataCorrupt(f"{self.row(row)}: {self.image} must hold the picture, got no bytes")
        return data


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a parquet file; what pyarrow finds wrong with it, now or later, names the file."""
    import pyarrow as pa  # these two take a fifth of a second, for everyone who imports us
    import pyarrow.parquet as pq

    try:
        # Opened here, since pyarrow takes no file name that is not UTF-8.
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:
            yield file
    except (pa.ArrowException, *BROKEN) as error:
        reason = words.plain(" ".join(str(error).split()))
        raise DataCorrupt(f"{path}: must be a whole parquet file, got: {reason}") from error


def whole(path: Path) -> tuple[Any, tuple[metadata.Group, ...]]:
    """Return the schema of a parquet file and its groups of rows, before any row is read.

    Raises
    ------
    DataCorrupt
        If the file is no parquet file, has too many rows, or unpacks to too much.
    """
    with opened(path) as file, path.open("rb") as raw:
        schema = file.schema_arrow
        leaves = [file.schema.column(number) for number in range(len(file.schema))]
        # Not from pyarrow's metadata: it ends the process at a column whose facts are damaged.
        groups = metadata.groups(raw, [leaf.max_repetition_level == 0 for leaf in leaves])
    bounds.rows(sum(group.rows for group in groups), str(path))
    size = sum(group.size for group in groups)
    bounds.unpacked(size, path.stat().st_size, str(path))
    return schema, groups


def _choose(
    path: Path, schema: Any, what: str, names: tuple[str, ...], fits: Callable[[Any], bool]
) -> str:
    """Return the first of `names` whose column fits, else the only column that fits."""
    fitting = [field.name for field in schema if fits(field.type)]
    once = [name for name in fitting if schema.names.count(name) == 1]
    for name in names:
        if name in once:
            return name
    if len(fitting) == len(once) == 1:
        return str(once[0])
    columns = [f"{field.name}: {field.type}" for field in schema]
    shown = words.plain(", ".join(columns[:SHOWN])) or "none"
    more = f" and {len(columns) - SHOWN} more" if len(columns) > SHOWN else ""
    raise DataCorrupt(
        f"{path}: must have a column of {what} named one of {', '.join(names)}; got {shown}{more}"
    )


def _holds_bytes(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        return _holds_bytes(kind.value_type)
    if types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0 and _holds_bytes(kind.field("bytes").type)
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _holds_integers(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind.value_type if types.is_dictionary(kind) else kind))

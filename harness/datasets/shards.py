"""One parquet file of pictures and labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness.errors import DataCorrupt
from harness.types import Array

IMAGES = ("img", "image", "images", "picture")
LABELS = ("label", "labels", "fine_label")
ROWS = 1_000  # rows held in memory at once


@dataclass(frozen=True)
class Shard:
    """A parquet file whose schema was checked.

    Attributes
    ----------
    path : Path
        The file.
    image, label : str
        Names of its two columns that are read.
    """

    path: Path
    image: str
    label: str

    @classmethod
    def open(cls, path: Path) -> Shard:
        """Read the schema and choose the columns.

        Raises
        ------
        DataCorrupt
            If the file is no parquet file or has no such columns.
        """
        with _opened(path) as file:
            schema = file.schema_arrow
        image = _choose(path, schema, "pictures (struct{bytes, path})", IMAGES, _holds_bytes)
        return cls(path, image, _choose(path, schema, "integer labels", LABELS, _holds_integers))

    def labels(self) -> Array:
        """Return (n,) int64.

        Raises
        ------
        DataCorrupt
            If a label is absent or negative, or the file is broken.
        """
        with _opened(self.path) as file:
            column = file.read(columns=[self.label]).column(self.label)
        values = column.to_pylist()
        for row, value in enumerate(values):
            if value is None or value < 0:
                raise DataCorrupt(f"{self._row(row)}: {self.label} must be 0 or more, got {value}")
        return np.asarray(values, np.int64)

    def pictures(self) -> Iterator[tuple[str, bytes]]:
        """Yield (where, encoded picture) row by row.

        Raises
        ------
        DataCorrupt
            If a row has no bytes, or the file is broken.
        """
        row = 0
        with _opened(self.path) as file:
            for batch in file.iter_batches(ROWS, columns=[self.image]):
                for value in batch.column(0).to_pylist():
                    yield self._row(row), self._bytes(row, value)
                    row += 1

    def class_names(self) -> tuple[str, ...]:
        """Return the names in the ``huggingface`` metadata of the schema; empty if none.

        Raises
        ------
        DataCorrupt
            If the metadata is there and malformed.
        """
        with _opened(self.path) as file:
            text = (file.schema_arrow.metadata or {}).get(b"huggingface")
        if text is None:
            return ()
        try:
            names = json.loads(text)["info"]["features"][self.label].get("names", [])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataCorrupt(
                f"{self.path}: the huggingface metadata must describe the feature "
                f"{self.label!r}, got: {error!r}"
            ) from error
        return tuple(str(name) for name in names)

    def _row(self, row: int) -> str:
        return f"{self.path}, row {row}"

    def _bytes(self, row: int, value: Any) -> bytes:
        data = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(data, bytes) or not data:
            raise DataCorrupt(f"{self._row(row)}: {self.image} must hold the picture, got no bytes")
        return data


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Open a parquet file; what pyarrow finds wrong with it, now or later, names the file."""
    import pyarrow as pa  # these two take a fifth of a second, for everyone who imports us
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise DataCorrupt(f"{path}: must be a whole parquet file, got: {error}") from error


def _choose(path: Path, schema: Any, what: str, names: tuple[str, ...], fits: Any) -> str:
    """Return the first of `names` whose column fits, else the only column that fits."""
    fitting = [field.name for field in schema if fits(field.type)]
    for name in names:
        if name in fitting:
            return name
    if len(fitting) == 1:
        return str(fitting[0])
    columns = ", ".join(f"{field.name}: {field.type}" for field in schema)
    raise DataCorrupt(
        f"{path}: must have a column of {what} named one of {', '.join(names)}; got {columns}"
    )


def _holds_bytes(kind: Any) -> bool:
    from pyarrow import types

    if types.is_struct(kind):
        return kind.get_field_index("bytes") >= 0 and _holds_bytes(kind.field("bytes").type)
    return bool(types.is_binary(kind) or types.is_large_binary(kind))


def _holds_integers(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind))

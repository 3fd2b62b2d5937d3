"""The append-only record store.

A folder holds ``records.jsonl`` (one record a line), ``environments.jsonl`` and ``arrays/*.npz``.
Lines are never changed (`harness.store.lines`): a cell run again appends, and the latest record of
a cell is the one that counts.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from harness.errors import StoreError
from harness.store.arrays import write_npz
from harness.store.codec import decode, decode_environment, encode, encode_environment
from harness.store.lines import LineFile, locked
from harness.types import Array, Environment, Record

RECORDS = "records.jsonl"
ENVIRONMENTS = "environments.jsonl"
ARRAYS = "arrays"


class Store:
    """The records of one folder.

    Parameters
    ----------
    folder : Path
        Created on the first write.

    Attributes
    ----------
    notes : list of str
        What the reader should know, such as a torn last line that was dropped.

    Raises
    ------
    StoreError
        If a line other than a torn last one is malformed; names file and line.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._lines = LineFile(folder / RECORDS)
        self._snapshots = LineFile(folder / ENVIRONMENTS)
        snapshots = map(decode_environment, self._snapshots.read(self.notes))
        self._environments = {snapshot.id: snapshot for snapshot in snapshots}
        self._records: dict[str, Record] = {}
        for number, line in enumerate(self._lines.read(self.notes), start=1):
            self._remember(self._decode(number, line))

    @property
    def records(self) -> Sequence[Record]:
        """Every record, the latest of each cell."""
        return tuple(self._records.values())

    @property
    def environments(self) -> Mapping[str, Environment]:
        """Environment snapshots by id."""
        return self._environments

    def get(self, cell: str) -> Record | None:
        """Return the latest record of a cell id."""
        return self._records.get(cell)

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record.

        Raises
        ------
        KeyError
            If the record has none of that name.
        StoreError
            If its file is missing or unreadable.
        """
        path = self.folder / ARRAYS / record.arrays[name]
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return np.asarray(arrays[name])
        except (OSError, ValueError, BadZipFile) as error:
            raise StoreError(f"{path}: must be the arrays of a record: {error}") from None

    def append(self, record: Record, environment: Environment) -> None:
        """Write a record for good; `environment` is written once."""
        if environment.id not in self._environments:
            self._snapshots.append(encode_environment(environment))
            self._environments[environment.id] = environment
        self._lines.append(encode(record))
        self._remember(record)

    def save_arrays(self, cell: str, arrays: Mapping[str, Array]) -> dict[str, str]:
        """Write arrays of a cell, whole or not at all; return name to file for its record."""
        if not arrays:
            return {}
        folder = self.folder / ARRAYS
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            write_npz(file, arrays)
            file.flush()
            os.fsync(file.fileno())
        target = folder / f"{cell}.npz"
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
        return dict.fromkeys(arrays, target.name)

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder's lock; a second writer is refused, a torn last line set aside.

        Raises
        ------
        StoreError
            If another process is writing to the folder.
        """
        with locked(self.folder, "--results"):
            self._lines.mend()
            self._snapshots.mend()
            yield

    def _remember(self, record: Record) -> None:
        self._records.pop(record.cell, None)
        self._records[record.cell] = record

    def _decode(self, number: int, line: str) -> Record:
        try:
            return decode(line)
        except StoreError as error:
            raise StoreError(f"{self._lines.path}:{number}: {error}") from None

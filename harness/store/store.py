"""The append-only record store.

A folder holds ``records.jsonl`` (one record a line), ``environments.jsonl`` and ``arrays/*.npz``.
A line counts once its newline is on disk, so a power cut can only tear the last one; a torn last
line is set aside with a note when the store is next opened for writing. Lines are never changed:
a cell run again appends, and the latest record of a cell is the one that counts.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO
from zipfile import BadZipFile

import numpy as np

from harness.errors import StoreError
from harness.store.codec import decode, decode_environment, encode, encode_environment
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
        self._environments = {e.id: e for e in map(decode_environment, self._lines(ENVIRONMENTS))}
        self._records: dict[str, Record] = {}
        for number, line in enumerate(self._lines(RECORDS), start=1):
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
            self._write(ENVIRONMENTS, encode_environment(environment))
            self._environments[environment.id] = environment
        self._write(RECORDS, encode(record))
        self._remember(record)

    def save_arrays(self, cell: str, arrays: Mapping[str, Array]) -> dict[str, str]:
        """Write arrays of a cell, whole or not at all; return name to file for its record."""
        if not arrays:
            return {}
        folder = self.folder / ARRAYS
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
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
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            _lock(lock, self.folder)
            self._mend(RECORDS)
            self._mend(ENVIRONMENTS)
            yield

    def _remember(self, record: Record) -> None:
        self._records.pop(record.cell, None)
        self._records[record.cell] = record

    def _decode(self, number: int, line: str) -> Record:
        try:
            return decode(line)
        except StoreError as error:
            raise StoreError(f"{self.folder / RECORDS}:{number}: {error}") from None

    def _lines(self, name: str) -> list[str]:
        path = self.folder / name
        if not path.exists():
            return []
        whole, newline, tail = path.read_bytes().rpartition(b"\n")
        if tail:
            self.notes.append(f"{path}: the last line was cut off ({len(tail)} bytes) and dropped")
        return (whole + newline).decode("utf-8").splitlines()

    def _mend(self, name: str) -> None:
        path = self.folder / name
        if not path.exists():
            return
        whole, newline, tail = path.read_bytes().rpartition(b"\n")
        if tail:
            with (self.folder / f"{name}.torn").open("ab") as aside:
                aside.write(tail + b"\n")
            with path.open("rb+") as file:
                file.truncate(len(whole) + len(newline))

    def _write(self, name: str, line: str) -> None:
        with (self.folder / name).open("ab") as file:
            file.write(line.encode("utf-8") + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _lock(file: IO[str], folder: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no flock; two writers at once are the user's care there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StoreError(
            f"{folder}: another run is writing here; wait for it, or give another --results"
        ) from None

"""The append-only record store.

A folder holds ``records.jsonl`` (one record a line), ``environments.jsonl`` and ``arrays/*.npz``.
Lines are never changed (`harness.store.lines`): a cell run again appends, and the latest record of
a cell is the one that counts. A line is a JSON object; the keys of a record are ``"v"`` (the
format, 1), the fields of `harness.types.Record` that are not as by default, and the digest
``"sha"`` (`harness.store.seal`), which lines of older versions do not have.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness.errors import FileError, StoreError
from harness.store import arrays as files
from harness.store.codec import decode, decode_environment, encode, encode_environment
from harness.store.lines import LineFile
from harness.store.lock import locked
from harness.types import Array, Environment, Record

RECORDS = "records.jsonl"
ENVIRONMENTS = "environments.jsonl"


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
    FileError
        If the folder cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._lines = LineFile(folder / RECORDS)
        self._snapshots = LineFile(folder / ENVIRONMENTS)
        self._refused: FileError | None = None
        self._environments: dict[str, Environment] = {}
        self._records: dict[str, Record] = {}
        self.reload()

    def reload(self) -> None:
        """Read again what is on disk; notes are those of all readings, each once."""
        notes: list[str] = []
        try:
            self._read(notes)
        except StoreError as error:
            advice = f"`harness store repair --results {self.folder}` sets such lines aside"
            raise StoreError(f"{error}; {advice}") from None
        self.notes += [note for note in notes if note not in self.notes]

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
            If its file is missing, unreadable or outside the folder.
        """
        return files.read(self.folder, record.arrays[name], name)

    def append(self, record: Record, environment: Environment) -> None:
        """Write a record for good; `environment` is written once.

        Raises
        ------
        FileError
            If it cannot be written; what was written before stays readable.
        """
        self.ready()
        if environment.id not in self._environments:
            self._snapshots.append(encode_environment(environment))
            self._environments[environment.id] = environment
        self._lines.append(encode(record))
        self._remember(record)

    def save_arrays(self, cell: str, arrays: Mapping[str, Array]) -> dict[str, str]:
        """Write arrays of a cell, whole or not at all; return name to file for its record."""
        return files.save(self.folder, cell, arrays)

    def ready(self) -> None:
        """See that records can be written, before anything is measured for them.

        Raises
        ------
        FileError
            If they cannot.
        """
        if self._refused is not None:
            raise self._refused
        self._lines.ready()

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder's lock, and read what others wrote until then.

        A second writer is refused. A torn last line is set aside, and what runs that died left
        unfinished is removed. In a folder that cannot be written to, only writing fails: there may
        be nothing to do.

        Raises
        ------
        StoreError
            If another process is writing to the folder, or a line is malformed.
        """
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locked(self.folder, "--results"))
                self._lines.mend()
                self._snapshots.mend()
                files.clear(self.folder)
                self._refused = None
            except FileError as error:
                self._refused = error
            self.reload()
            yield

    def _read(self, notes: list[str]) -> None:
        snapshots = self._snapshots.read(notes, decode_environment)
        self._environments = {snapshot.id: snapshot for snapshot in snapshots}
        self._records = {}
        for record in self._lines.read(notes, decode):
            self._remember(record)

    def _remember(self, record: Record) -> None:
        self._records.pop(record.cell, None)
        self._records[record.cell] = record

"""The append-only record store, and several read as one.

A folder holds ``<suite>.jsonl`` (one record a line), ``provenance.jsonl`` (what many records were
made of), ``environments.jsonl`` and ``arrays/<suite>-<cell>.npz``. Files are logs
(`harness.lines`), whose lines are never changed: a cell run again appends, and the latest record of
a cell is the one that counts. The keys of a record are ``"v"`` (the format, 2), the fields of
`harness.types.Record` that are not as by default, with ``"provenance"`` in the place of those that
stand there, and the digest ``"sha"``, which lines of older versions do not have. A line that others
name is on disk before them.

Records of format 1 have no provenance, but all of it in their own line. Stores of older versions
have the records of all suites in one ``records.jsonl``, and arrays that are named by the cell
alone. They are read as they are, and appended to in the new form.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import FileError, StoreError
from harness.files import one_writer
from harness.lines import Log
from harness.store import arrays as members
from harness.store import codec, files, provenance
from harness.store.by_suite import RecordsBySuite
from harness.store.codec import decode, decode_environment, encode, encode_environment
from harness.store.files import refuse_newer
from harness.store.provenance import Provenance, declared
from harness.types import Array, Environment, Record


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
        If a line of environments or provenance other than a torn last one is malformed; names file
        and line. Those of records are read when their suite is asked for.
    FileError
        If the folder cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notes: list[str] = []
        self._refused: FileError | None = None
        self._environments: dict[str, Environment] = {}
        self._provenance: dict[str, Provenance] = {}
        self._unflushed: set[str] = set()
        self.reload()

    def reload(self) -> None:
        """Look again at what is on disk; notes are those of all looks, each once."""
        notes: list[str] = []
        with self._advising():
            snapshots = environments_log(self.folder).read(notes)
            self._environments = {snapshot.id: snapshot for snapshot in snapshots}
            self._provenance = provenance.by_key(provenance.log_of(self.folder).read(notes))
        logs = record_logs(self.folder, self._provenance)
        with self._advising():
            self._records = RecordsBySuite(logs)
        notes += [note for log in logs for note in log.torn()]
        self.notes += [note for note in notes if note not in self.notes]

    @property
    def suites(self) -> Collection[str]:
        """The suites of which there are records."""
        return self._records.suites

    def of(self, suite: str) -> Sequence[Record]:
        """Return the records of a suite, the latest of each cell, in the order of their file.

        Raises
        ------
        StoreError
            If a line of its file other than a torn last one is malformed; names file and line.
        FileError
            If it cannot be read.
        """
        return tuple(self._by_cell(suite).values())

    @property
    def records(self) -> Sequence[Record]:
        """Every record, suite by suite: all of them in memory."""
        return tuple(record for suite in self.suites for record in self.of(suite))

    @property
    def environments(self) -> Mapping[str, Environment]:
        """Environment snapshots by id."""
        return self._environments

    def get(self, suite: str, cell: str) -> Record | None:
        """Return the latest record of a suite's cell, by its id."""
        return self._by_cell(suite).get(cell)

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record.

        Raises
        ------
        KeyError
            If the record has none of that name.
        StoreError
            If its file is missing, unreadable or outside the folder.
        """
        return members.read(self.folder, record.arrays[name], name)

    @property
    def most(self) -> Mapping[str, int]:
        """How far the seeds of suites may go, where that was declared here."""
        return declared(self.folder)

    def append(self, record: Record, environment: Environment, *, flush: bool = True) -> None:
        """Append a record, flushed to the disk, to its suite's file.

        Its environment, and what else it was made of, is written before, and once.

        Parameters
        ----------
        record, environment : Record, Environment
            What a cell left, and where.
        flush : bool
            False leaves the flushing to a later `flush`, once for many records: until then the
            record is safe from the end of this process, not from that of the machine.

        Raises
        ------
        StoreError
            If its suite is none, or it could not be read back.
        FileError
            If it cannot be written; what was written before stays readable.
        """
        self.ready(record.suite)
        if environment.id not in self._environments:
            environments_log(self.folder).append(environment)
            self._environments[environment.id] = environment
        self._share(provenance.of_record(record))
        log = self._log(record.suite)
        log.append(record, flush=flush)
        if not flush:
            self._unflushed.add(record.suite)
        self._records.add(record, log)

    def flush(self) -> None:
        """Have every record on the disk.

        Raises
        ------
        FileError
            If they cannot be written.
        """
        for suite in sorted(self._unflushed):
            self._log(suite).flush()
            self._unflushed.remove(suite)

    def save_arrays(self, record: Record, arrays: Mapping[str, Array]) -> Record:
        """Write arrays of a record, whole or not at all; return it with the names of their file."""
        name = files.arrays_of(record.suite, record.cell)
        return replace(record, arrays=members.save(self.folder, name, arrays))

    def ready(self, suite: str) -> None:
        """See that records of a suite can be written, before anything is measured for them.

        Raises
        ------
        FileError
            If they cannot.
        """
        if self._refused is not None:
            raise self._refused
        self._log(suite).ready()

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
                stack.enter_context(one_writer(self.folder, "--results"))
                for log in logs(self.folder):
                    log.mend()
                members.clear(self.folder)
                self._refused = None
            except FileError as error:
                self._refused = error
            self.reload()
            yield

    def _log(self, suite: str) -> Log[Record]:
        return record_log(self.folder / files.name_of(suite), self._provenance)

    def _share(self, made: Provenance) -> None:
        """Write what a record was made of, unless that stands there."""
        key = provenance.key_of(made)
        if key not in self._provenance:
            provenance.log_of(self.folder).append(made)
            self._provenance[key] = made

    def _by_cell(self, suite: str) -> Mapping[str, Record]:
        with self._advising():
            return self._records.of(suite)

    @contextlib.contextmanager
    def _advising(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            advice = f"`harness store repair --results {self.folder}` sets such lines aside"
            raise StoreError(f"{error}; {advice}") from None


def environments_log(folder: Path) -> Log[Environment]:
    """Return the log of a store's environments."""

    def decoded(values: dict[str, Any]) -> Environment:
        refuse_newer(values, folder)
        return decode_environment(values)

    return Log(folder / files.ENVIRONMENTS, encode_environment, decoded)


def record_log(path: Path, known: Mapping[str, Provenance]) -> Log[Record]:
    """Return a file as a log of records; `known` is what they name, by its key."""

    def decoded(values: dict[str, Any]) -> Record:
        refuse_newer(values, path.parent)
        return decode(values, known)

    return Log(path, encode, decoded, codec.reader(known))


def record_logs(folder: Path, known: Mapping[str, Provenance]) -> list[Log[Record]]:
    """Return the logs of records in a store, that of earlier versions first."""
    return [record_log(path, known) for path in files.of_records(folder)]


def logs(folder: Path) -> list[Log[Any]]:
    """Return every log of a store; what others name is before them."""
    records = record_logs(folder, provenance.whole(folder))
    return [environments_log(folder), provenance.log_of(folder), *records]


def snapshots(folder: Path) -> Mapping[str, Environment]:
    """Return the environments of every store under a folder by id; records are not read."""
    return {k: v for path in files.stores(folder) for k, v in Store(path).environments.items()}


class StoreFolder:
    """Every store under a folder, read-only; an `harness.types.Archive`.

    Parameters
    ----------
    folder : Path
        A store, or a folder of stores such as ``results/reference``.
    """

    def __init__(self, folder: Path) -> None:
        self._stores = [Store(path) for path in files.stores(folder)]
        self._environments = {k: v for store in self._stores for k, v in store.environments.items()}
        self._owner: dict[tuple[str, ...], Store] = {}

    @property
    def suites(self) -> Collection[str]:
        """The suites of which there are records in any store."""
        return tuple(dict.fromkeys(suite for store in self._stores for suite in store.suites))

    def of(self, suite: str) -> Sequence[Record]:
        """Return the records of a suite, store by store."""
        found = [(store, store.of(suite)) for store in self._stores]
        self._owner |= {_key(r): s for s, own in found for r in own if r.arrays}
        return tuple(record for _, own in found for record in own)

    @property
    def records(self) -> Sequence[Record]:
        """Every record, suite by suite: all of them in memory."""
        return tuple(record for suite in self.suites for record in self.of(suite))

    @property
    def environments(self) -> Mapping[str, Environment]:
        """Environment snapshots of all stores by id."""
        return self._environments

    @property
    def most(self) -> Mapping[str, int]:
        """How far the seeds of suites may go, where that was declared; the first store counts."""
        return {k: v for store in reversed(self._stores) for k, v in store.most.items()}

    @property
    def notes(self) -> list[str]:
        """Notes of all stores."""
        return [note for store in self._stores for note in store.notes]

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record from the store that holds it."""
        key = _key(record)
        if key not in self._owner:
            self.of(record.suite)
        return self._owner[key].array(record, name)


def _key(record: Record) -> tuple[str, ...]:
    return (record.cell, record.started, record.environment)

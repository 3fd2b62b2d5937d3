"""The records of suites, each read when it is asked for; those of the last suites are held.

A file is most often of one suite. Suites that share a file, as in stores of earlier versions, are
read together. Of a large store no more is in memory than `MOST` records and the suite at hand.
"""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from harness.errors import StoreError
from harness.files import guarded
from harness.lines import Log, object_of
from harness.store import files
from harness.store.files import VERSION, refuse_newer
from harness.types import Record

MOST = 100_000
"""Records that are held beside the suites read last."""
_SUITE = re.compile(rb'"suite"\s*:\s*"([^"\\]*)"')
_BLOCK = 1 << 24
_STARTS = tuple(b'{"v":%d,' % version for version in range(1, VERSION + 1))
"""How lines of the formats that are known begin."""
Records = dict[str, Record]
"""By cell: the latest of each, in the order they were written."""


@dataclass(frozen=True)
class NamedSuites:
    """What the bytes of a file of records show, before any line is read.

    Attributes
    ----------
    suites : frozenset of str
        Those it names, and the one that it is named for.
    any : bool
        Whether it is named for none, and may hold any.
    """

    suites: frozenset[str]
    any: bool


class RecordsBySuite:
    """The records in some logs, by suite.

    Parameters
    ----------
    logs : sequence of Log
        In the order in which they are read.

    Raises
    ------
    FileError
        If a file cannot be read.
    StoreNewer
        If a newer version wrote a line of any.
    """

    def __init__(self, logs: Sequence[Log[Record]]) -> None:
        self._logs = {log.path: log for log in logs}
        self._named = {log.path: named_suites(log) for log in logs}
        self._found: dict[str, Records] = {}

    @property
    def suites(self) -> tuple[str, ...]:
        """The suites of which there may be records, file by file."""
        return tuple(dict.fromkeys(name for seen in self._named.values() for name in seen.suites))

    def of(self, suite: str) -> Mapping[str, Record]:
        """Return the records of a suite, by cell.

        Raises
        ------
        StoreError
            If a line of its file is malformed; names file and line.
        FileError
            If it cannot be read.
        """
        if suite not in self._found:
            group = self._together(suite)
            self._found |= self._read(group)  # whole, or as before: what is wrong stays wrong
            self._let_go(group)
        self._found[suite] = self._found.pop(suite)  # the last used is the last
        return self._found[suite]

    def add(self, record: Record, log: Log[Record]) -> None:
        """Take note of a record that was appended to a log."""
        if log.path not in self._logs:
            self._logs[log.path] = log
            self._named[log.path] = NamedSuites(frozenset({record.suite}), any=False)
        if record.suite in self._found:
            put(self._found[record.suite], record)

    def _read(self, group: Collection[str]) -> dict[str, Records]:
        found: dict[str, Records] = {name: {} for name in group}
        logs = self._holding(group)
        for log in logs:
            with guarded("read", log.path):
                log.path.stat()  # it was there when the store was opened
        with _uncollected():
            for record in latest(log.read([]) for log in logs).values():
                put(found.setdefault(record.suite, {}), record)
        return found

    def _together(self, suite: str) -> frozenset[str]:
        """Return the suites that share files with one, and those that share files with these."""
        group, more = frozenset({suite}), True
        while more:
            wider = group.union(*(self._named[log.path].suites for log in self._holding(group)))
            group, more = wider, wider != group
        return group

    def _holding(self, group: Collection[str]) -> list[Log[Record]]:
        """Return the logs that may hold records of some suites."""
        seen = self._named.items()
        return [self._logs[p] for p, one in seen if one.any or not one.suites.isdisjoint(group)]

    def _let_go(self, group: Collection[str]) -> None:
        held = sum(map(len, self._found.values()))
        for name in [name for name in self._found if name not in group]:
            if held > MOST:
                held -= len(self._found.pop(name))


def named_suites(log: Log[Record]) -> NamedSuites:
    """Return what the bytes of a file of records show; only odd lines of it are parsed.

    Raises
    ------
    FileError
        If it cannot be read.
    StoreNewer
        If a newer version wrote a line: what it means for the others nobody here can know.
    """
    own = files.suite_of(log.path)
    found = {own} if own else set[str]()
    mark = b'"suite":"%b","experiment":"' % own.encode()  # an axis may be called suite, too
    with guarded("read", log.path), log.open() as file:
        for lines in _blocks(file):
            count = lines.count(b"\n")
            if sum(map(lines.count, _STARTS)) != count:
                _refuse_newer(lines, log.path.parent)
            if not own or lines.count(mark) != count:
                found |= {match[1].decode("utf-8", "replace") for match in _SUITE.finditer(lines)}
    return NamedSuites(frozenset(found), any=not own)


def _refuse_newer(lines: bytes, folder: Path) -> None:
    """Refuse lines of formats that are not known; what is no line at all is told when it is read.

    Raises
    ------
    StoreNewer
    """
    for line in lines.splitlines():
        if not line.startswith(_STARTS):
            with contextlib.suppress(StoreError, UnicodeDecodeError):
                refuse_newer(object_of(line.decode()), folder)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no garbage in cycles while much is made that has none: it takes a fifth longer."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file in pieces of whole lines; a torn last line is in none."""
    rest = b""
    while piece := file.read(_BLOCK):
        lines, end, rest = (rest + piece).rpartition(b"\n")
        yield lines + end


def latest(read: Iterable[Iterable[Record]]) -> Records:
    """Return the latest record of each cell, in the order they were written, file by file.

    In a file that is the last; of two files', which earlier and later versions wrote, the one that
    was started last.
    """
    found: Records = {}
    for file in read:
        own: Records = {}
        for record in file:
            put(own, record)
        if not found:  # as most often, where a suite has one file
            found = own
            continue
        for cell, record in own.items():
            if cell not in found or found[cell].started <= record.started:
                put(found, record)
    return found


def put(records: Records, record: Record) -> None:
    """Add a record behind the others, in the place of one of its cell."""
    records.pop(record.cell, None)
    records[record.cell] = record

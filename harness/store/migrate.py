"""A store of earlier versions brought up to date, in place: the newest format, a file a suite.

Every file is replaced whole, and what its lines need is on disk before them: work that is killed
leaves old and new beside each other, which are read, and the next time ends it.

`migrate` writes records of older formats anew, what many records share before the first line that
names it; numbers stay as they are written, digit for digit. `split` moves the lines of
``records.jsonl`` as they lie, bit for bit, to the files of their suites: lines that stand in both
count once.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.errors import StoreError
from harness.files import guarded, one_writer
from harness.lines import Line, Log, object_of, sealed, text_of, unsealed
from harness.store import arrays, files, provenance
from harness.store.codec import shared
from harness.store.provenance import Provenance, key_of, of_record
from harness.store.store import record_log, record_logs
from harness.types import Record


def migrate(folder: Path) -> int:
    """Write the records of older formats anew; return how many lines that were.

    Raises
    ------
    StoreError
        If a run is writing to the store, or a line is not as it was written.
    FileError
        If it cannot be written to.
    """
    with one_writer(folder, "--results"):
        arrays.clear(folder)
        known = provenance.whole(folder)
        read = [(log, _of_log(log)) for log in record_logs(folder, known)]
        return sum(_migrated(folder, log, there, known) for log, there in read)


def _of_log(log: Log[Record]) -> list[tuple[Line[Record], Record]]:
    """Return the lines of a file of records, each with what it holds; a torn one is set aside.

    Raises
    ------
    StoreError
        If one is not as it was written.
    """
    log.mend()
    found = []
    for line in log.scan([]):
        if line.value is None:
            raise StoreError(
                f"{log.path}:{line.number}: {line.fault}; "
                f"`harness store repair --results {log.path.parent}` sets such lines aside"
            )
        found.append((line, line.value))
    return found


def _migrated(
    folder: Path,
    log: Log[Record],
    there: Sequence[tuple[Line[Record], Record]],
    known: dict[str, Provenance],
) -> int:
    old = {line.number: (values, record) for line, record in there if (values := _old(line.raw))}
    for _, record in old.values():
        _share(folder, of_record(record), known)
    new = {number: _renewed(values, record) for number, (values, record) in old.items()}
    if new:
        log.replace([new.get(line.number, line.raw) for line, _ in there])
    return len(new)


def _old(raw: bytes) -> dict[str, Any] | None:
    values = object_of(unsealed(raw).decode())
    return values if values["v"] == 1 else None


def _renewed(values: dict[str, Any], record: Record) -> bytes:
    return sealed(text_of(shared(values, key_of(of_record(record)))).encode())


def _share(folder: Path, made: Provenance, known: dict[str, Provenance]) -> None:
    if (key := key_of(made)) not in known:
        provenance.log_of(folder).append(made)
        known[key] = made


def split(folder: Path) -> dict[str, int]:
    """Move the records of ``records.jsonl`` to the files of their suites.

    Parameters
    ----------
    folder : Path
        The store.

    Returns
    -------
    dict of str to int
        Lines moved by suite; none where there is no such file. Records of a suite that could name
        no file stay where they are, and are read as before.

    Raises
    ------
    StoreError
        If a run is writing to the store, or a line is not as it was written.
    FileError
        If it cannot be written to.
    """
    with one_writer(folder, "--results"):
        arrays.clear(folder)
        lines = _of_file(folder / files.RECORDS)
        moved = dict[str, list[Line[Record]]]()
        for line, record in lines:
            if files.is_suite(record.suite):
                moved.setdefault(record.suite, []).append(line)
        for suite, own in moved.items():
            _merge(folder / files.name_of(suite), own)
        gone = {line.number for own in moved.values() for line in own}
        _leave(folder / files.RECORDS, [line.raw for line, _ in lines if line.number not in gone])
        return {suite: len(own) for suite, own in moved.items()}


def _of_file(path: Path) -> list[tuple[Line[Record], Record]]:
    return _of_log(record_log(path, provenance.whole(path.parent)))


def _merge(path: Path, moved: Sequence[Line[Record]]) -> None:
    """Put lines into a suite's file among those there, by their start, each file in its order."""
    there = [line for line, _ in _of_file(path)]
    moved_before = {line.raw for line in moved}
    newer = [line for line in there if line.raw not in moved_before]
    merged = heapq.merge(moved, newer, key=_started)
    lines = [line.raw for line in merged]
    if lines != [line.raw for line in there]:
        record_log(path, {}).replace(lines)


def _started(line: Line[Record]) -> str:
    return line.value.started if line.value else ""


def _leave(path: Path, lines: list[bytes]) -> None:
    if lines:
        record_log(path, {}).replace(lines)
        return
    with guarded("remove", path):
        path.unlink(missing_ok=True)

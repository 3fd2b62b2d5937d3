"""A store's records in the newest format, in place.

What many records share is on disk before the first line that names it, and every file is replaced
whole: a migration that is killed leaves files of both formats, which are read, and the next one
ends it. Numbers stay as they are written, digit for digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.errors import StoreError
from harness.lines import Line, Log, object_of, sealed, text_of, unsealed
from harness.lock import one_writer
from harness.store import arrays, provenance
from harness.store.codec import shared
from harness.store.provenance import Provenance, key_of, of_record
from harness.store.store import record_logs
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
        read = [(log, lines(log)) for log in record_logs(folder, known)]
        return sum(_migrated(folder, log, there, known) for log, there in read)


def lines(log: Log[Record]) -> list[tuple[Line[Record], Record]]:
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
    new = {number: _line(values, record) for number, (values, record) in old.items()}
    if new:
        log.replace([new.get(line.number, line.raw) for line, _ in there])
    return len(new)


def _old(raw: bytes) -> dict[str, Any] | None:
    values = object_of(unsealed(raw).decode())
    return values if values["v"] == 1 else None


def _line(values: dict[str, Any], record: Record) -> bytes:
    return sealed(text_of(shared(values, key_of(of_record(record)))).encode())


def _share(folder: Path, made: Provenance, known: dict[str, Provenance]) -> None:
    if (key := key_of(made)) not in known:
        provenance.log_of(folder).append(made)
        known[key] = made

"""A store of earlier versions to one file of records a suite, in place.

Lines are moved as they lie, bit for bit. Every suite's file is whole on disk before a line leaves
``records.jsonl``: after a crash some lines stand in both, count once, and the next split ends what
this one began.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from pathlib import Path

from harness.files import guarded
from harness.lines import Line
from harness.lock import one_writer
from harness.store import arrays, files, provenance
from harness.store.migrate import lines as lines_of
from harness.store.store import record_log
from harness.types import Record


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
        lines = _lines(folder / files.RECORDS)
        moved = dict[str, list[Line[Record]]]()
        for line, record in lines:
            if files.is_suite(record.suite):
                moved.setdefault(record.suite, []).append(line)
        for suite, own in moved.items():
            _merge(folder / files.name_of(suite), own)
        gone = {line.number for own in moved.values() for line in own}
        _leave(folder / files.RECORDS, [line.raw for line, _ in lines if line.number not in gone])
        return {suite: len(own) for suite, own in moved.items()}


def _lines(path: Path) -> list[tuple[Line[Record], Record]]:
    return lines_of(record_log(path, provenance.whole(path.parent)))


def _merge(path: Path, moved: Sequence[Line[Record]]) -> None:
    """Put lines into a suite's file among those there, by their start, each file in its order."""
    there = [line for line, _ in _lines(path)]
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

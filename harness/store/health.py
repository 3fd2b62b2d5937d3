"""What is wrong in a store, and how it is set aside.

A bad line goes to ``<name>.bad``, below a line that says why; the others stay as they are, byte by
byte. What is set aside is on disk before it is taken out: a crash may copy a line, and loses none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import StoreError
from harness.files import guarded, one_writer
from harness.lines import Line, Log, is_sealed, sealed
from harness.store import arrays
from harness.store.files import RECORDS
from harness.store.store import logs
from harness.types import Record

OLD = "holds several suites, as earlier versions did; `harness store split` gives each its own file"


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written.

    Attributes
    ----------
    place : str
        File, and line if it is one.
    reason : str
        What must be, and what is.
    """

    place: str
    reason: str


@dataclass(frozen=True)
class Health:
    """What was found in a store.

    Attributes
    ----------
    folder : Path
        The store.
    lines : int
        Lines that are as they were written.
    unsealed : int
        Those among them that carry no digest: a changed digit would not be seen.
    arrays : int
        Arrays that could be read.
    faults : tuple of Fault
        What is not as it was written.
    notes : tuple of str
        What a run that ended early left behind.
    """

    folder: Path
    lines: int
    unsealed: int
    arrays: int
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def examine(folder: Path) -> Health:
    """Read everything in a store and say what is wrong; changes nothing.

    Raises
    ------
    FileError
        If it cannot be read.
    """
    notes: list[str] = []
    faults: list[Fault] = []
    good: list[Line[Any]] = []
    for log in logs(folder):
        for line in log.scan(notes):
            good += [line] if line.value is not None else []
            faults += [_fault(log, line)] if line.value is None else []
    records = [line.value for line in good if isinstance(line.value, Record)]
    lost = list(_lost_arrays(folder, records))
    notes += [f"{path}: was never finished" for path in arrays.parts(folder)]
    notes += [f"{path}: {OLD}" for path in (folder / RECORDS,) if path.exists()]
    return Health(
        folder,
        lines=len(good),
        unsealed=sum(not is_sealed(line.raw) for line in good),
        arrays=sum(len(record.arrays) for record in records) - len(lost),
        faults=(*faults, *lost),
        notes=tuple(notes),
    )


def repair(folder: Path, *, seal: bool = False) -> tuple[Fault, ...]:
    """Set aside every line that is not as it was written; return them.

    Parameters
    ----------
    folder : Path
        The store.
    seal : bool
        Give a digest to the lines that have none.

    Raises
    ------
    StoreError
        If a run is writing to the store.
    FileError
        If it cannot be written to.
    """
    with one_writer(folder, "--results"):
        arrays.clear(folder)
        return tuple(fault for log in logs(folder) for fault in _repaired(log, seal=seal))


def _repaired(log: Log[Any], *, seal: bool) -> list[Fault]:
    log.mend()
    lines = list(log.scan([]))
    bad = [line for line in lines if line.value is None]
    good = [_sealed(line.raw) if seal else line.raw for line in lines if line.value is not None]
    if bad:
        _set_aside(log.path, bad)
    if bad or good != [line.raw for line in lines]:
        log.replace(good)
    return [_fault(log, line) for line in bad]


def _sealed(raw: bytes) -> bytes:
    return raw if is_sealed(raw) else sealed(raw.rstrip())


def _set_aside(path: Path, bad: Sequence[Line[Any]]) -> None:
    aside = path.with_name(f"{path.name}.bad")
    text = b"".join(f"# line {one.number}: {one.fault}\n".encode() + one.raw + b"\n" for one in bad)
    with guarded("set aside lines in", aside), aside.open("ab") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _fault(log: Log[Any], line: Line[Any]) -> Fault:
    return Fault(f"{log.path}:{line.number}", line.fault)


def _lost_arrays(folder: Path, records: Sequence[Record]) -> Iterator[Fault]:
    for record in records:
        for name, file in record.arrays.items():
            try:
                arrays.read(folder, file, name)
            except StoreError as error:
                yield Fault(f"cell {record.cell}, array {name!r}", str(error))

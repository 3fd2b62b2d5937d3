"""Stored cells run again, into a store that is thrown away."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness import digest
from harness.audit.findings import Finding, compared
from harness.audit.stages import Arrays
from harness.errors import StoreError
from harness.execute.machines import Machines
from harness.execute.run import Options, Runner
from harness.store.store import Store
from harness.types import Archive, Cell, Environment, Record

UNKNOWN = Environment("", "", "", {})
"""Of a record whose snapshot is lost."""
Stored = tuple[Cell, Record]


def again(
    stored: Sequence[Stored],
    archive: Archive,
    environment: Environment,
    options: Options,
    progress: Callable[[Record], None],
    machines: Machines | None = None,
) -> tuple[Finding, ...]:
    """Run stored cells again and compare what they leave with their records.

    What was trained beside other cells is again, and what was alone is alone.

    Parameters
    ----------
    stored : sequence of (Cell, Record)
        The cells, with their records.
    archive : Archive
        Where these are.
    environment : Environment
        This machine's snapshot.
    options : Options
        How to run; cells are run whatever the options say of those that are done.
    progress : callable
        Called with each record as its cell ends.
    machines : Machines, optional
        What runs them; this machine unless given.
    """
    found: list[Finding] = []
    for beside in (False, True):
        own = [pair for pair in stored if bool(pair[1].mode) is beside]
        chosen = replace(options, force=True, one_by_one=not beside, use=_used(own, options))
        chosen = replace(chosen, jobs=1) if beside else chosen  # which splits no group
        if own:
            found += _again(own, archive, environment, chosen, progress, machines)
    return tuple(found)


def _companions(cells: Sequence[Cell]) -> list[Cell]:
    """Return a cell of another seed beside each that has none: alone it would be trained alone."""
    count = Counter(cell.case.id for cell in cells)
    return [replace(cell, seed=cell.seed + 1) for cell in cells if count[cell.case.id] == 1]


def _used(stored: Sequence[Stored], options: Options) -> Mapping[str, str]:
    """Return what stands in for what: as when the cells were stored, and what is asked for."""
    data = [record.data for _, record in stored if record.data]
    then = {one.requested: one.used for one in data if one.requested != one.used}
    return {**then, **options.use}


def _again(
    stored: Sequence[Stored],
    archive: Archive,
    environment: Environment,
    options: Options,
    progress: Callable[[Record], None],
    machines: Machines | None,
) -> list[Finding]:
    with tempfile.TemporaryDirectory(prefix="harness-audit-") as folder:
        store = Store(Path(folder))
        runner = Runner(store, environment, options, machines)
        with store.writing():
            cells = [cell for cell, _ in stored]
            beside = [] if options.one_by_one else _companions(cells)
            runner.run(runner.sorted([*cells, *beside]), progress)
        new = {(record.case, record.seed): record for record in store.records}
        stopped = {r.case: r for r in store.records if r.status in ("skipped", "failed")}
        read = array_digests((archive, store))
        return [
            _finding(
                cell,
                record,
                new.get((record.case, record.seed)) or stopped.get(record.case),
                (archive.environments.get(record.environment, UNKNOWN), environment),
                read,
            )
            for cell, record in stored
        ]


def _finding(
    cell: Cell,
    one: Record,
    other: Record | None,
    where: tuple[Environment, Environment],
    arrays: Arrays,
) -> Finding:
    if other is None:
        return Finding(one, "not run", reason="its case was given up")
    return compared(one, other, *where, timed=cell.case.timed, arrays=arrays)


def array_digests(archives: Sequence[Archive]) -> Arrays:
    """Return what reads an array of a record, from whichever archive holds it, as a digest."""

    def read(record: Record, name: str) -> str:
        for archive in archives:
            try:
                return digest.of_arrays(archive.array(record, name))
            except (KeyError, StoreError):  # in another, or lost, which `store check` tells
                continue
        return ""

    return read

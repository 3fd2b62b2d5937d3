"""Stored cells chosen, and run again into a store that is thrown away."""

from __future__ import annotations

import math
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness import digest
from harness.audit.findings import Finding, compared
from harness.audit.stages import Arrays
from harness.claims.select import tracks
from harness.claims.values import DONE
from harness.config.claim import Claim
from harness.errors import StoreError
from harness.execute.machines import Machines
from harness.execute.run import Options, Runner
from harness.plan.expand import Plans
from harness.store.store import Store
from harness.types import Archive, Case, Cell, Environment, Record

UNKNOWN = Environment("", "", "", {})
"""Of a record whose snapshot is lost."""
Stored = tuple[Cell, Record]
_SIZE = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<percent>%?)")
Key = tuple[str, int]
"""Case and seed."""


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


@dataclass(frozen=True)
class Size:
    """How many cells are drawn: a share of them, or so many of each suite."""

    share: float = 1.0
    most: int | None = None

    def of(self, count: int) -> int:
        """Return how many of a suite's cells that are; at least one."""
        return min(count, max(1, math.ceil(count * self.share) if self.most is None else self.most))


def size(text: str) -> Size:
    """Return what ``"5%"`` or ``"20"`` asks for.

    Raises
    ------
    ValueError
        If it is neither; says what must be.
    """
    found = _SIZE.fullmatch(text.strip())
    number = float(found["number"]) if found else 0.0
    if found and found["percent"] and 0 < number <= 100:
        return Size(share=number / 100)
    if found and not found["percent"] and number >= 1 and number == int(number):
        return Size(most=int(number))
    raise ValueError(f"must be a share such as 5%, or how many cells of a suite, got {text!r}")


def cases_of(claims: Iterable[Claim], plans: Plans) -> frozenset[str]:
    """Return the cases that claims of a suite rest on."""
    own = [case for case in plans.cases if case.protocol and case.judged]
    found = (track for claim in claims for track in tracks(claim, own))
    return frozenset(case.id for track in found for case in track.cases)


def stored(
    plans: Plans, archive: Archive, klass: str, cases: frozenset[str] | None = None
) -> list[tuple[Cell, Record]]:
    """Return the cells of a suite that have a result, each with its record.

    Those that left nothing but times are none: times are never the same.

    Parameters
    ----------
    plans : Plans
        Of the suite; one whose numbers are in a file has no cells.
    archive : Archive
        The records; of a cell that several machines measured, that of `klass` counts.
    klass : str
        The environment class of this machine.
    cases : frozenset of str, optional
        Only these.
    """
    cells = {_key(cell): cell for plan in plans for cell in plan.cells()}
    records: dict[Key, Record] = {}
    for record in archive.of(plans.suite.id):
        key = (record.case, record.seed)
        wanted = key in cells and (cases is None or record.case in cases)
        if (
            wanted
            and record.status in DONE
            and not _better(records.get(key), record, archive, klass)
        ):
            records[key] = record
    found = [(cells[key], record) for key, record in records.items()]
    return [(cell, record) for cell, record in found if record.digests or not cell.case.timed]


def drawn(
    cells: Sequence[tuple[Cell, Record]], wanted: Size, rng: np.random.Generator
) -> list[tuple[Cell, Record]]:
    """Return a random sample of cells, in their order."""
    places = rng.choice(len(cells), wanted.of(len(cells)), replace=False) if cells else ()
    return [cells[place] for place in sorted(places)]


def timed(cases: Iterable[Case]) -> Mapping[str, bool]:
    """Return by id whether the cells of a case time something."""
    return {case.id: case.timed for case in cases}


def _key(cell: Cell) -> Key:
    return cell.case.id, cell.seed


def _better(held: Record | None, record: Record, archive: Archive, klass: str) -> bool:
    """Whether a record that is held is of this machine, and another is not."""
    return held is not None and _is(held, archive, klass) and not _is(record, archive, klass)


def _is(record: Record, archive: Archive, klass: str) -> bool:
    snapshot = archive.environments.get(record.environment)
    return snapshot is not None and snapshot.klass == klass

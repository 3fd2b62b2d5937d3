"""Which stored cells an audit is about."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.claims.select import tracks
from harness.claims.values import DONE
from harness.config.claim import Claim
from harness.plan.expand import Plans
from harness.types import Archive, Case, Cell, Record

_SIZE = re.compile(r"(?P<number>\d+(\.\d+)?)(?P<percent>%?)")
Key = tuple[str, int]
"""Case and seed."""


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

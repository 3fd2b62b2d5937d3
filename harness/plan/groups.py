"""Which cells of a plan run together: those of one kind that differ in their seed, or their rate.

An experiment says of settings what cells must share to run together (`Experiment.together`). A cell
that times something, or runs with nothing beside it, never does, whatever its experiment says: its
numbers are about the time it takes, and only an experiment none of whose numbers are about time
declares that its cells may.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, chain, groupby
from typing import TypeVar

from harness import digest
from harness.devices import DEVICES
from harness.experiments import registry as experiments
from harness.experiments.experiment import Shared
from harness.types import Case, Cell

T = TypeVar("T")
Named = tuple[str, Cell]
"""A cell and its id."""
MOST = 512
"""Cells of a group; more are several groups."""
CACHE, MEMORY = 4 * 2**20, 2**30
"""Bytes that a step of a group may work on: on a host what stays in cache, elsewhere what is there.

Large steps on a host gain nothing: they are no faster beside each other, and wait for memory.
"""
LEAST = 32 * 2**10
"""Bytes of a step below which a part of a group takes as long as the whole: it is all calls."""


def grouped(cells: Sequence[Named], jobs: int) -> list[list[Named]]:
    """Return the cells in groups that run together, in order of their first; most have one cell.

    Parameters
    ----------
    cells : sequence of (str, Cell)
        With their ids.
    jobs : int
        Processes at a time: on the host a group is split among them, unless its steps are small,
        or all of its cells see one batch and there are other such groups for the processes.
    """
    known = {cell.case.id: cell.case for _, cell in cells}
    shared = {name: _shared(case) for name, case in known.items()}
    keys = {name: _key(known[name], what) for name, what in shared.items() if what is not None}
    found: dict[object, list[Named]] = {}
    for position, (name, cell) in enumerate(cells):
        key = keys.get(cell.case.id)
        own = position if key is None else (key, cell.root, cell.budget, cell.memory)
        found.setdefault(own, []).append((name, cell))
    groups = [(group, shared[group[0][1].case.id]) for group in found.values()]
    enough = sum(1 for _, what in groups if what is not None and what.same == "all") >= jobs
    return [part for group, what in groups for part in _split(group, what, jobs, enough=enough)]


def _shared(case: Case) -> Shared | None:
    """Return what the cells of a case share with those beside which they can run, if any."""
    experiment = experiments.of(case)
    if case.timed or case.alone or experiment.together is None:
        return None
    return experiment.together(case.settings)


def _key(case: Case, shared: Shared) -> str:
    names = [case.suite, case.experiment, case.backend, case.device, case.stand_in_for]
    return digest.of_value([*names, shared.settings.non_default()])


def _split(
    group: list[Named], shared: Shared | None, jobs: int, *, enough: bool
) -> list[list[Named]]:
    """Return a group in parts: cells of one seed stay together where they see the same batches.

    Every part has as many cells of one such bunch as of any other. `enough` says that the groups
    whose cells all see one batch keep the processes busy whole.
    """
    if shared is None:
        return [group]
    host, size = DEVICES.get(group[0][1].case.device).host, max(1, shared.size)
    room, bunches = CACHE if host else MEMORY, _bunches(group, shared)
    work = shared.batch * len(bunches) + size * len(group)
    whole = enough and shared.same == "all"
    busy = min(jobs, max(1, work // LEAST)) if host and not whole else 1
    # What a bunch shares is read for all of its cells at once: the more there are, the better.
    widest = max(1, min(MOST, max(room - shared.batch, shared.batch) // size))
    narrow = -(-busy // len(bunches))
    pieces = [one for b in bunches for one in _cut(b, max(narrow, -(-len(b) // widest)))]
    pieces.sort(key=len, reverse=True)
    parts: list[list[Named]] = []
    for width, alike in groupby(pieces, key=len):
        some = list(alike)
        most = max(1, min(MOST // width, room // (shared.batch + width * size)))
        joined = _cut(some, max(busy, -(-len(some) // most)))
        parts += [list(chain.from_iterable(part)) for part in joined]
    return parts


def _bunches(group: list[Named], shared: Shared) -> list[list[Named]]:
    """Return the cells that see the same batches, each time together."""
    if shared.same == "all":
        return [group]
    found: dict[int, list[Named]] = {}
    for position, (name, cell) in enumerate(group):
        key = cell.seed if shared.same == "seed" else position
        found.setdefault(key, []).append((name, cell))
    return list(found.values())


def _cut(items: list[T], parts: int) -> list[list[T]]:
    """Return so many parts of about one size, or as many as there are items."""
    parts = min(parts, len(items))
    short, longer = divmod(len(items), parts)
    sizes = [short + (part < longer) for part in range(parts)]
    ends = list(accumulate(sizes))
    return [items[end - size : end] for size, end in zip(sizes, ends, strict=True)]

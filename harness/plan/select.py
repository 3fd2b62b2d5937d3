"""The part of a plan to run, and which of its cells run together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness import backends, datasets, digest
from harness.config.claim import function_name
from harness.datasets.dataset import Roots
from harness.devices import DEVICES
from harness.errors import UsageError
from harness.experiments import registry as experiments
from harness.experiments.experiment import Shared
from harness.plan import size
from harness.plan.expand import Plan, Plans
from harness.plan.names import TOP
from harness.types import Case, Cell, Profile
from harness.words import unknown

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


@dataclass(frozen=True)
class Selection:
    """The part of a plan to run; an empty sequence selects all.

    Attributes
    ----------
    seeds : int or None
        Repetitions of every case, instead of the suite's.
    experiment, backend, device : sequence of str
        Names; of a user's function its place, or its own name, as claims have it.
    """

    seeds: int | None = None
    experiment: Sequence[str] = ()
    backend: Sequence[str] = ()
    device: Sequence[str] = ()

    def __str__(self) -> str:
        return ", ".join(
            f"{axis} {' or '.join(names)}" for axis in TOP if (names := getattr(self, axis))
        )

    def has(self, case: Case) -> bool:
        """Whether a case is selected."""
        return all(_has(getattr(self, axis), getattr(case, axis)) for axis in TOP)


def _has(names: Sequence[str], name: str) -> bool:
    return not names or name in names or function_name(name) in names


def to_run(plans: Plans, profile: Profile, roots: Roots, use: Mapping[str, str]) -> Plan:
    """Return a suite's plan at a profile, that of its stand-in where its data set is not here."""
    tables = [case.settings.data for case in plans.full.cases]
    found = not any(table and datasets.missing(table, roots, use) for table in tables)
    return plans.at(profile, found=found)


def narrow(plan: Plan, selection: Selection) -> Plan:
    """Return the selected part of a plan.

    Raises
    ------
    UsageError
        If the repetitions selected make too many cells.
    """
    selected = tuple(case for case in plan.cases if selection.has(case))
    if selection.seeds is not None:
        size.refuse(
            selection.seeds * len(selected), f"--seeds {selection.seeds} for {plan.suite.id}"
        )
    counts = {case.id: selection.seeds or plan.seeds[case.id] for case in selected}
    return replace(plan, cases=selected, seeds=counts)


def check_selection(selection: Selection, plans: Sequence[Plan]) -> None:
    """Check that a selection has only names that there are: those known, and those of `plans`.

    Raises
    ------
    UsageError
        If it has another; says the nearest.
    """
    known: Mapping[str, Sequence[str]] = {
        "experiment": experiments.names(),
        "backend": backends.names(),
        "device": DEVICES.names(),
    }
    there = used(plans)
    there["experiment"] += tuple(map(function_name, there["experiment"]))
    for axis in TOP:
        for name in getattr(selection, axis):
            if name not in known[axis] and name not in there[axis]:
                message = unknown(axis, name, {*known[axis], *there[axis]})
                raise UsageError(f"--{axis}: {message}")


def used(plans: Sequence[Plan]) -> dict[str, tuple[str, ...]]:
    """Return the experiments, backends and devices that the cases of plans have."""
    cases = [case for plan in plans for case in plan.cases]
    return {axis: tuple(dict.fromkeys(getattr(case, axis) for case in cases)) for axis in TOP}


def grouped(cells: Sequence[Named], jobs: int) -> list[list[Named]]:
    """Return the cells in groups that run together, in order of their first; most have one cell.

    Parameters
    ----------
    cells : sequence of (str, Cell)
        With their ids.
    jobs : int
        Processes at a time: on the host a group is split among them, unless its steps are small.
    """
    known = {cell.case.id: cell.case for _, cell in cells}
    shared = {name: _shared(case) for name, case in known.items()}
    keys = {name: _key(known[name], what) for name, what in shared.items() if what is not None}
    found: dict[object, list[Named]] = {}
    for position, (name, cell) in enumerate(cells):
        key = keys.get(cell.case.id)
        own = position if key is None else (key, cell.root, cell.budget, cell.memory)
        found.setdefault(own, []).append((name, cell))
    return [
        part
        for group in found.values()
        for part in _split(group, shared[group[0][1].case.id], jobs)
    ]


def _shared(case: Case) -> Shared | None:
    """Return what the cells of a case share with those beside which they can run, if any."""
    experiment = experiments.of(case)
    if case.timed or case.alone or experiment.together is None:
        return None
    return experiment.together(case.settings)


def _key(case: Case, shared: Shared) -> str:
    names = [case.suite, case.experiment, case.backend, case.device, case.stand_in_for]
    return digest.of_value([*names, shared.settings.non_default()])


def _split(group: list[Named], shared: Shared | None, jobs: int) -> list[list[Named]]:
    """Return a group in parts of about one size."""
    if shared is None:
        return [group]
    host = DEVICES.get(group[0][1].case.device).host
    room = (CACHE if host else MEMORY) // max(1, shared.size)
    most = max(1, min(MOST, room))
    busy = min(jobs, max(1, len(group) * shared.size // LEAST)) if host else 1
    parts = max(-(-len(group) // most), busy)
    size = -(-len(group) // parts)
    return [group[start : start + size] for start in range(0, len(group), size)]

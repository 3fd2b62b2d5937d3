"""The part of a plan to run, and whether the names that select it are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from harness import backends, datasets
from harness.config.claim import function_name
from harness.datasets.dataset import Roots
from harness.devices import DEVICES
from harness.errors import UsageError
from harness.experiments import registry as experiments
from harness.plan import size
from harness.plan.expand import Plan, Plans
from harness.plan.names import TOP
from harness.types import Case, Profile
from harness.words import unknown


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

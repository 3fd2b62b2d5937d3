"""A suite to its plans: the cells of each profile."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness import words
from harness.code.project import standing
from harness.experiments.registry import SuiteExperiments
from harness.plan import names, recorded, size
from harness.plan.cases import Maker, feasible
from harness.plan.names import Axes, label
from harness.plan.recorded import Recording
from harness.store.memory import Memory
from harness.suite.schema import Grid, Suite
from harness.types import Archive, Case, Cell, Profile, Scalar

Changes = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """The cases of a suite at one profile.

    Attributes
    ----------
    suite : Suite
        As loaded.
    profile : {'quick', 'full'}
        Which.
    cases : tuple of Case
        Every case that can exist, in grid order, each once.
    seeds : mapping of str to int
        Repetitions by case id.
    recorded : bool
        Whether a file has its records already, so that there is no cell to run.
    """

    suite: Suite
    profile: Profile
    cases: tuple[Case, ...]
    seeds: Mapping[str, int]
    recorded: bool = False

    def cells(self) -> list[Cell]:
        """Return the cells, all cases of one seed before the next: pairs run close in time."""
        cells: list[Cell] = []
        if self.recorded:
            return cells
        open_cases: Sequence[Case] = self.cases
        for seed in range(max(self.seeds.values(), default=0)):
            open_cases = [case for case in open_cases if seed < self.seeds[case.id]]
            cells += [self._cell(case, seed) for case in open_cases]
        return cells

    @property
    def size(self) -> int:
        """How many cells there are; none of them is made for it."""
        return 0 if self.recorded else sum(self.seeds[case.id] for case in self.cases)

    def _cell(self, case: Case, seed: int) -> Cell:
        seeds = self.suite.seeds
        memory = words.bytes_of(self.suite.memory) if self.suite.memory else 0
        budget = self.suite.budget
        reusable = self.suite.reusable
        return Cell(
            case, seed, seeds.root, budget, case.alone, seeds.script(seed), memory, reusable
        )


@dataclass(frozen=True)
class Plans:
    """All plans of a suite, made once.

    Attributes
    ----------
    suite : Suite
        As loaded.
    axes : Axes
        Its axes.
    known : SuiteExperiments
        Its experiments.
    full, quick : Plan
        Of the two profiles.
    stand_in : Plan
        Of the quick profile where the suite's data set is not here.
    memory : Memory or None
        The records of a suite whose numbers are in a file.
    """

    suite: Suite
    axes: Axes
    known: SuiteExperiments
    full: Plan
    quick: Plan
    stand_in: Plan
    memory: Memory | None = None

    def held(self, archive: Archive | None = None) -> Archive:
        """Return where the records of the suite are: in its file, else in an archive."""
        held = self.memory or archive
        assert held is not None, "a suite without a file must be given an archive"
        return held

    def __iter__(self) -> Iterator[Plan]:
        return iter((self.full, self.quick, self.stand_in))

    def at(self, profile: Profile, *, found: bool) -> Plan:
        """Return the plan to run at a profile, where the data sets are here or are not."""
        if profile == "full":
            return self.full
        return self.quick if found else self.stand_in

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case at any profile, those of the full protocol first."""
        every = {case.id: case for plan in reversed(tuple(self)) for case in plan.cases}
        return tuple(sorted(every.values(), key=lambda case: not case.protocol))


def expand(suite: Suite) -> Plans:
    """Expand a suite's grids into cases, at every profile.

    Parameters
    ----------
    suite : Suite
        As loaded.

    Raises
    ------
    SuiteError
        If a name, an axis or a setting of a case is not valid, or there are too many cases.
    """
    if suite.records is not None:
        return of_recording(suite, recorded.read(suite, suite.records))
    with standing():
        return _expanded(suite)


def _expanded(suite: Suite) -> Plans:
    known = SuiteExperiments(suite.home)
    suite.text.refuse(names.complaints(suite, known))
    maker = Maker(suite, known)
    full = Plan(suite, "full", *_cases(maker, {}, "full"))
    quick = _shorter(maker, full, suite.quick)
    stand_in = _shorter(maker, full, {**suite.quick, **suite.stand_in})
    stand_in = replace(stand_in, cases=_stood_in(stand_in.cases, full.cases))
    return Plans(suite, maker.axes, known, full, quick, stand_in)


def of_recording(suite: Suite, found: Recording) -> Plans:
    """Return the plans of a suite whose numbers are in a file: all profiles are one."""
    full = Plan(suite, "full", found.cases, found.seeds, recorded=True)
    quick = replace(full, profile="quick")
    return Plans(suite, found.axes, SuiteExperiments(suite.home), full, quick, quick, found.memory)


def _shorter(maker: Maker, full: Plan, changes: Changes) -> Plan:
    cases, seeds = _cases(maker, changes, "quick")
    return Plan(maker.suite, "quick", _marked(maker, cases, full.cases, changes), seeds)


def _marked(
    maker: Maker, cases: Sequence[Case], full: Sequence[Case], changes: Changes
) -> tuple[Case, ...]:
    """Mark cases of the quick profile as off the protocol, unless the full profile has them."""
    known = {case.id for case in full}
    protocol = {key: {case.axes.get(key, "") for case in full} for key in changes if key != "seeds"}
    params = {key for key in changes if maker.axes.tables.get(key) == "params"}
    return tuple(
        case
        if case.id in known
        else _mark(case, protocol, changes, params - case.settings.params.keys())
        for case in cases
    )


def _mark(
    case: Case, protocol: Mapping[str, set[Scalar]], changes: Changes, unread: Collection[str]
) -> Case:
    words = [
        f"{key} = {case.axes[key] if key in case.axes else label(changes[key])}"
        for key, values in protocol.items()
        if key not in unread and case.axes.get(key) not in values
    ]
    return replace(case, protocol=False, deviation=", ".join(words))


def _stood_in(cases: Sequence[Case], full: Sequence[Case]) -> tuple[Case, ...]:
    """Name the data sets of the full profile in the cases that read none of them."""
    named = dict.fromkeys(name for case in full if (name := _dataset(case)))
    wanted = ", ".join(named)
    return tuple(
        case if _dataset(case) in (None, *named) else replace(case, stand_in_for=wanted)
        for case in cases
    )


def _dataset(case: Case) -> str | None:
    return None if case.settings.data is None else case.settings.data.dataset


def _cases(
    maker: Maker, changes: Changes, profile: Profile
) -> tuple[tuple[Case, ...], dict[str, int]]:
    cases, seeds = dict[str, Case](), dict[str, int]()
    products = [
        _product(maker, position, grid, changes)
        for position, grid in enumerate(maker.suite.grid)
        if profile in grid.profiles
    ]
    maker.suite.text.refuse(size.complaints([asked for asked, _ in products]))
    for asked, fixed in products:
        for combination in itertools.product(*asked.axes.values()):
            chosen = {**fixed, **dict(zip(asked.axes, combination, strict=True))}
            case = maker.case(asked.position, chosen)
            if feasible(case, maker.known.of(case)):
                known = cases.setdefault(case.id, case)
                if case.judged and not known.judged:
                    cases[case.id] = replace(known, judged=True)
                seeds[case.id] = max(asked.seeds, seeds.get(case.id, 0))
    return tuple(cases.values()), seeds


def _product(
    maker: Maker, position: int, grid: Grid, changes: Changes
) -> tuple[size.GridSize, dict[str, Any]]:
    """Return what a grid asks for after the changes of a profile, and what those fix."""
    most = grid.seeds or maker.suite.seeds.count
    axes, fixed = dict(grid.axes), dict[str, Any]()
    for key, value in ({} if grid.as_is else changes).items():
        if key in maker.axes.names and isinstance(value, list):
            axes[key] = value
        elif key != "seeds":
            axes.pop(key, None)
            fixed[key] = value
    seeds = min(changes.get("seeds", most), most)
    return size.GridSize(position, axes, seeds, own_seeds=grid.seeds is not None), fixed

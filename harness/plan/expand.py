"""A suite and a profile to cases and cells."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from harness import backends, digest
from harness.config.base import Table
from harness.errors import SuiteError
from harness.experiments import table as experiments
from harness.experiments.base import Experiment, Settings
from harness.plan.axes import axis_names, homes, label, labels
from harness.suite.explain import sentence
from harness.suite.load import problem_at
from harness.suite.schema import TABLES, Grid, Suite
from harness.types import Case, Cell, Profile, Scalar
from harness.words import unknown

Values = dict[str, Any]


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
    """

    suite: Suite
    profile: Profile
    cases: tuple[Case, ...]
    seeds: Mapping[str, int]

    def cells(self) -> list[Cell]:
        """Return the cells, all cases of one seed before the next: pairs run close in time."""
        rounds = range(max(self.seeds.values(), default=0))
        return [
            self._cell(case, seed)
            for seed in rounds
            for case in self.cases
            if seed < self.seeds[case.id]
        ]

    def _cell(self, case: Case, seed: int) -> Cell:
        alone = experiments.get(case.experiment).alone
        seeds = self.suite.seeds
        return Cell(case, seed, seeds.root, self.suite.budget, alone, seeds.script(seed))


@lru_cache(maxsize=1024)  # every verb asks several times; a suite never changes
def expand(suite: Suite, profile: Profile, *, found: bool = True) -> Plan:
    """Expand a suite's grids into cases.

    Parameters
    ----------
    suite : Suite
        A loaded suite.
    profile : {'quick', 'full'}
        ``quick`` applies the suite's ``[quick]`` changes.
    found : bool
        False applies ``[stand_in]`` as well, in the quick profile.

    Raises
    ------
    SuiteError
        If an axis or a setting of a case is not valid.
    """
    if profile == "full":
        return Plan(suite, profile, *_cases(suite, {}, "full"))
    full = expand(suite, "full").cases
    changes = {**suite.quick, **(suite.stand_in if not found else {})}
    cases, seeds = _cases(suite, changes, "quick")
    return Plan(suite, profile, tuple(_mark(case, full, changes) for case in cases), seeds)


def settings(case: Case) -> Settings:
    """Return a case's validated tables."""
    return _settings(case.config)


def _settings(config: Mapping[str, Any]) -> Settings:
    tables = {
        name: TABLES[name].model_validate_json(digest.canonical(values))
        for name, values in config.items()
        if name in TABLES
    }
    return Settings(**tables, params=config.get("params", {}))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Selection:
    """The part of a plan to run; an empty sequence selects all.

    Attributes
    ----------
    seeds : int or None
        Repetitions of every case, instead of the suite's.
    experiment, backend, device : sequence of str
        Names.
    """

    seeds: int | None = None
    experiment: Sequence[str] = ()
    backend: Sequence[str] = ()
    device: Sequence[str] = ()

    def has(self, case: Case) -> bool:
        """Whether a case is selected."""
        pairs = (
            (self.experiment, case.experiment),
            (self.backend, case.backend),
            (self.device, case.device),
        )
        return all(not names or name in names for names, name in pairs)


def narrow(plan: Plan, selection: Selection) -> Plan:
    """Return the selected part of a plan."""
    kept = tuple(case for case in plan.cases if selection.has(case))
    counts = {case.id: selection.seeds or plan.seeds[case.id] for case in kept}
    return replace(plan, cases=kept, seeds=counts)


def _mark(case: Case, full: Sequence[Case], changes: Mapping[str, Any]) -> Case:
    """Mark a case of the quick profile as off the protocol, unless the full profile has it."""
    if any(case.id == other.id for other in full):
        return case
    words = []
    for key, value in changes.items():
        protocol = {other.axes.get(key, "") for other in full}
        if key != "seeds" and case.axes.get(key) not in protocol:
            words.append(f"{key} = {case.axes[key] if key in case.axes else label(value)}")
    return replace(case, protocol=False, deviation=", ".join(words))


def _cases(
    suite: Suite, changes: Mapping[str, Any], profile: Profile
) -> tuple[tuple[Case, ...], dict[str, int]]:
    cases: dict[str, Case] = {}
    seeds: dict[str, int] = {}
    for position, grid in enumerate(suite.grid):
        if profile not in grid.profiles:
            continue
        count = changes.get("seeds", grid.seeds or suite.seeds.count)
        count = min(count, grid.seeds or suite.seeds.count)
        for case in _grid_cases(suite, position, grid, {} if grid.as_is else changes):
            cases.setdefault(case.id, case)
            seeds[case.id] = max(count, seeds.get(case.id, 0))
    return tuple(cases.values()), seeds


def _grid_cases(
    suite: Suite, position: int, grid: Grid, changes: Mapping[str, Any]
) -> Iterator[Case]:
    everywhere = axis_names(suite)
    axes = dict(grid.axes)
    fixed: Values = {}
    for key, value in changes.items():
        if key in everywhere and isinstance(value, list):
            axes[key] = value
        elif key != "seeds":
            axes.pop(key, None)
            fixed[key] = value
    for combination in itertools.product(*axes.values()):
        chosen = {**fixed, **dict(zip(axes, combination, strict=True))}
        case = _case(suite, position, chosen)
        if _feasible(case):
            yield case


def _case(suite: Suite, position: int, chosen: Mapping[str, Any]) -> Case:
    tables = _apply(suite, position, chosen)
    top = {name: chosen.get(name) for name in ("experiment", "backend", "device")}
    experiment = experiments.get(str(top["experiment"] or suite.experiment))
    backend, device = str(top["backend"] or "numpy"), str(top["device"] or "cpu")
    config = _read(experiment, _config(suite, position, tables, experiment.tables, chosen))
    names = {"experiment": experiment.name, "backend": backend, "device": device}
    axes = _axes(suite, tables, chosen, names)
    identity = [suite.id, experiment.name, experiment.version, backend, device, config]
    if suite.seeds.rng != "pcg64":  # as a default it is left out, like every other
        identity.append([suite.seeds.rng, suite.seeds.step])
    if revision := _revision(experiment, config):
        identity.append({"revision": revision})
    return Case(digest.of_value(identity), suite.id, experiment.name, backend, device, axes, config)


def _apply(suite: Suite, position: int, chosen: Mapping[str, Any]) -> dict[str, Values]:
    """Return the suite's tables as plain values with the chosen axis values laid over them."""
    places = homes(suite)
    tables: dict[str, Values] = {}
    for name in TABLES:
        model: Table | None = getattr(suite, name)
        if model is not None:
            tables[name] = model.settings()
    if suite.params:
        tables["params"] = dict(suite.params)
    for key, value in chosen.items():
        if key not in places:
            raise _problem(suite, position, key, unknown("axis", key, places))
        if places[key]:
            tables.setdefault(places[key], {})[key] = value
    return tables


def _config(
    suite: Suite,
    position: int,
    tables: Mapping[str, Values],
    wanted: Sequence[str],
    chosen: Mapping[str, Any],
) -> dict[str, Values]:
    config: dict[str, Values] = {}
    for name in wanted:
        if name in TABLES and name in tables:
            config[name] = _validated(suite, position, name, tables[name], chosen)
        elif name == "params" and "params" in tables:
            config["params"] = tables["params"]
    return config


def _revision(experiment: Experiment, config: Values) -> int:
    return experiment.revision(_settings(config)) if experiment.revision is not None else 0


def _read(experiment: Experiment, config: Values) -> Values:
    """Leave out the keys of ``[params]`` that are for other cases of the suite."""
    if experiment.reads is None or "params" not in config:
        return config
    known = experiment.reads(_settings(config))
    tables = {name: values for name, values in config.items() if name != "params"}
    params = {key: value for key, value in config["params"].items() if key in known}
    return {**tables, "params": params} if params else tables


def _validated(
    suite: Suite, position: int, name: str, values: Values, chosen: Mapping[str, Any]
) -> Values:
    try:
        return TABLES[name].model_validate_json(digest.canonical(values)).settings()
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        key = str(detail["loc"][0]) if detail["loc"] else name
        place = key if key in chosen else f"{name}.{key}"
        raise _problem(suite, position, place, sentence(detail, TABLES[name])) from None


def _axes(
    suite: Suite, tables: Mapping[str, Values], chosen: Mapping[str, Any], top: Mapping[str, str]
) -> dict[str, Scalar]:
    axes: dict[str, Scalar] = dict(top)
    places, shared = homes(suite), labels(suite)
    for name in axis_names(suite):
        table = places.get(name, "")
        if table and name in chosen and isinstance(chosen[name], Mapping):
            axes[name] = shared.get(name, {}).get(
                digest.canonical(chosen[name]), label(chosen[name])
            )
        elif table:
            axes[name] = label(_setting(table, tables.get(table, {}), name))
    return axes


def _setting(table: str, values: Values, name: str) -> Any:
    """Return a setting of a table, its default when it is not given."""
    if table not in TABLES:
        return values.get(name)
    field = TABLES[table].model_fields[name]
    value = values.get(name, field.get_default(call_default_factory=True))
    if isinstance(value, Mapping) and "name" not in value:  # settings() left the default name out
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Table):
            value = kind.model_validate(value)
    return value.model_dump() if isinstance(value, Table) else value


def _feasible(case: Case) -> bool:
    """Whether a backend could ever run the case; what merely is absent here is skipped later."""
    backend = backends.get(case.backend)
    builtin = case.experiment in experiments.names()
    if case.device not in backend.devices:
        return False
    if builtin and case.experiment not in backend.experiments:
        return False
    values = settings(case)
    searches = case.experiment == "knn" or (
        values.timing is not None and values.timing.workload == "neighbors"
    )
    if searches and values.knn is not None:
        if values.knn.implementation not in backend.implementations:
            return False
    elif values.timing is not None and "train" not in backend.experiments:
        return False
    offers = experiments.get(case.experiment).offers
    if offers is not None and not offers(values, case.backend, case.device):
        return False
    copies = values.timing is not None and values.timing.transfer != "resident"
    return not copies or case.device == "cuda"


def _problem(suite: Suite, position: int, key: str, message: str) -> SuiteError:
    """Return an error at ``[data] n_train`` (`key` ``"data.n_train"``) or at an axis of a grid."""
    inside: tuple[str | int, ...] = tuple(key.split("."))
    path = inside if len(inside) > 1 else ("grid", position, key)
    return SuiteError([problem_at(suite, path, message)])

"""A suite and a profile to cases and cells."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from harness import backends, digest, sizes
from harness.config.base import Table
from harness.errors import SuiteError
from harness.experiments import table as experiments
from harness.experiments.base import Experiment, Settings
from harness.plan import size
from harness.plan.axes import TOP, axis_names, homes, label, labels
from harness.suite.explain import sentence
from harness.suite.load import problems_at
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
        cells: list[Cell] = []
        open_cases: Sequence[Case] = self.cases
        for seed in range(max(self.seeds.values(), default=0)):
            open_cases = [case for case in open_cases if seed < self.seeds[case.id]]
            cells += [self._cell(case, seed) for case in open_cases]
        return cells

    def _cell(self, case: Case, seed: int) -> Cell:
        alone = experiments.get(case.experiment).alone
        seeds = self.suite.seeds
        memory = sizes.parse(self.suite.memory) if self.suite.memory else 0
        budget = self.suite.budget
        return Cell(case, seed, seeds.root, budget, alone, seeds.script(seed), memory)


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
        If an axis or a setting of a case is not valid, or there are too many.
    """
    if profile == "full":
        return Plan(suite, profile, *_cases(suite, {}, "full"))
    full = expand(suite, "full").cases
    changes = {**suite.quick, **(suite.stand_in if not found else {})}
    cases, seeds = _cases(suite, changes, "quick")
    marked = _marked(cases, full, changes)
    if not found:
        marked = _stood_in(marked, full)
    return Plan(suite, profile, marked, seeds)


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


def _marked(
    cases: Sequence[Case], full: Sequence[Case], changes: Mapping[str, Any]
) -> tuple[Case, ...]:
    """Mark cases of the quick profile as off the protocol, unless the full profile has them."""
    known = {case.id for case in full}
    protocol = {key: {case.axes.get(key, "") for case in full} for key in changes if key != "seeds"}
    return tuple(case if case.id in known else _mark(case, protocol, changes) for case in cases)


def _mark(case: Case, protocol: Mapping[str, set[Scalar]], changes: Mapping[str, Any]) -> Case:
    words = [
        f"{key} = {case.axes[key] if key in case.axes else label(changes[key])}"
        for key, values in protocol.items()
        if case.axes.get(key) not in values
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
    data = case.config.get("data")
    return None if data is None else str(data["dataset"])


def _cases(
    suite: Suite, changes: Mapping[str, Any], profile: Profile
) -> tuple[tuple[Case, ...], dict[str, int]]:
    cases: dict[str, Case] = {}
    seeds: dict[str, int] = {}
    products = [
        _product(suite, position, grid, changes)
        for position, grid in enumerate(suite.grid)
        if profile in grid.profiles
    ]
    too_large = size.complaints([asked for asked, _ in products])
    if problems := problems_at(suite, too_large):
        raise SuiteError(problems)
    for asked, fixed in products:
        for case in _grid_cases(suite, asked, fixed):
            cases.setdefault(case.id, case)
            seeds[case.id] = max(asked.seeds, seeds.get(case.id, 0))
    return tuple(cases.values()), seeds


def _product(
    suite: Suite, position: int, grid: Grid, changes: Mapping[str, Any]
) -> tuple[size.Asked, Values]:
    """Return what a grid asks for after the changes of a profile, and what those fix."""
    most = grid.seeds or suite.seeds.count
    everywhere = axis_names(suite)
    axes = dict(grid.axes)
    fixed: Values = {}
    for key, value in ({} if grid.as_is else changes).items():
        if key in everywhere and isinstance(value, list):
            axes[key] = value
        elif key != "seeds":
            axes.pop(key, None)
            fixed[key] = value
    seeds = min(changes.get("seeds", most), most)
    return size.Asked(position, axes, seeds, own_seeds=grid.seeds is not None), fixed


def _grid_cases(suite: Suite, asked: size.Asked, fixed: Values) -> Iterator[Case]:
    for combination in itertools.product(*asked.axes.values()):
        chosen = {**fixed, **dict(zip(asked.axes, combination, strict=True))}
        case = _case(suite, asked.position, chosen)
        if _feasible(case):
            yield case


def _case(suite: Suite, position: int, chosen: Mapping[str, Any]) -> Case:
    tables = _apply(suite, position, chosen)
    top = {name: chosen.get(name) for name in TOP}
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
            raise _problem(suite, position, key, unknown("axis", key, _likely(suite, places)))
        if places[key]:
            tables.setdefault(places[key], {})[key] = value
    return tables


def _likely(suite: Suite, places: Mapping[str, str]) -> list[str]:
    """Return the names of axes among which the one meant is: those of the tables at hand."""
    return [name for name, table in places.items() if not table or getattr(suite, table)]


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


def default_of(suite: Suite, axis: str) -> Any:
    """Return the value that an axis has in a grid that does not list it."""
    if axis in TOP:
        return {"experiment": suite.experiment, "backend": "numpy", "device": "cpu"}[axis]
    table = homes(suite)[axis]
    return _setting(table, _apply(suite, 0, {}).get(table, {}), axis)


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
    """Return an error at ``[data] n_train`` (`key` ``"data.n_train"``) or at an axis of a grid.

    What is no axis of the grid is a change of a profile.
    """
    table, _, inside = key.rpartition(".")
    path: tuple[str | int, ...] = (table, inside)
    if not table:
        changed = [name for name in ("stand_in", "quick") if key in getattr(suite, name)]
        own = key in suite.grid[position].axes or not changed
        path = ("grid", position, key) if own else (changed[0], key)
    return SuiteError(problems_at(suite, [(path, message)]))

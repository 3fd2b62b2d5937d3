"""One combination of axis values to a case: its settings, its labels, its code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from harness import backends, digest
from harness.code.project import Project, matching
from harness.code.sources import Sources
from harness.config.claim import function_name
from harness.config.experiments import TABLES, Settings
from harness.config.kinds import Kind
from harness.config.table import Table
from harness.devices import DEVICES
from harness.errors import SuiteError
from harness.experiments.experiment import Experiment
from harness.experiments.registry import SuiteExperiments
from harness.plan.names import TOP, Axes, label
from harness.suite.explain import sentence
from harness.suite.schema import Suite
from harness.types import Case, Scalar
from harness.words import unknown

Values = dict[str, Any]
DEFAULTS: Mapping[str, str] = {"backend": "numpy", "device": "cpu"}
"""What a grid runs on that does not say."""


class Maker:
    """Makes the cases of a suite.

    Parameters
    ----------
    suite : Suite
        As loaded; its names are known to be names.
    known : SuiteExperiments
        Its experiments.
    """

    def __init__(self, suite: Suite, known: SuiteExperiments) -> None:
        self.suite = suite
        self.axes = Axes.of(suite, known)
        self.known = known
        self._own: Mapping[str, Values] = suite.non_default()
        # Cases of one grid share most of their tables: each is validated once.
        self._tables: dict[tuple[str, str], Table] = {}
        self._made: dict[tuple[int, str], Case] = {}  # profiles have most cases in common
        self._called = _called(suite.experiments)
        self._home = suite.home
        self._project = Project.of(suite.home)
        self._beside = [p for one in suite.depends for p in matching(one, self._project)]

    def case(self, position: int, chosen: Mapping[str, Any]) -> Case:
        """Return the case of one combination.

        Parameters
        ----------
        position : int
            Which grid of the suite.
        chosen : mapping of str to object
            Values of axes, and what a profile changes.

        Raises
        ------
        SuiteError
            If a value is not valid; names the line of the axis or of the table's key.
        """
        key = (position, digest.canonical(chosen))
        if key not in self._made:
            self._made[key] = self._make(position, chosen)
        return self._made[key]

    def _make(self, position: int, chosen: Mapping[str, Any]) -> Case:
        tables = self._with(position, chosen)
        top = {"experiment": self.suite.experiment, **DEFAULTS}
        top |= {name: str(chosen[name]) for name in TOP if chosen.get(name)}
        experiment = self.known.get(top["experiment"])
        settings = self._settings(position, tables, experiment, chosen)
        names = {**top, "experiment": experiment.name}
        sources = self._sources(experiment, settings)
        return Case(
            _id(self.suite, experiment, names, settings, sources), self.suite.id,
            experiment.name, names["backend"], names["device"],
            self._labels(tables, chosen, names, settings, experiment),
            settings, judged=self.suite.grid[position].claims,
            kinds=self._kinds(experiment, settings), timed=experiment.alone,
            home=self._home, code=sources.code,
            alone=experiment.alone or bool(experiment.apart and experiment.apart(settings)),
        )  # fmt: skip

    def default(self, axis: str) -> Any:
        """Return the value that an axis has in a grid that does not list it."""
        if axis in TOP:
            return {"experiment": self.suite.experiment, **DEFAULTS}[axis]
        table = self.axes.tables[axis]
        return _setting(table, self._own.get(table, {}), axis)

    def _problem(self, position: int, key: str, message: str) -> SuiteError:
        return SuiteError([self.suite.text.problem(self._place(position, key), message)])

    def _place(self, position: int, key: str) -> tuple[str | int, ...]:
        """Return where ``[data] n_train`` (`key` ``"data.n_train"``) or an axis of a grid stands.

        What is no axis of the grid is a change of a profile.
        """
        table, _, inside = key.rpartition(".")
        if table:
            return (table, inside)
        changed = [name for name in ("stand_in", "quick") if key in getattr(self.suite, name)]
        own = key in self.suite.grid[position].axes or not changed
        return ("grid", position, key) if own else (changed[0], key)

    def _with(self, position: int, chosen: Mapping[str, Any]) -> dict[str, Values]:
        """Return the suite's tables as plain values with the chosen values laid over them."""
        tables = dict(self._own)  # those that nothing is laid over stay the same objects
        for key, value in chosen.items():
            if key not in self.axes.tables:
                raise self._problem(position, key, unknown("axis", key, self._likely()))
            if table := self.axes.tables[key]:
                own = tables.get(table, {})
                if own is self._own.get(table, own):
                    own = tables[table] = dict(own)
                own[key] = value
        return tables

    def _likely(self) -> list[str]:
        """Return the names of axes among which the one meant is: those of the tables at hand."""
        names = self.axes.tables.items()
        given = {name for name in TABLES if getattr(self.suite, name)} | {"", "params"}
        return [name for name, table in names if table in given]

    def _settings(
        self,
        position: int,
        tables: Mapping[str, Values],
        experiment: Experiment,
        chosen: Mapping[str, Any],
    ) -> Settings:
        """Return the tables that the experiment reads, and the keys of ``[params]`` it reads."""
        wanted = [name for name in experiment.tables if name in TABLES and name in tables]
        found = {name: self._table(position, name, tables[name], chosen) for name in wanted}
        params = tables.get("params", {}) if "params" in experiment.tables else {}
        settings = Settings(**found, params=params)  # type: ignore[arg-type]
        if experiment.reads is None or not params:
            return settings
        known = experiment.reads(settings)
        params = {key: value for key, value in params.items() if key in known}
        return Settings(**found, params=params)  # type: ignore[arg-type]

    def _table(self, position: int, name: str, values: Values, chosen: Mapping[str, Any]) -> Table:
        text = "" if values is self._own.get(name) else digest.canonical(values)
        if (name, text) not in self._tables:
            try:
                self._tables[name, text] = TABLES[name].model_validate_json(
                    text or digest.canonical(values)
                )
            except ValidationError as error:
                detail = error.errors(include_url=False)[0]
                key = str(detail["loc"][0]) if detail["loc"] else name
                place = key if key in chosen else f"{name}.{key}"
                raise self._problem(position, place, sentence(detail, TABLES[name])) from None
        return self._tables[name, text]

    def _sources(self, experiment: Experiment, settings: Settings) -> Sources:
        if experiment.code is None:
            return Sources()
        own = experiment.code(settings, self._home)
        return own.including(self._beside, self._project) if self._beside else own

    def _kinds(self, experiment: Experiment, settings: Settings) -> Mapping[str, Kind]:
        """Return the kinds of what a case leaves; where every run repeats its draws, all fixed."""
        found = experiment.kinds(settings)
        if self.suite.seeds.script(0) == self.suite.seeds.script(1) is not None:
            found = dict.fromkeys(found, "fixed")
        return {**found, **self.suite.kinds}

    def _labels(
        self,
        tables: Mapping[str, Values],
        chosen: Mapping[str, Any],
        top: Mapping[str, str],
        settings: Settings,
        experiment: Experiment,
    ) -> dict[str, Scalar]:
        """Return the axes of a case: of ``[params]``, only the keys that it reads.

        Of other tables a user's function has none but those that it asks for.
        """
        defaults, theirs = experiment.defaults, experiment.code is not None
        labels: dict[str, Scalar] = {**top, "experiment": self._called[top["experiment"]]}
        for name in self.axes.names:
            table = self.axes.tables.get(name, "")
            if table == "params" and name not in settings.params:
                labels |= {name: label(defaults[name])} if name in defaults else {}
                continue
            if theirs and table not in ("", *experiment.tables):
                continue
            if table and name in chosen and isinstance(chosen[name], Mapping):
                labels[name] = self.axes.label(name, chosen[name])
            elif table:
                labels[name] = label(_setting(table, tables.get(table, {}), name))
        return labels


def _called(experiments: Collection[str]) -> dict[str, str]:
    """Return what each experiment is called: a function by its own name where that is enough."""
    own = {name: function_name(name) for name in experiments}
    known = Counter(own.values())
    return {name: own[name] if known[own[name]] == 1 else name for name in experiments}


def _setting(table: str, values: Mapping[str, Any], name: str) -> Any:
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


def feasible(case: Case, experiment: Experiment) -> bool:
    """Whether a backend could ever run the case; what merely is absent here is skipped later."""
    backend, values = backends.get(case.backend), case.settings
    ours = experiment.code is None  # a user's code computes with whatever it likes
    if case.device not in backend.devices or (ours and case.experiment not in backend.experiments):
        return False
    timing = values.timing
    searches = case.experiment == "knn" or (timing and timing.workload == "neighbors")
    if searches and values.knn is not None:
        if values.knn.implementation not in backend.implementations:
            return False
    elif timing is not None and "train" not in backend.experiments:
        return False
    if experiment.offers and not experiment.offers(values, case.backend, case.device):
        return False
    return timing is None or timing.transfer == "resident" or DEVICES.get(case.device).copies


def _id(
    suite: Suite,
    experiment: Experiment,
    names: Mapping[str, str],
    settings: Settings,
    sources: Sources,
) -> str:
    """Return the id of a case: made of all that may change its results, and of no default.

    Parameters
    ----------
    suite : Suite
        Its suite: the id, and how random numbers are drawn.
    experiment : Experiment
        Its experiment: name, version and revision.
    names : mapping of str to str
        ``backend`` and ``device``.
    settings : Settings
        Its tables.
    sources : Sources
        The user's files that it is made of.
    """
    identity: list[Any] = [
        suite.id, experiment.name, experiment.version, names["backend"], names["device"],
        _given(experiment, settings),
    ]  # fmt: skip
    if suite.seeds.rng != "pcg64":  # as a default it is left out, like every other
        identity.append([suite.seeds.rng, suite.seeds.step])
    if experiment.revision is not None and (revision := experiment.revision(settings)):
        identity.append({"revision": revision})
    if sources.address:
        identity.append({"code": dict(sources.address)})
    return digest.of_value(identity)


def _given(experiment: Experiment, settings: Settings) -> dict[str, Any]:
    """Return the settings that are no defaults, nor those of the experiment's own arguments."""
    values, known = settings.non_default(), experiment.defaults
    params = {
        key: value
        for key, value in settings.params.items()
        if key not in known or digest.canonical(value) != digest.canonical(known[key])
    }
    values.pop("params", None)
    return values | ({"params": params} if params else {})

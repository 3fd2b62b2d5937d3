"""What the schema cannot see: settings that do not go together, and claims that select nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from harness import claims, datasets
from harness.claims.select import matches
from harness.config.brief import BRIEFS
from harness.config.claim import Claim, Figure, Where
from harness.config.kinds import is_named
from harness.config.model import Model
from harness.config.settings import TABLES, Settings
from harness.config.shapes import ShapeError, parameter_count, place
from harness.datasets.dataset import Facts
from harness.datasets.roots import Roots
from harness.errors import UsageError
from harness.experiments.experiment import Experiment
from harness.experiments.registry import Known
from harness.plan.expand import Plan, Plans
from harness.plan.names import Complaint, Path
from harness.registry import Registry
from harness.suite.schema import Suite
from harness.types import Case
from harness.words import MOST_NAMED, shortened, unknown

MOST_NUMBERS = 1_000_000_000
"""What a cell may train, at most; in single precision 4 GB."""

BESIDE = ("machine", "deviation")
"""What a figure may be coloured by beside the axes."""


class FigureKind(Protocol):
    """What must be known of a kind of figure to check its keys."""

    @property
    def x_is_axis(self) -> bool:
        """Whether what ``x`` names is an axis of the suite."""
        ...

    @property
    def hue_is_axis(self) -> bool:
        """Whether what ``hue`` names is one."""
        ...

    @property
    def draws_y(self) -> bool:
        """Whether it draws what ``y`` names."""
        ...


FigureKinds = Registry[FigureKind]

IGNORED = "; a column that tells no cases apart can be left out, with [records] ignore"


def check(plans: Plans, sources: Collection[str], figure_kinds: FigureKinds) -> None:
    """Check everything about a suite that can be known before a cell runs.

    Parameters
    ----------
    plans : Plans
        Of the suite.
    sources : collection of str
        Keys of the documents that it may quote.
    figure_kinds : Registry
        The kinds of figure there are.

    Raises
    ------
    SuiteError
        With every problem found.
    """
    text = plans.suite.text
    text.refuse([*_cases(plans), *_unread(plans)])
    text.refuse(_beside(plans))
    text.refuse(_seeds(plans))
    text.refuse(_kinds(plans))
    text.refuse([*_claims(plans, sources), *_figures(plans, figure_kinds)])


def _seeds(plans: Plans) -> Iterator[Complaint]:
    seeds = plans.suite.seeds
    if seeds.most is not None and seeds.most < seeds.count:
        yield ("seeds", "most"), f"must be count = {seeds.count} or more, got {seeds.most}"


def _unread(plans: Plans) -> Iterator[Complaint]:
    """Yield the keys of ``[params]`` that no case reads: most likely misspelt."""
    read = {
        key for plan in plans for case in plan.cases for key in _read(plans.known.of(case), case)
    }
    for key in plans.suite.params:
        if key not in read:
            known = sorted(_readable(plans))
            nothing = "" if known else " No case of the suite reads a key of [params]."
            yield ("params", key), unknown("key of [params]", key, known) + nothing


def _beside(plans: Plans) -> Iterator[Complaint]:
    """Yield the tables that say what is to be run, where something else is run."""
    read = {t for plan in plans for case in plan.cases for t in plans.known.of(case).tables}
    for table in BRIEFS.keys() - read:
        if table in TABLES and getattr(plans.suite, table) is not None:
            yield (table,), "must not stand beside an experiment that is another; drop one of them"


def _read(experiment: Experiment, case: Case) -> set[str]:
    given, asks = {*case.settings.params}, experiment.asks
    return given if asks is None else given & asks(case.settings, case.home)


def _readable(plans: Plans) -> set[str]:
    known: set[str] = set()
    for plan in plans:
        for case in plan.cases:
            experiment = plans.known.of(case)
            if experiment.reads is not None:
                known |= experiment.reads(case.settings)
            if experiment.asks is not None:
                known |= experiment.asks(case.settings, case.home)
    return known


def _cases(plans: Plans) -> Iterator[Complaint]:
    seen: set[tuple[str, int]] = set()  # profiles have most settings in common, as one object
    for plan in plans:
        if not plan.cases:
            yield ("grid",), f"the {plan.profile} profile must have at least one case, got none"
        for case in plan.cases:
            if (key := (case.experiment, id(case.settings))) not in seen:
                seen.add(key)
                yield from _case(case, plans)


def _case(case: Case, plans: Plans) -> Iterator[Complaint]:
    experiment, values, suite = plans.known.of(case), case.settings, plans.suite
    yield from _missing_tables(experiment, values)
    if experiment.complaints is not None:
        yield from (_placed(suite, *one) for one in experiment.complaints(values))
    if experiment.absent is not None:
        yield from (_placed(suite, *one) for one in experiment.absent(values, case.home))
    if values.train is not None:
        yield from _inside("train", values.train.complaints())
    yield from _data(values)


def _placed(suite: Suite, path: tuple[str, ...], message: str) -> Complaint:
    """Return a complaint about a key where the file has what is wrong: there, or in a grid.

    Of the tables that name code a grid may give another value than the table does.
    """
    if path[:1] == ("speed",) or (path[:1] == ("params",) and path not in suite.text.lines):
        for position, grid in enumerate(suite.grid):
            if path[1:] and path[1] in grid.axes:
                return ("grid", position, path[1]), message
    return path, message


def _missing_tables(experiment: Experiment, values: Settings) -> Iterator[Complaint]:
    for table in experiment.requires:
        if not getattr(values, table):
            yield (table,), f"the experiment {experiment.name!r} must have a [{table}] table"


def _data(values: Settings) -> Iterator[Complaint]:
    data = values.data
    if data is None:
        return
    if wrong := [*data.complaints()]:
        yield from _inside("data", wrong)
        return
    try:
        facts = datasets.facts(data, Roots.find(None), {})
    except UsageError as error:
        yield ("data",), str(error)
        return
    if facts is not None:
        yield from _inside("data", datasets.complaints(data, facts))
        if values.model is not None:
            yield from _shapes(values.model, facts)


def _inside(table: str, complaints: Iterable[tuple[str, str]]) -> Iterator[Complaint]:
    yield from (((table, key), message) for key, message in complaints)


def _shapes(model: Model, facts: Facts) -> Iterator[Complaint]:
    inside: Path = ("layers",) if model.layers else ("hidden",)
    try:
        parameters = parameter_count(place(model, facts.shape, facts.outputs))
    except ShapeError as error:
        place_of = (*inside, error.layer) if model.layers else inside
        yield ("model", *place_of), str(error)
        return
    if parameters > MOST_NUMBERS:
        message = f"must have at most {MOST_NUMBERS:,} parameters, got {parameters:,}"
        yield ("model", *inside), message


def _claims(plans: Plans, sources: Collection[str]) -> Iterator[Complaint]:
    seen: set[str] = set()
    judged = _judged(plans.full)
    for position, claim in enumerate(plans.suite.claims):
        here = claim.place or ("claims", position)
        if claim.id in seen:
            yield (*here, "id"), f"must be unique within the suite, got {claim.id!r} twice"
        seen.add(claim.id)
        if claim.source is not None and claim.source.key not in sources:
            where = "" if sources else " There are no documents where the suite lies."
            place = _source_of(claim, plans.suite)
            yield place, unknown("source", claim.source.key, sources) + where
        if message := claims.check_claim(claim):
            yield (*here, "expect"), message
        found = list(_selections(plans, judged, claim, here))
        yield from found
        if not found and (message := claims.check_selection(claim, judged.cases)):
            yield (*here, "where"), message + (IGNORED if plans.memory else "")


def _judged(plan: Plan) -> Plan:
    """Return a plan without the cases that are there for pictures."""
    return replace(plan, cases=tuple(case for case in plan.cases if case.judged))


def _source_of(claim: Claim, suite: Suite) -> Path:
    """Return where the file says which document a claim quotes: there, or around it."""
    around: list[Path] = [(*claim.place, "source"), (*claim.place[:2], "source")]
    return next((place for place in around if place in suite.text.lines), ("source", "key"))


def _selections(plans: Plans, judged: Plan, claim: Claim, here: Path) -> Iterator[Complaint]:
    sides: dict[Path, Where] = {(): {}}
    if claim.compare is not None:
        sides = {
            ("compare", "better"): claim.compare.better,
            ("compare", "than"): claim.compare.than,
        }
    for side, where in sides.items():
        place = (*here, *(side or ("where",)))
        cases = yield from _select(plans, judged, {**claim.where, **where}, place)
        if cases:
            yield from _metric(claim, cases, here, plans.known)
    if claim.along is not None and claim.along not in plans.axes.names:
        yield (*here, "along"), unknown("axis", claim.along, plans.axes.names)
    for axis in claim.expect.best or {}:
        if axis not in plans.axes.names:
            yield (*here, "expect", "best"), unknown("axis", axis, plans.axes.names)


def _select(
    plans: Plans, plan: Plan, where: Mapping[str, Any], here: Path
) -> Any:  # a generator that returns the cases it selects
    for axis in where:
        if axis not in plans.axes.names:
            yield here, unknown("axis", axis, plans.axes.names)
            return []
    cases = [case for case in plan.cases if matches(case, where)]
    if not cases:
        hint = _existing_values(where, plan)
        yield here, f"must select at least one case, got none for {_selection(where)}{hint}"
    named = dict.fromkeys(case.experiment for case in cases) if "experiment" in where else {}
    if len(named) > 1:
        places = ", ".join(map(_toml, named))
        asked = _toml(where["experiment"])
        yield (
            here,
            f"experiment must name one function, got {asked}, the name of {len(named)}: {places}; "
            "give the whole place of one",
        )
    return cases


def _selection(where: Mapping[str, Any]) -> str:
    return ", ".join(f"{axis} = {_toml(value)}" for axis, value in where.items()) or "all"


def _existing_values(where: Mapping[str, Any], plan: Plan) -> str:
    """Say what values there are of the first axis that has none of those asked for."""
    for axis, value in where.items():
        there = dict.fromkeys(case.axes[axis] for case in plan.cases if axis in case.axes)
        if not any(matches(case, {axis: value}) for case in plan.cases):
            return f"; {axis} is {' or '.join(_toml(one) for one in list(there)[:MOST_NAMED])}"
    return "; no case has all of them"


def _toml(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False))


def _metric(claim: Claim, cases: list[Case], here: Path, known: Known) -> Iterator[Complaint]:
    names = _left_by(cases, known)
    if names is not None and not is_named(claim.metric, {"diverged", *names}):
        yield (*here, "metric"), unknown("metric", claim.metric, {"diverged", *names})


def _kinds(plans: Plans) -> Iterator[Complaint]:
    """Yield the names in ``[kinds]`` of which no case of the suite leaves a number."""
    if not plans.suite.kinds:
        return
    names = _left_by((case for plan in plans for case in plan.cases), plans.known)
    for name in plans.suite.kinds:
        if name == "diverged":
            yield ("kinds", name), "must not be given: whether a run diverged is 0 or 1"
        elif names is not None and not is_named(name, names):
            yield ("kinds", name), unknown("metric", name, names)


def _left_by(cases: Iterable[Case], known: Known) -> set[str] | None:
    """Return the names of all that cases can leave; None where that is not known beforehand."""
    names: set[str] = set()
    for case in cases:
        produces = known.of(case).produces
        if produces is None:
            return None
        names |= produces(case.settings)
    return names


def _figures(plans: Plans, kinds: FigureKinds) -> Iterator[Complaint]:
    seen: set[str] = set()
    for position, figure in enumerate(plans.suite.figures):
        here: Path = ("figures", position)
        if figure.id in seen:
            yield (*here, "id"), f"must be unique within the suite, got {figure.id!r} twice"
        seen.add(figure.id)
        if figure.kind not in kinds:
            yield (*here, "kind"), kinds.unknown(figure.kind)
        else:
            yield from _roles(plans, figure, kinds.get(figure.kind), here)
        if not figure.profiles:
            continue
        full = next(plan for plan in plans if plan.profile == figure.profiles[-1])
        yield from _select(plans, full, figure.where, (*here, "where"))
        for side in ("better", "than") if figure.compare else ():
            where = {**figure.where, **getattr(figure.compare, side)}
            yield from _select(plans, full, where, (*here, "compare", side))


def _roles(plans: Plans, figure: Figure, kind: FigureKind, here: Path) -> Iterator[Complaint]:
    """Yield the keys of a figure that must name an axis and name none, or must be given."""
    names = plans.axes.names
    if kind.x_is_axis and figure.x not in names:
        yield (*here, "x"), unknown("axis", figure.x, names)
    if kind.hue_is_axis and figure.hue not in ("", *BESIDE, *names):
        yield (*here, "hue"), unknown("axis", figure.hue, [*names, *BESIDE])
    if kind.draws_y and not figure.y:
        yield (*here, "y"), "must be given: what is drawn"

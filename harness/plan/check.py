"""What the schema cannot see: names, shapes, and claims that select nothing."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from harness import claims, datasets
from harness.config.claim import Claim, Figure, Where, same, selects
from harness.config.data import Data
from harness.config.model import Model
from harness.config.shapes import ShapeError, parameter_count, place
from harness.datasets.base import Facts
from harness.datasets.roots import Roots
from harness.errors import UsageError
from harness.experiments import table as experiments
from harness.experiments.base import Experiment, Settings
from harness.plan.axes import axis_names
from harness.plan.expand import Plan, expand, settings
from harness.plan.names import Complaint, Path, check_names, refuse
from harness.suite.schema import Suite
from harness.types import Case
from harness.words import MOST_NAMED, shortened, unknown

MOST_NUMBERS = 1_000_000_000
"""What a cell may draw, or train, at most; in single precision 4 GB."""

OF_AXES, COLOURED = ("bars", "line"), ("bars", "curve", "fits", "line")
"""Kinds of figure whose x, and whose hue, is an axis of the suite."""
MEASURING = ("bars", "curve", "line", "paired")
"""Kinds of figure that draw what ``y`` names."""
BESIDE = ("machine", "deviation")
"""What a figure may be coloured by beside the axes."""


def check(suite: Suite, sources: Collection[str], figure_kinds: Collection[str]) -> None:
    """Check everything about a suite that can be known before a cell runs.

    Parameters
    ----------
    suite : Suite
        As loaded.
    sources : collection of str
        Keys of the bibliography.
    figure_kinds : collection of str
        Names of the kinds of figure there are.

    Raises
    ------
    SuiteError
        With every problem found.
    """
    check_names(suite)
    plans = [expand(suite, "full"), expand(suite, "quick"), expand(suite, "quick", found=False)]
    refuse(suite, itertools.chain.from_iterable(_cases(plan) for plan in plans))
    refuse(suite, _unread(suite, [case for plan in plans for case in plan.cases]))
    complaints = itertools.chain(
        _claims(suite, plans[0], sources), _figures(suite, plans, figure_kinds)
    )
    refuse(suite, complaints)


def _unread(suite: Suite, cases: Collection[Case]) -> Iterator[Complaint]:
    """Yield the keys of ``[params]`` that no case reads: most likely misspelt."""
    read = {key for case in cases for key in case.config.get("params", {})}
    for key in suite.params:
        if key not in read:
            known = sorted(_readable(cases))
            nothing = "" if known else " No case of the suite reads a key of [params]."
            yield ("params", key), unknown("key of [params]", key, known) + nothing


def _readable(cases: Collection[Case]) -> set[str]:
    known: set[str] = set()
    for case in cases:
        reads = experiments.get(case.experiment).reads
        known |= reads(settings(case)) if reads is not None else set()
    return known


def _cases(plan: Plan) -> Iterator[Complaint]:
    if not plan.cases:
        yield ("grid",), f"the {plan.profile} profile must have at least one case, got none"
    for case in plan.cases:
        experiment, values = experiments.get(case.experiment), settings(case)
        yield from _missing_tables(experiment, values)
        if experiment.complaints is not None:
            yield from experiment.complaints(values)
        yield from _training(values)
        yield from _data(values)


def _missing_tables(experiment: Experiment, values: Settings) -> Iterator[Complaint]:
    for table in experiment.requires:
        if not getattr(values, table):
            yield (table,), f"the experiment {experiment.name!r} must have a [{table}] table"


def _training(values: Settings) -> Iterator[Complaint]:
    train = values.train
    if train is None:
        return
    if (train.lr is None) == (train.optimizer.lr is None):
        yield ("train", "lr"), "must be given exactly once: as lr, or inside optimizer"
    if (train.epochs is None) == (train.steps is None):
        yield ("train", "epochs"), "must have exactly one of epochs and steps"


def _data(values: Settings) -> Iterator[Complaint]:
    data = values.data
    if data is None:
        return
    if (data.dataset == "synthetic") != (data.synthetic is not None):
        yield ("data", "synthetic"), 'must be given for dataset = "synthetic" and for no other'
        return
    try:
        facts = datasets.facts(data, Roots.find(None), {})
    except UsageError as error:
        yield ("data",), str(error)
        return
    if facts is None:
        return
    for key, there in (("n_train", facts.n_train), ("n_test", facts.n_test)):
        asked = getattr(data, key)
        if asked is not None and asked > there:
            yield ("data", key), f"must be at most {there} for {data.dataset}, got {asked} instead"
    if data.n_validation and data.n_validation >= (data.n_train or facts.n_train):
        yield ("data", "n_validation"), "must be smaller than the number of training examples"
    yield from _sizes(data, facts)
    if values.model is not None:
        yield from _shapes(values.model, facts)


def _sizes(data: Data, facts: Facts) -> Iterator[Complaint]:
    """Yield what is too large to be drawn; what a data set has in its files is there already."""
    if data.synthetic is None:
        return
    numbers = (facts.n_train + facts.n_test) * math.prod(facts.shape)
    if numbers > MOST_NUMBERS:
        yield ("data", "synthetic"), f"must draw at most {MOST_NUMBERS:,} numbers, got {numbers:,}"


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


def _claims(suite: Suite, plan: Plan, sources: Collection[str]) -> Iterator[Complaint]:
    seen: set[str] = set()
    for position, claim in enumerate(suite.claims):
        here = ("claims", position)
        if claim.id in seen:
            yield (*here, "id"), f"must be unique within the suite, got {claim.id!r} twice"
        seen.add(claim.id)
        source = claim.source or suite.source
        if source.key not in sources:
            where = "" if sources else " There is no sources.toml beside the suite."
            place: Path = (*here, "source") if claim.source else ("source", "key")
            yield place, unknown("source", source.key, sources) + where
        if message := claims.check_claim(claim):
            yield (*here, "expect"), message
        found = list(_selections(suite, plan, claim, here))
        yield from found
        if not found and (message := claims.check_selection(claim, plan.cases)):
            yield (*here, "where"), message


def _selections(suite: Suite, plan: Plan, claim: Claim, here: Path) -> Iterator[Complaint]:
    sides: dict[Path, Where] = {(): {}}
    if claim.compare is not None:
        sides = {
            ("compare", "better"): claim.compare.better,
            ("compare", "than"): claim.compare.than,
        }
    for side, where in sides.items():
        place = (*here, *(side or ("where",)))
        cases = yield from _select(suite, plan, {**claim.where, **where}, place)
        if cases:
            yield from _metric(claim, cases, here)
    if claim.along is not None and claim.along not in axis_names(suite):
        yield (*here, "along"), unknown("axis", claim.along, axis_names(suite))
    for axis in claim.expect.best or {}:
        if axis not in axis_names(suite):
            yield (*here, "expect", "best"), unknown("axis", axis, axis_names(suite))


def _select(
    suite: Suite, plan: Plan, where: Mapping[str, Any], here: Path
) -> Any:  # a generator that returns the cases it selects
    for axis in where:
        if axis not in axis_names(suite):
            yield here, unknown("axis", axis, axis_names(suite))
            return []
    cases = [case for case in plan.cases if selects(where, case.axes)]
    if not cases:
        hint = _there(where, plan)
        yield here, f"must select at least one case, got none for {_said(where)}{hint}"
    return cases


def _said(where: Mapping[str, Any]) -> str:
    return ", ".join(f"{axis} = {_toml(value)}" for axis, value in where.items()) or "all"


def _there(where: Mapping[str, Any], plan: Plan) -> str:
    """Say what values there are of the first axis that has none of those asked for."""
    for axis, value in where.items():
        there = dict.fromkeys(case.axes[axis] for case in plan.cases if axis in case.axes)
        if not any(same(one, value) for one in there):
            return f"; {axis} is {' or '.join(_toml(one) for one in list(there)[:MOST_NAMED])}"
    return "; no case has all of them"


def _toml(value: Any) -> str:
    return shortened(json.dumps(value, ensure_ascii=False))


def _metric(claim: Claim, cases: list[Case], here: Path) -> Iterator[Complaint]:
    names: set[str] = {"diverged"}
    for case in cases:
        produces = experiments.get(case.experiment).produces
        if produces is None:
            return
        names |= produces(settings(case))
    if claim.metric not in names:
        yield (*here, "metric"), unknown("metric", claim.metric, names)


def _figures(suite: Suite, plans: list[Plan], kinds: Collection[str]) -> Iterator[Complaint]:
    seen: set[str] = set()
    for position, figure in enumerate(suite.figures):
        here: Path = ("figures", position)
        if figure.id in seen:
            yield (*here, "id"), f"must be unique within the suite, got {figure.id!r} twice"
        seen.add(figure.id)
        if figure.kind not in kinds:
            yield (*here, "kind"), unknown("kind of figure", figure.kind, kinds)
        yield from _roles(suite, figure, here)
        if not figure.profiles:
            continue
        full = next(plan for plan in plans if plan.profile == figure.profiles[-1])
        yield from _select(suite, full, figure.where, (*here, "where"))
        for side in ("better", "than") if figure.compare else ():
            where = {**figure.where, **getattr(figure.compare, side)}
            yield from _select(suite, full, where, (*here, "compare", side))


def _roles(suite: Suite, figure: Figure, here: Path) -> Iterator[Complaint]:
    """Yield the keys of a figure that must name an axis and name none, or must be given."""
    names = axis_names(suite)
    if figure.kind in OF_AXES and figure.x not in names:
        yield (*here, "x"), unknown("axis", figure.x, names)
    if figure.kind in COLOURED and figure.hue not in ("", *BESIDE, *names):
        yield (*here, "hue"), unknown("axis", figure.hue, [*names, *BESIDE])
    if figure.kind in MEASURING and not figure.y:
        yield (*here, "y"), "must be given: what is drawn"

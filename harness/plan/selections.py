"""What claims and figures quote, select and measure, among the cases of a plan."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from harness import claims
from harness.claims.select import matches
from harness.config.claim import Claim, Figure, Where
from harness.config.kinds import is_named
from harness.errors import Problem
from harness.experiments.registry import SuiteExperiments
from harness.plan.expand import Plan, Plans
from harness.plan.names import Complaint, Path
from harness.registry import Registry
from harness.suite.schema import Suite
from harness.types import Case
from harness.words import MOST_NAMED, shortened, unknown

IGNORED = "; a column that tells no cases apart can be left out, with [records] ignore"
BESIDE = ("machine", "deviation")
"""What a figure may be coloured by beside the axes."""


def select(
    plans: Plans, plan: Plan, where: Mapping[str, Any], here: Path
) -> Any:  # a generator that returns the cases it selects
    """Yield what is wrong with a selection; return the cases that it selects."""
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


def left_by(cases: Iterable[Case], known: SuiteExperiments) -> set[str] | None:
    """Return the names of all that cases can leave; None where that is not known beforehand."""
    names: set[str] = set()
    for case in cases:
        produces = known.of(case).produces
        if produces is None:
            return None
        names |= produces(case.settings)
    return names


def of_claims(plans: Plans, sources: Collection[str]) -> Iterator[Complaint]:
    """Yield what is wrong with the claims."""
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


def unsettled(plans: Plans) -> Iterator[Problem]:
    """Yield every claim of a checked suite that its full profile has too few runs for."""
    cases = [case for case in plans.full.cases if case.judged]
    seeds = plans.suite.seeds
    looks = claims.looks(seeds.count, seeds.most)
    last = len(looks.factors) - 1
    planned = {case: looks.seeds(runs, last) for case, runs in plans.full.seeds.items()}
    for claim in plans.suite.claims:
        if why := claims.undecidable(claim, cases, planned, looks.alpha(last)):
            yield plans.suite.text.problem((*claim.place, "id"), why)


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
        cases = yield from select(plans, judged, {**claim.where, **where}, place)
        if cases:
            yield from _metric(claim, cases, here, plans.known)
    if claim.along is not None and claim.along not in plans.axes.names:
        yield (*here, "along"), unknown("axis", claim.along, plans.axes.names)
    for axis in claim.expect.best or {}:
        if axis not in plans.axes.names:
            yield (*here, "expect", "best"), unknown("axis", axis, plans.axes.names)


def _metric(
    claim: Claim, cases: list[Case], here: Path, known: SuiteExperiments
) -> Iterator[Complaint]:
    names = left_by(cases, known)
    if names is not None and not is_named(claim.metric, {"diverged", *names}):
        yield (*here, "metric"), unknown("metric", claim.metric, {"diverged", *names})


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

    def wordless(self, figure: Figure, words: Mapping[str, str]) -> tuple[str, ...]:
        """Return the names that it would write as keys; ``""`` for an axis without a name."""
        ...


FigureKinds = Registry[FigureKind]


def of_figures(plans: Plans, kinds: FigureKinds) -> Iterator[Complaint]:
    """Yield what is wrong with the figures."""
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
        yield from _theory(figure, here)
        if not figure.profiles:
            continue
        full = next(plan for plan in plans if plan.profile == figure.profiles[-1])
        yield from select(plans, full, figure.where, (*here, "where"))
        for side in ("better", "than") if figure.compare else ():
            where = {**figure.where, **getattr(figure.compare, side)}
            yield from select(plans, full, where, (*here, "compare", side))


def _roles(plans: Plans, figure: Figure, kind: FigureKind, here: Path) -> Iterator[Complaint]:
    """Yield the keys of a figure that must name an axis and name none, or must be given."""
    names = plans.axes.names
    if kind.x_is_axis and figure.x not in names:
        yield (*here, "x"), unknown("axis", figure.x, names)
    if kind.hue_is_axis and figure.hue not in ("", *BESIDE, *names):
        yield (*here, "hue"), unknown("axis", figure.hue, [*names, *BESIDE])
    if kind.draws_y and not figure.y:
        yield (*here, "y"), "must be given: what is drawn"


def wordless(suite: Suite, kinds: FigureKinds) -> Iterator[Complaint]:
    """Yield what figures would write as keys, where readers need words."""
    for position, figure in enumerate(suite.figures):
        for name in kinds.get(figure.kind).wordless(figure, suite.labels):
            role = next(role for role in ("x", "y", "hue") if getattr(figure, role) == name)
            message = (
                f"must have words for readers, got none for {name!r}; "
                f'write what it is, with its unit, under [labels]: {json.dumps(name)} = "..."'
                if name
                else "must be given: what the axis is"
            )
            yield ("figures", position, role), message


def _theory(figure: Figure, here: Path) -> Iterator[Complaint]:
    for position, line in enumerate(figure.theory):
        if (line.x is None) is (line.y is None):
            yield (*here, "theory", position), "must have x or y, and not both"
        for axis, value in (("x", line.x), ("y", line.y)):
            if axis in figure.log and isinstance(value, float) and value <= 0.0:
                must = f"must be above 0 on a logarithmic axis, got {value:g}"
                yield (*here, "theory", position, axis), must

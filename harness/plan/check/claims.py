"""Claims: what they quote, select and measure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from harness import claims
from harness.config.claim import Claim, Where
from harness.config.kinds import is_named
from harness.errors import Problem
from harness.experiments.registry import SuiteExperiments
from harness.plan.check.selections import left_by, select
from harness.plan.expand import Plan, Plans
from harness.plan.names import Complaint, Path
from harness.suite.schema import Suite
from harness.types import Case
from harness.words import unknown

IGNORED = "; a column that tells no cases apart can be left out, with [records] ignore"


def complaints(plans: Plans, sources: Collection[str]) -> Iterator[Complaint]:
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

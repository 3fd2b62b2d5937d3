"""Claims that the planned runs can never settle, with the line they stand on."""

from __future__ import annotations

from collections.abc import Iterator

from harness import claims
from harness.errors import Problem
from harness.plan.expand import Plans


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

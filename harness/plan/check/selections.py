"""What ``where`` selects among the cases of a plan, and what these leave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from harness.claims.select import matches
from harness.experiments.registry import SuiteExperiments
from harness.plan.expand import Plan, Plans
from harness.plan.names import Path
from harness.types import Case
from harness.words import MOST_NAMED, shortened, unknown


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

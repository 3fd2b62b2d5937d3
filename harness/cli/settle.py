"""``harness run --until-settled``: seeds are added for the claims that are still open."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness import claims as judging
from harness.cli.carry import RunResult, carry_out
from harness.cli.console import Output
from harness.errors import UsageError
from harness.execute.run import Runner
from harness.plan.expand import Plan, Plans
from harness.store.provenance import declare, declared
from harness.words import plural
from harness.workspace.suites import Workspace
from harness.workspace.verdicts import looks_of


@dataclass(frozen=True)
class Limits:
    """How far to go.

    Attributes
    ----------
    most : int or None
        Seeds of the cases of suites that do not say themselves.
    seconds : float
        No further look is begun after so long.
    """

    most: int | None
    seconds: float


def settle(
    workspace: Workspace,
    todo: Sequence[Plan],
    runner: Runner,
    limits: Limits,
    output: Output,
    *,
    trace: bool,
) -> RunResult:
    """Run plans, then look after look those cells that open claims need.

    Raises
    ------
    UsageError
        If a suite does not say how far its seeds may go, and nothing else does.
    """
    started = time.monotonic()
    for plans in workspace.plans:
        _declare(plans, runner, limits, output)
    ran, look = carry_out(runner, list(todo), output, trace=trace), 1
    while time.monotonic() - started < limits.seconds:
        chosen = {plan.suite.id: plan for plan in todo}
        further = [
            plan
            for plans in workspace.plans
            if (plan := _open(plans, chosen[plans.suite.id], look, runner)).cases
        ]
        if not further:
            break
        cases = sum(len(plan.cases) for plan in further)
        output.err.print(f"look {look + 1}: more seeds for {plural(cases, 'case')} of open claims")
        ran, look = ran + carry_out(runner, further, output, trace=trace), look + 1
    return ran


def _declare(plans: Plans, runner: Runner, limits: Limits, output: Output) -> None:
    """Keep how far the seeds may go; what was kept before, under other levels, holds."""
    suite, folder = plans.suite, runner.store.folder
    if plans.memory:
        return
    wanted = suite.seeds.most if suite.seeds.most is not None else limits.most
    known = declared(folder).get(suite.id)
    if known is None and wanted is None:
        raise UsageError(
            f"the suite {suite.id} must say how far its seeds may go: give --max-seeds, or most in "
            "its [seeds]"
        )
    if known is None and wanted is not None:
        with runner.store.writing():
            declare(folder, suite.id, wanted)
    elif wanted is not None and wanted != known:
        output.err.print(
            f"note: {suite.id} goes up to {known} seeds, as was declared before the first look; "
            f"{wanted} would be other levels, and takes another folder of results"
        )


def _open(plans: Plans, plan: Plan, look: int, runner: Runner) -> Plan:
    """Return the cells that the open claims of a suite need for a look; none past the last."""
    if plans.memory:
        return replace(plan, cases=())
    looks = looks_of(plans.suite, declared(runner.store.folder))
    if look >= len(looks.factors):
        return replace(plan, cases=())
    cited = dict[str, str]()
    verdicts = judging.judge(plans.suite, plans.cases, runner.store, cited, plans.full.seeds, looks)
    wanted = judging.open_cases(plans.suite, plan.cases, verdicts)
    cases = tuple(case for case in plan.cases if case.id in wanted)
    planned = {**plan.seeds, **plans.full.seeds}
    seeds = {case.id: looks.seeds(planned[case.id], look) for case in cases}
    return replace(plan, cases=cases, seeds=seeds)

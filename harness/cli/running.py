"""What ``harness run`` does: cells, then verdicts, and a page where one is asked for.

With ``--until-settled`` seeds are added for the claims that are still open.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness import claims as judging
from harness import datasets, project
from harness.audit.again import Size
from harness.cli import codes
from harness.cli.carry import RunResult, carry_out
from harness.cli.console import Output
from harness.cli.ending import Ending, fetchable, print_ending
from harness.datasets.dataset import Roots
from harness.errors import UsageError
from harness.execute.machines import machines_of
from harness.execute.run import Options, Runner
from harness.plan.expand import Plan, Plans
from harness.plan.select import Selection, narrow
from harness.store.provenance import declare, declared
from harness.store.store import Store
from harness.types import Profile, Verdict
from harness.words import plural
from harness.workspace.suites import Workspace, open_workspace
from harness.workspace.verdicts import judged, looks_of


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


@dataclass(frozen=True)
class Asked:
    """The options of a run, as the command line has them."""

    names: Sequence[str]
    suites: Sequence[Path]
    results: Path
    data: Path | None
    profile: Profile
    use: Sequence[str]
    seeds: int | None
    experiment: Sequence[str]
    backend: Sequence[str]
    device: Sequence[str]
    jobs: int | None
    cluster: str | None
    timeout: float | None
    report: Path | None
    memory: int | None
    until_settled: bool
    max_seeds: int | None
    seconds: float | None
    trace: bool
    force: bool
    one_by_one: bool
    strict: bool
    verify: Size | None

    @property
    def selection(self) -> Selection:
        """The part of the plans to run."""
        return Selection(self.seeds, self.experiment, self.backend, self.device)

    @property
    def wanted(self) -> Profile:
        """The profile; claims are settled by the full one."""
        return "full" if self.until_settled else self.profile

    def options(self) -> Options:
        """Return the options of the runner, but for how many cells run at a time."""
        return Options(
            roots=Roots.find(self.data),
            use=datasets.parse_use(self.use),
            timeout=self.timeout,
            force=self.force,
            memory=self.memory,
            one_by_one=self.one_by_one,
        )


def run(asked: Asked, output: Output) -> int:
    """Run the cells that are asked for and not done yet, judge the claims, tell of both.

    Returns
    -------
    int
        The exit code.
    """
    started = time.monotonic()
    workspace = open_workspace(asked.names, asked.suites)
    options = asked.options()
    todo = workspace.to_run(asked.wanted, options.roots, options.use, asked.selection)
    with machines_of(
        asked.cluster, options.roots, lambda line: output.err.print(f"note: {line}")
    ) as machines:
        options = replace(options, jobs=asked.jobs or machines.slots)
        runner = Runner(Store(asked.results), machines.environment("cpu"), options, machines)
        ran = _carried_out(asked, workspace, todo, runner, output)
        told, code = _verified(asked, workspace, runner, output)
    results = str(asked.results)
    output.json({"schema": 1, **ran.to_json(), **told, "results": results})
    verdicts, page = _judged(asked, workspace, runner.store)
    ending = Ending(
        counts=ran.counts,
        done=ran.done,
        skipped=ran.skipped,
        verdicts=verdicts,
        missing=_missing(workspace, asked.selection, options),
        results=None if all(plan.recorded for plan in todo) else asked.results,
        page=page,
        seconds=time.monotonic() - started,
        options="" if asked.results == project.find().results else f" --results {results}",
    )
    print_ending(output.out, ending)
    return codes.of_run(ran.counts, ran.done, verdicts, strict=asked.strict) or code


def _carried_out(
    asked: Asked, workspace: Workspace, todo: list[Plan], runner: Runner, output: Output
) -> RunResult:
    if not asked.until_settled:
        return carry_out(runner, todo, output, trace=asked.trace)
    limits = Limits(asked.max_seeds, math.inf if asked.seconds is None else asked.seconds)
    return settle(workspace, todo, runner, limits, output, trace=asked.trace)


def _verified(
    asked: Asked, workspace: Workspace, runner: Runner, output: Output
) -> tuple[Mapping[str, Any], int]:
    """Run a sample of the stored cells again where that is asked for; return what came of it."""
    if asked.verify is None:
        return {}, codes.OK
    from harness.cli.audit import verified  # here: few runs verify

    audited = verified(workspace, runner, asked.verify, output)
    return audited.to_json(), audited.code


def _judged(
    asked: Asked, workspace: Workspace, store: Store
) -> tuple[Sequence[Verdict], Path | None]:
    """Return the verdicts after a run, and the page where one was asked for."""
    if asked.report is None:
        return judged(workspace, store, asked.results), None
    from harness.cli.report import (  # here: a run without a page is quicker
        Target,
        selftest_in,
        write_page,
    )
    from harness.workspace.verdicts import judged_with_results

    archive = workspace.beside(store)
    profile = asked.wanted
    verdicts, found = judged_with_results(workspace, archive, asked.results, profile)
    target = Target(asked.report, profile, asked.results, project.find().history)
    told = selftest_in(asked.results)
    return verdicts, write_page(workspace, archive.environments, verdicts, found, target, told)


def _missing(workspace: Workspace, selection: Selection, chosen: Options) -> tuple[str, ...]:
    """Return the data sets of the full profile that are not here and can be fetched."""
    protocol = (narrow(plans.full, selection) for plans in workspace.plans)
    return fetchable(protocol, chosen.roots, chosen.use)


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
        If suites do not say how far their seeds may go, and nothing else does.
    """
    started = time.monotonic()
    _declare(workspace.plans, runner, limits, output)
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


def _declare(every: Sequence[Plans], runner: Runner, limits: Limits, output: Output) -> None:
    """Keep how far the seeds may go; what was kept before, under other levels, holds."""
    folder, known = runner.store.folder, declared(runner.store.folder)
    wanted = {
        plans.suite.id: limits.most if plans.suite.seeds.most is None else plans.suite.seeds.most
        for plans in every
        if not plans.memory
    }
    if silent := [name for name, most in wanted.items() if most is None and name not in known]:
        raise UsageError(
            f"how far the seeds of {', '.join(silent)} may go must be said beforehand: give "
            "--max-seeds, or most in [seeds] of each suite"
        )
    for name, most in wanted.items():
        if name not in known and most is not None:
            with runner.store.writing():
                declare(folder, name, most)
        elif most not in (None, known.get(name)):
            output.err.print(
                f"note: {name} goes up to {known[name]} seeds, as was declared before the first "
                f"look; {most} would be other levels, and takes another folder of results"
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

"""``harness audit``: stored cells run again, or the records of two machines compared."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import typer

from harness import datasets, environment
from harness.audit import Finding
from harness.audit.again import Size, Stored, again, array_digests, cases_of, drawn, size, stored
from harness.audit.machines import FALSE_ALARM, Spread, between, check_two, records_on
from harness.cli import codes, options
from harness.cli.claims import open_noted
from harness.cli.console import Output
from harness.cli.progress import Meter, watched
from harness.datasets.dataset import Roots
from harness.errors import NothingMeasured, UsageError
from harness.execute.machines import Machines
from harness.execute.run import Options, Runner
from harness.numerals import number
from harness.plan.expand import Plans
from harness.types import Archive, Environment, Record
from harness.words import plural
from harness.workspace.suites import Workspace
from harness.workspace.verdicts import open_claimed

SAMPLE = "5%"


def sample(text: str) -> Size:
    """Return how many cells a text asks for, as an option of the command line.

    Raises
    ------
    UsageError
        If it is neither a share nor a number.
    """
    try:
        return size(text)
    except ValueError as error:
        raise UsageError(f"a sample {error}") from None


@dataclass(frozen=True)
class Audited:
    """What an audit found.

    Attributes
    ----------
    findings : tuple of Finding
        Of each cell.
    spreads : tuple of Spread
        Of each metric, where two machines were compared.
    """

    findings: tuple[Finding, ...] = ()
    spreads: tuple[Spread, ...] = ()

    @property
    def code(self) -> int:
        """The exit code: a promise that is broken, a metric of another distribution, nothing."""
        broken = any(finding.outcome == "broken" for finding in self.findings)
        apart = not all(spread.within for spread in self.spreads)
        return codes.MOVED if broken or apart else codes.OK

    @property
    def counts(self) -> Counter[str]:
        """How many findings are of each outcome."""
        return Counter(finding.outcome for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return it as ``--json`` has it; nothing of an audit that was not asked for."""
        if not self.findings:
            return {}
        told: dict[str, Any] = {
            "audited": dict(self.counts),
            "findings": [finding.to_json() for finding in self.findings],
        }
        return told | ({"spreads": [s.to_json() for s in self.spreads]} if self.spreads else {})


def audit(
    names: options.Claimed = None,
    *,
    suites: options.SuitesDir = options.SUITES,
    results: options.Results = options.LOCAL,
    data: options.DataDir = None,
    use: options.Use = None,
    cells: Annotated[
        Size,
        typer.Option(
            "--sample", parser=sample, metavar="5%|N", help="How many cells of each suite."
        ),
    ] = SAMPLE,  # type: ignore[assignment]
    machines: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--between",
            metavar="MACHINE MACHINE",
            help="Compare the records of two machines, each named by a part of its hardware.",
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, help="Cells that run at the same time.")
    ] = None,
    json_path: options.Json = "",
    quiet: options.Quiet = False,
    no_color: options.NoColor = False,
) -> None:
    """Run stored cells again, or compare two machines; exit 3 when a promise is broken."""
    output = Output(quiet=quiet, no_color=no_color, json_path=json_path)
    workspace, claims = open_claimed(names or [], suites)
    archive = open_noted(workspace, results, output)
    if machines is None:
        chosen = Options(Roots.find(data), datasets.parse_use(use or []), jobs or _jobs())
        here = environment.snapshot()
        pairs = [drawn(own, cells, _rng()) for own in _stored(workspace, claims, archive, here)]
        found = _again([pair for own in pairs for pair in own], archive, here, chosen, output)
    else:
        found = _between(workspace, claims, archive, machines)
    _show(found, output)
    output.json({"schema": 1, **found.to_json()})
    raise typer.Exit(found.code)


def verified(workspace: Workspace, runner: Runner, wanted: Size, output: Output) -> Audited:
    """Run a sample of what is in a runner's store again, and show what the audit found."""
    here, archive = runner.environment, runner.store
    own = _stored(workspace, None, archive, here)
    pairs = [pair for cells in own for pair in drawn(cells, wanted, _rng())]
    if not pairs:
        return Audited()
    found = _again(pairs, archive, here, runner.options, output, runner.machines)
    _show(found, output)
    return found


def _jobs() -> int:
    return os.cpu_count() or 1


def _rng() -> np.random.Generator:
    return np.random.default_rng()  # other cells each time: in the end all are seen


def _cases(plans: Plans, claims: frozenset[str] | None) -> frozenset[str] | None:
    """Return the cases of a suite that are meant, None for all."""
    if claims is None:
        return None
    suite = plans.suite
    return cases_of([c for c in suite.claims if f"{suite.id}/{c.id}" in claims], plans)


def _stored(
    workspace: Workspace, claims: frozenset[str] | None, archive: Archive, here: Environment
) -> list[list[Stored]]:
    return [stored(p, archive, here.klass, _cases(p, claims)) for p in workspace.plans]


def _again(
    pairs: Sequence[Stored],
    archive: Archive,
    here: Environment,
    chosen: Options,
    output: Output,
    machines: Machines | None = None,
) -> Audited:
    if not pairs:
        raise NothingMeasured("no stored cell of these suites has a result that can be run again")
    output.err.print(f"{plural(len(pairs), 'stored cell')} to run again")
    wanted = {(record.case, record.seed) for _, record in pairs}
    with watched(output, Meter({"audit": len(pairs)})) as watch:

        def step(record: Record) -> None:
            if (record.case, record.seed) in wanted:  # not what was run beside them
                watch.step("audit")

        return Audited(again(pairs, archive, here, chosen, step, machines))


def _between(
    workspace: Workspace, claims: frozenset[str] | None, archive: Archive, names: tuple[str, str]
) -> Audited:
    ids = [suite.id for suite in workspace.suites]
    first, second = (records_on(archive, name, ids) for name in names)
    check_two(names, first, second, archive)
    wanted = [(plans, _cases(plans, claims)) for plans in workspace.plans]
    cases = [c for plans, ids in wanted for c in plans.cases if ids is None or c.id in ids]
    reader = array_digests((archive,))
    found = between(first, second, cases, archive.environments, reader)
    if not found.findings:
        raise NothingMeasured(f"no cell of these suites was measured on {names[0]} and {names[1]}")
    return Audited(found.findings, found.spreads)


def _show(found: Audited, output: Output) -> None:
    told = Counter(_line(f) for f in found.findings if f.outcome not in ("equal", "only times"))
    for line, cells in told.items():
        output.out.print(f"{plural(cells, 'cell')} of {line}", soft_wrap=True)
    for spread in found.spreads:
        if not spread.within:
            output.out.print(_spread(spread), soft_wrap=True)
    if found.findings:
        output.out.print(_summary(found), soft_wrap=True)


def _place(suite: str, axes: Mapping[str, object]) -> str:
    return ", ".join([suite, *(f"{axes[n]}" for n in ("backend", "device") if n in axes)])


def _line(finding: Finding) -> str:
    """Return what is said of a cell; where it breaks a promise, of it alone."""
    record, stage = finding.one, finding.first
    place = _place(record.suite, record.axes)
    if stage is None:
        return f"{place}: not compared: {finding.reason}"
    if finding.outcome == "differs":
        return f"{place}: from {stage.name} on, as they may; likely {finding.cause}"
    own = f"seed {record.seed}, cell {record.cell}: {stage.one}, then {stage.other}"
    return f"{place}: NOT equal from {stage.name} on ({own}); likely {finding.cause}"


def _spread(spread: Spread) -> str:
    one, other = spread.means
    tolerance = number(spread.tolerance, digits=2)
    how = f"further apart than the {tolerance} that equal machines stay within"
    if not spread.alike:
        how = "with inf or nan at seeds where the other machine has none, or another"
    place = _place(spread.suite, spread.axes)
    return (
        f"{place}: {spread.metric} is {number(one, digits=6)} and {number(other, digits=6)}, {how}"
    )


def _summary(found: Audited) -> str:
    counts = found.counts
    bits = f"{counts['equal']} of {plural(len(found.findings), 'cell')} equal bit for bit"
    told = {
        "broken": "{} not, though that is promised",
        "differs": "{} not, which none promises",
        "only times": "{} with times alone to compare",
        "not run": "{} not compared",
    }
    parts = [bits, *(text.format(counts[name]) for name, text in told.items() if counts[name])]
    if found.spreads:
        within = sum(spread.within for spread in found.spreads)
        chance = f"false alarm {FALSE_ALARM:.0%} over all"
        parts.append(
            f"{within} of {plural(len(found.spreads), 'metric')} within tolerance ({chance})"
        )
    return "; ".join(parts)

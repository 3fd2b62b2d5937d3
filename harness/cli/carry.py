"""A run on the terminal: what there is to do, the progress, the failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness import claims as judging
from harness.cli.console import Output
from harness.cli.failures import Failures
from harness.cli.progress import Meter, watched
from harness.code.sources import sentence
from harness.execute.run import Runner, Todo
from harness.plan.expand import Plan
from harness.types import Archive, Record, Status
from harness.words import plural


@dataclass(frozen=True)
class RunResult:
    """What became of a run.

    Attributes
    ----------
    counts : Counter of status
        How the cells that ran ended.
    skipped : Counter of str
        Why cases were skipped.
    done : int
        Cells done before.
    """

    counts: Counter[Status]
    skipped: Counter[str]
    done: int

    def __add__(self, other: RunResult) -> RunResult:
        """Return the outcome of this run together with one that continued it."""
        return RunResult(self.counts + other.counts, self.skipped + other.skipped, self.done)

    def to_json(self) -> dict[str, Any]:
        """Return the counts as ``--json`` has them."""
        return {"done": self.done, "counts": dict(self.counts)}


def carry_out(runner: Runner, todo: list[Plan], output: Output, *, trace: bool) -> RunResult:
    """Run plans into the runner's store; show the progress and the failures on stderr."""
    failures = Failures(output, runner.log, trace=trace)
    ran = _carried_out(runner, todo, output, failures)
    failures.close()
    return ran


def _carried_out(runner: Runner, todo: list[Plan], output: Output, failures: Failures) -> RunResult:
    counts, skipped = Counter[Status](), Counter[str]()
    with runner.store.writing():
        for note in runner.store.notes:
            output.err.print(f"note: {note}")
        work = [(plan.suite.id, runner.todo(plan)) for plan in todo]
        # What cannot run here takes no time, and would spoil the estimate of what is left.
        stopped = {r.cell for _, each in work for r in (*each.skipped, *each.broken)}
        _announce(output, [each for _, each in work])
        _announce_edits(output, todo, [each for _, each in work], runner.store)
        meter = Meter({suite: len(each.cells) for suite, each in work})
        with watched(output, meter) as watch:

            def step(record: Record) -> None:
                if record.status == "skipped":
                    skipped[record.reason] += 1
                failures.see(record)
                if record.cell not in stopped:
                    watch.step()

            for suite, each in work:
                watch.enter(suite)
                counts += runner.run(each, step)
    for reason, cells in runner.failed_groups.items():
        told = f"{plural(cells, 'cell')} could not run together and ran by themselves"
        output.err.print(f"note: {told} ({reason})")
    return RunResult(counts, skipped, sum(each.done for _, each in work))


def _announce(output: Output, work: Sequence[Todo]) -> None:
    """Say what is to do, and what cannot run here: the last screen has only its first words."""
    cells = plural(sum(len(each.cells) for each in work), "cell")
    done = sum(each.done for each in work)
    before = f", {done} done before" if done else ""
    output.err.print(f"{cells} of {plural(len(work), 'suite')} to run{before}")
    reasons = Counter(record.reason for each in work for record in each.skipped)
    for reason, times in reasons.items():
        output.err.print(f"note: {plural(times, 'case')} skipped ({reason})")


def _announce_edits(
    output: Output, plans: Sequence[Plan], work: Sequence[Todo], archive: Archive
) -> None:
    """Say which files were edited since cells were measured, which are now run again."""
    again = Counter[tuple[str, ...]]()
    for plan, todo in zip(plans, work, strict=True):
        known = judging.before(plan.cases, archive.of(plan.suite.id))
        for _, cell in todo.cells:
            there = known.get(cell.case.id)
            if there is not None and cell.seed in there.seeds:
                again[there.files] += 1
    for files, cells in again.items():
        output.err.print(f"{sentence(files)}: {plural(cells, 'cell')} to run again")

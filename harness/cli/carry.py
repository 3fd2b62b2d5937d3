"""A run on the terminal: what there is to do, the progress, the failures.

Failed cells are reported as they end: equal failures once, with a count at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import claims as judging
from harness.cli.console import Output
from harness.cli.progress import Meter, watched
from harness.code.sources import sentence
from harness.execute.cases import Todo
from harness.execute.logs import PRINTED
from harness.execute.run import Runner
from harness.plan.expand import Plan
from harness.types import Archive, Record, Status
from harness.words import plain, plural

_LINES = 40  # of a log that are shown


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
    skipped = Counter[str]()
    with runner.store.writing():
        for note in runner.store.notes:
            output.err.print(f"note: {note}")
        runner.prepare(todo)
        work = [(plan.suite.id, runner.todo(plan)) for plan in todo]
        # What cannot run here takes no time, and would spoil the estimate of what is left.
        stopped = {r.cell for _, each in work for r in (*each.skipped, *each.broken)}
        _announce(output, [each for _, each in work])
        _announce_edits(output, todo, [each for _, each in work], runner.store)
        whole = sum((each for _, each in work), Todo())
        parts = _parts(whole)
        with watched(output, Meter(Counter(parts.values()))) as watch:

            def step(record: Record) -> None:
                if record.status == "skipped":
                    skipped[record.reason] += 1
                failures.see(record)
                if record.cell not in stopped:
                    watch.step(parts[record.cell])

            counts = runner.run(whole, step)
    for reason, cells in runner.failed_groups.items():
        told = f"{plural(cells, 'cell')} could not run together and ran by themselves"
        output.err.print(f"note: {told} ({reason})")
    return RunResult(counts, skipped, whole.done)


def _parts(work: Todo) -> dict[str, str]:
    """Return for each cell to run the part of the run that it belongs to, in their order."""
    cells = sorted(work.cells, key=lambda item: item[1].alone)
    return {name: cell.case.suite + ", alone" * cell.alone for name, cell in cells}


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


class Failures:
    """Prints failed cells on stderr.

    Parameters
    ----------
    output : Output
        The command's output.
    log : callable
        Where the log of a record's cell is.
    trace : bool
        Print every failure, with the end of its log, which holds the traceback.
    """

    def __init__(self, output: Output, log: Callable[[Record], Path], *, trace: bool) -> None:
        self._output = output
        self._log = log
        self._trace = trace
        self._told = Counter[tuple[str, str, str]]()
        self._logs: set[Path] = set()

    def see(self, record: Record) -> None:
        """Report a record if it is a failure unlike those reported before."""
        if record.status not in ("failed", "timeout"):
            return
        # What was printed before two equal failures may differ, by a seed or an address.
        key = (record.suite, record.status, record.reason.partition(PRINTED)[0])
        self._told[key] += 1
        log = self._log(record)
        if log.exists():
            self._logs.add(log.parent)
        if self._trace or self._told[key] == 1:
            self._say(_sentence(record), style="red")
        if self._trace:
            self._say(_end_of(log))

    def close(self) -> None:
        """Report how many failures were equal to one that was shown."""
        more = {key: count - 1 for key, count in self._told.items() if count > 1}
        if self._trace:
            return
        for (suite, status, reason), count in more.items():
            self._say(
                f"{status}: {suite}: {plural(count, 'more cell')} alike: {reason}", style="red"
            )
        if self._told:
            where = f"; logs are in {', '.join(map(str, sorted(self._logs)))}" if self._logs else ""
            self._say(f"run again with --trace to see every failure and its traceback{where}")

    def _say(self, text: str, style: str = "") -> None:
        if text:
            self._output.err.print(plain(text), style=style, markup=False, highlight=False)


def _sentence(record: Record) -> str:
    whole = {"experiment": record.experiment}  # of a function the axis has its own name alone
    axes = ", ".join(f"{name}={whole.get(name, value)}" for name, value in record.axes.items())
    return f"{record.status}: {record.suite} ({axes}, seed={record.seed}): {record.reason}"


def _end_of(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="backslashreplace").splitlines()
    except OSError:  # it printed nothing and raised nothing
        return ""
    left_out = [f"... ({plural(len(lines) - _LINES, 'line')} before, see {log})"]
    shown = lines if len(lines) <= _LINES else [*left_out, *lines[-_LINES:]]
    return "\n".join(f"    {line}" for line in shown)

"""Plans to records: skip what is done, run the rest, store each as it ends."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, groupby
from pathlib import Path

from harness import digest
from harness.code.project import Project
from harness.code.sources import LOADED
from harness.datasets.dataset import Roots
from harness.environment import commit_of
from harness.execute import logs, sharing
from harness.execute.cases import Commits, Sources, Timeouts, Todo, UnreadableData
from harness.execute.machines import LocalMachine, Machines
from harness.execute.pool import Batch, Finished
from harness.execute.protocol import Job
from harness.execute.sharing import Needs, joined, run_each
from harness.plan.expand import Plan
from harness.plan.groups import Named, grouped
from harness.store.store import Store
from harness.types import Case, Cell, DataUsed, Environment, Record, Status

Progress = Callable[[Record], None]
LOGS = "logs"
"""Folder of what cells printed, inside the store's."""
_SCRATCH = "running"


@dataclass(frozen=True)
class Options:
    """How a run is carried out.

    Attributes
    ----------
    roots : Roots
        Where data lies.
    use : mapping of str to str
        Data sets to stand in for others.
    jobs : int
        Cells at a time; timing cells always run alone.
    timeout : float or None
        Seconds a cell may take, instead of the suite's budget.
    force : bool
        Run cells again that are done.
    memory : int or None
        Bytes a cell may take, instead of the suite's bound.
    one_by_one : bool
        Run no cells together.
    """

    roots: Roots
    use: Mapping[str, str] = field(default_factory=dict)
    jobs: int = 1
    timeout: float | None = None
    force: bool = False
    memory: int | None = None
    one_by_one: bool = False


class Runner:
    """Carries out plans into one store.

    Parameters
    ----------
    store : Store
        Where records go; must be open for writing.
    environment : Environment
        This machine's snapshot.
    options : Options
        How to run.
    machines : Machines, optional
        What runs the cells; this machine unless given.

    Attributes
    ----------
    failed_groups : Counter of str
        How many cells were to run together and were run by themselves, by why their group failed.
    """

    def __init__(
        self,
        store: Store,
        environment: Environment,
        options: Options,
        machines: Machines | None = None,
    ) -> None:
        self.store = store
        self.machines = machines or LocalMachine(environment)
        self.environment = environment
        self.options = options
        self._sources = Sources(options.roots, options.use)
        self._commits: dict[str, str] = {}
        self._known_needs: dict[str, Needs] = {}
        self._environments: dict[str, Environment] = {}
        self._timeouts = Timeouts()
        self.failed_groups: Counter[str] = Counter()

    def prepare(self, plans: Sequence[Plan]) -> None:
        """Do beside each other what takes long before the cells of plans run.

        Data sets are read, and libraries imported that suites without any record are bound to need.

        Raises
        ------
        UsageError
            If the command line or a suite names data that cannot be.
        """
        new = [plan for plan in plans if plan.suite.id not in self.store.suites]
        self.machines.expect(dict.fromkeys(chain.from_iterable(map(self._expected, new))))
        self._sources.read(case for plan in plans for case in plan.cases)

    def _expected(self, plan: Plan) -> Iterator[str]:
        """Yield the modules that the cells of a plan need which can run here."""
        absent = self.machines.absent
        for cell in plan.cells():
            if absent(cell.case.backend, cell.case.device) is None:
                yield from self._needs(cell).libraries

    def todo(self, plan: Plan) -> Todo:
        """Sort a plan's cells into those to run, those that cannot run here, and those done."""
        if plan.recorded:
            return Todo(done=sum(plan.seeds.values()))
        return self.sorted(plan.cells())

    def sorted(self, given: Sequence[Cell]) -> Todo:
        """Sort cells into those to run, those that cannot run here, and those done."""
        first = {cell.case.id: cell for cell in reversed(given)}
        stops = {name: self._stop(cell.case) for name, cell in first.items()}
        cells, stopped, done = list[tuple[str, Cell]](), list[Record](), 0
        for cell in given:
            name = self.cell_id(cell)
            if stop := stops[cell.case.id]:
                if cell is first[cell.case.id]:  # one record says it for all seeds of the case
                    stopped.append(self._record(name, cell, *stop))
            elif record := self._result(name, cell):
                done += 1
                self._timeouts.note(cell.case.id, late=record.status == "timeout")
            else:
                cells.append((name, cell))
        skipped = tuple(record for record in stopped if record.status == "skipped")
        broken = tuple(record for record in stopped if record.status == "failed")
        return Todo(tuple(cells), skipped, done, broken)

    def run(self, todo: Todo, progress: Progress) -> Counter[Status]:
        """Run what is to do; call `progress` with each record once it is on the disk.

        Cells that run alone come last, whichever suites they are of: until then no processor waits.
        """
        counts: Counter[Status] = Counter()

        def tell(record: Record) -> None:
            counts[record.status] += 1
            progress(record)

        for suite in {cell.case.suite for _, cell in todo.cells}:
            self.store.ready(suite)
        for record in (*todo.skipped, *todo.broken):
            if not self._known(record):
                self.store.append(record, self._environments[record.environment])
            tell(record)
        logs.prune(self.store.folder / LOGS)
        for width, alone in ((self.options.jobs, False), (1, True)):
            cells = [item for item in todo.cells if item[1].alone is alone]
            self._run_all(cells, width, Commits(self.store, tell))
        return counts

    def log(self, record: Record) -> Path:
        """Return where the log of a record's cell is, if it printed anything or failed."""
        return self.store.folder / LOGS / f"{record.cell}.log"

    def cell_id(self, cell: Cell) -> str:
        """Return the content address of a cell on this machine."""
        used = self._sources.of(cell.case)
        fingerprint = used.fingerprint if isinstance(used, DataUsed) else ""
        return digest.of_value(
            [cell.case.id, cell.seed, cell.root, fingerprint, self._where(cell.case).klass],
            length=24,
        )

    def _run_all(self, cells: Sequence[Named], width: int, commits: Commits) -> None:
        batch = Batch((), width, self.store.folder / _SCRATCH, commits.settle, self._timeouts)

        def run(jobs: Sequence[Job]) -> Generator[Finished, None, None]:
            return self.machines.run_all(replace(batch, jobs=tuple(jobs)))

        jobs = [joined([self._job(*item) for item in group]) for group in self._groups(cells)]
        try:
            # Whatever ends a run ends its cells.
            with closing(run_each(run, jobs, self._note)) as ended:
                for finished in ended:
                    record = self._finished(finished)
                    commits.add(record, self._environments[record.environment])
        except BaseException:
            self.store.flush()
            raise
        commits.settle()

    def _groups(self, cells: Sequence[Named]) -> list[list[Named]]:
        """Return the cells in groups that run together, most of one cell."""
        if self.options.one_by_one:
            return [[item] for item in cells]
        suites = groupby(cells, key=lambda item: item[1].case.suite)
        return [some for _, own in suites for some in grouped(list(own), self.options.jobs)]

    def _note(self, group: Finished) -> None:
        """Note a group that failed: its cells run by themselves now."""
        budget = f"took longer than {group.job.cell.budget:g} s" if group.timeout else group.died
        reason = budget if group.answer is None else group.answer.reason
        self.failed_groups[f"{group.job.cell.case.suite}: {reason}"] += len(group.job.members)

    def _job(self, name: str, cell: Cell) -> Job:
        threads = (os.cpu_count() or 1) if cell.alone else 1
        bound = cell.memory if self.options.memory is None else self.options.memory
        cell = replace(cell, budget=self._budget(cell), memory=bound)
        needs, used = self._needs(cell), self._sources.of(cell.case)
        fingerprint = used.fingerprint if isinstance(used, DataUsed) else ""
        return Job(
            name, cell, self.options.roots, self.options.use, threads, LOADED,
            needs.kind, needs.libraries, fingerprint=fingerprint,
        )  # fmt: skip

    def _needs(self, cell: Cell) -> Needs:
        """Return what the cells of a case need; found out once."""
        case = cell.case.id
        if case not in self._known_needs:
            self._known_needs[case] = sharing.needs(cell, self.options.use)
        return self._known_needs[case]

    def _finished(self, finished: Finished) -> Record:
        """Return the record of a cell that has ended; its log and its arrays are kept."""
        name, cell = finished.job.name, finished.job.cell
        record = self._ended(name, cell, finished)
        if ran := finished.environment:
            self._environments[ran.id] = ran
            record = replace(record, environment=ran.id)
        if record.status in ("failed", "timeout"):
            record = replace(record, reason=logs.quoted(record.reason, finished.log))
        if finished.answer is not None and finished.answer.trace:
            logs.append(finished.log, finished.answer.trace)
        logs.keep(finished.log, self.log(record))
        if finished.answer is not None:
            record = self.store.save_arrays(record, finished.answer.outcome.arrays)
        return record

    def _ended(self, name: str, cell: Cell, finished: Finished) -> Record:
        budget = self._budget(cell)
        if finished.timeout:
            reason = f"took longer than its budget of {budget:g} s and was killed"
            return self._record(name, cell, "timeout", reason, wall_s=finished.wall_s)
        if finished.untried:
            return self._record(name, cell, "skipped", self._timeouts.why(cell.case.id, budget))
        answer = finished.answer
        if answer is None:
            return self._record(name, cell, "failed", finished.died, wall_s=finished.wall_s)
        outcome = answer.outcome
        record = self._record(name, cell, answer.status, answer.reason, wall_s=answer.wall_s)
        return replace(
            record,
            metrics=outcome.metrics,
            series=outcome.series,
            samples=outcome.samples,
            digests=outcome.digests,
            cpu_s=answer.cpu_s,
            peak_rss=answer.peak_rss,
            mode=answer.mode,
        )

    def _record(
        self, name: str, cell: Cell, status: Status, reason: str, wall_s: float = 0.0
    ) -> Record:
        case, used = cell.case, self._sources.of(cell.case)
        where = self._where(case)
        self._environments[where.id] = where
        return Record(
            cell=name,
            case=case.id,
            suite=case.suite,
            experiment=case.experiment,
            axes=case.axes,
            seed=cell.seed,
            status=status,
            reason=reason,
            environment=where.id,
            data=used if isinstance(used, DataUsed) else None,
            wall_s=wall_s,
            started=datetime.now(UTC).isoformat(timespec="milliseconds"),
            budget=self._budget(cell),
            deviation=case.deviation,
            code=case.code,
            commit=self._commit(case),
        )

    def _where(self, case: Case) -> Environment:
        """Return the machine that runs the cells of a case."""
        return self.machines.environment(case.device)

    def _commit(self, case: Case) -> str:
        """Return what the user's project is at; asked once, when its first record is made."""
        if not case.code:
            return ""
        if case.home not in self._commits:
            self._commits[case.home] = commit_of(Project.of(case.home).root)
        return self._commits[case.home]

    def _budget(self, cell: Cell) -> float:
        return self.options.timeout or cell.budget

    def _result(self, name: str, cell: Cell) -> Record | None:
        """Return a record that counts: a result, or a timeout under no smaller budget."""
        record = None if self.options.force else self.store.get(cell.case.suite, name)
        if record is None or record.status in ("ok", "diverged"):
            return record
        late = record.status == "timeout" and record.budget >= self._budget(cell)
        return record if late else None

    def _known(self, record: Record) -> bool:
        stored = self.store.get(record.suite, record.cell)
        same = (record.status, record.reason)
        return stored is not None and (stored.status, stored.reason) == same

    def _stop(self, case: Case) -> tuple[Status, str] | None:
        """Return why no cell of a case can run: skipped or failed, with the reason."""
        reason = self.machines.absent(case.backend, case.device)
        if reason:
            return "skipped", reason
        used = self._sources.of(case)
        if isinstance(used, UnreadableData):
            return "failed", used.reason
        return ("skipped", used) if isinstance(used, str) else None

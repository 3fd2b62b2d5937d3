"""Plans to records: skip what is done, run the rest, store each as it ends."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness import backends, datasets, digest
from harness.code.project import Project
from harness.code.sources import LOADED
from harness.config.data import Data
from harness.datasets.roots import Roots
from harness.environment import commit_of
from harness.errors import DataError, UsageError
from harness.execute import logs
from harness.execute.job import Job
from harness.execute.outcome import shortened
from harness.execute.pool import Finished, run_all
from harness.execute.together import joined, run_each
from harness.plan.expand import Plan
from harness.plan.groups import grouped
from harness.seeding import Streams
from harness.store.store import Store
from harness.types import Case, Cell, DataUsed, Environment, Record, Status
from harness.words import plain

Progress = Callable[[Record], None]
LOGS = "logs"
"""Folder of what cells printed, inside the store's."""
_SCRATCH = "running"


@dataclass(frozen=True)
class Broken:
    """A data set that cannot be read, and why."""

    reason: str


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


@dataclass(frozen=True)
class Todo:
    """What a run has to do.

    Attributes
    ----------
    cells : tuple of (str, Cell)
        Cells to run, with their ids.
    skipped : tuple of Record
        Cases that cannot run here, as records of their first seed.
    done : int
        Cells whose records are there already.
    broken : tuple of Record
        Cases whose data cannot be read, as failed records of their first seed.
    """

    cells: tuple[tuple[str, Cell], ...]
    skipped: tuple[Record, ...]
    done: int
    broken: tuple[Record, ...] = ()


class Runner:
    """Carries out plans on one machine into one store.

    Parameters
    ----------
    store : Store
        Where records go; must be open for writing.
    environment : Environment
        This machine's snapshot.
    options : Options
        How to run.

    Attributes
    ----------
    failed_groups : Counter of str
        How many cells were to run together and were run by themselves, by why their group failed.
    """

    def __init__(self, store: Store, environment: Environment, options: Options) -> None:
        self.store = store
        self.environment = environment
        self.options = options
        self._used: dict[str, DataUsed | Broken | str] = {}
        self._commits: dict[str, str] = {}
        self.failed_groups: Counter[str] = Counter()

    def todo(self, plan: Plan) -> Todo:
        """Sort a plan's cells into those to run, those that cannot run here, and those done."""
        if plan.recorded:
            return Todo((), (), sum(plan.seeds.values()))
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
            elif self._is_done(name, cell):
                done += 1
            else:
                cells.append((name, cell))
        skipped = tuple(record for record in stopped if record.status == "skipped")
        broken = tuple(record for record in stopped if record.status == "failed")
        return Todo(tuple(cells), skipped, done, broken)

    def run(self, todo: Todo, progress: Progress) -> Counter[Status]:
        """Run what is to do; call `progress` after each record is stored."""
        counts: Counter[Status] = Counter()
        for suite in {cell.case.suite for _, cell in todo.cells}:
            self.store.ready(suite)
        with closing(self._records(todo)) as records:  # whatever ends a run ends its cells
            for record in records:
                counts[record.status] += 1
                progress(record)
        return counts

    def log(self, record: Record) -> Path:
        """Return where the log of a record's cell is, if it printed anything or failed."""
        return self.store.folder / LOGS / f"{record.cell}.log"

    def cell_id(self, cell: Cell) -> str:
        """Return the content address of a cell on this machine."""
        used = self._data(cell.case)
        fingerprint = used.fingerprint if isinstance(used, DataUsed) else ""
        return digest.of_value(
            [cell.case.id, cell.seed, cell.root, fingerprint, self.environment.klass], length=24
        )

    def _records(self, todo: Todo) -> Generator[Record, None, None]:
        for record in (*todo.skipped, *todo.broken):
            if not self._known(record):
                self.store.append(record, self.environment)
            yield record
        logs.prune(self.store.folder / LOGS)
        for width, alone in ((self.options.jobs, False), (1, True)):
            cells = [item for item in todo.cells if item[1].alone is alone]
            run = partial(run_all, width=width, scratch=self.store.folder / _SCRATCH)
            with closing(run_each(run, self._jobs(cells), self._note)) as ended:
                for finished in ended:
                    yield self._stored(finished)

    def _jobs(self, cells: Sequence[tuple[str, Cell]]) -> list[Job]:
        """Return the jobs of cells, those that may run together in one."""
        groups = [[item] for item in cells]
        if not self.options.one_by_one:
            groups = grouped(cells, self.options.jobs)
        return [joined([self._job(*item) for item in group]) for group in groups]

    def _note(self, group: Finished) -> None:
        """Note a group that failed: its cells run by themselves now."""
        budget = f"took longer than {group.job.cell.budget:g} s" if group.timeout else group.died
        reason = budget if group.answer is None else group.answer.reason
        self.failed_groups[f"{group.job.cell.case.suite}: {reason}"] += len(group.job.members)

    def _job(self, name: str, cell: Cell) -> Job:
        threads = (os.cpu_count() or 1) if cell.alone else 1
        bound = cell.memory if self.options.memory is None else self.options.memory
        cell = replace(cell, budget=self._budget(cell), memory=bound)
        return Job(name, cell, self.options.roots, self.options.use, threads, LOADED)

    def _stored(self, finished: Finished) -> Record:
        name, cell = finished.job.name, finished.job.cell
        record = self._ended(name, cell, finished)
        if record.status in ("failed", "timeout"):
            record = replace(record, reason=logs.quoted(record.reason, finished.log))
        if finished.answer is not None and finished.answer.trace:
            logs.append(finished.log, finished.answer.trace)
        logs.keep(finished.log, self.log(record))
        if finished.answer is not None:
            record = self.store.save_arrays(record, finished.answer.outcome.arrays)
        self.store.append(record, self.environment)
        return record

    def _ended(self, name: str, cell: Cell, finished: Finished) -> Record:
        budget = self._budget(cell)
        if finished.timeout:
            reason = f"took longer than its budget of {budget:g} s and was killed"
            return self._record(name, cell, "timeout", reason, wall_s=finished.wall_s)
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
        case, used = cell.case, self._data(cell.case)
        return Record(
            cell=name,
            case=case.id,
            suite=case.suite,
            experiment=case.experiment,
            axes=case.axes,
            seed=cell.seed,
            status=status,
            reason=reason,
            environment=self.environment.id,
            data=used if isinstance(used, DataUsed) else None,
            wall_s=wall_s,
            started=datetime.now(UTC).isoformat(timespec="milliseconds"),
            budget=self._budget(cell),
            deviation=case.deviation,
            code=case.code,
            commit=self._commit(case),
        )

    def _commit(self, case: Case) -> str:
        """Return what the user's project is at; asked once, when its first record is made."""
        if not case.code:
            return ""
        if case.home not in self._commits:
            self._commits[case.home] = commit_of(Project.of(case.home).root)
        return self._commits[case.home]

    def _budget(self, cell: Cell) -> float:
        return self.options.timeout or cell.budget

    def _is_done(self, name: str, cell: Cell) -> bool:
        """Whether a record of the cell counts: a result, or a timeout under no smaller budget."""
        record = None if self.options.force else self.store.get(name)
        if record is None:
            return False
        if record.status == "timeout":
            return record.budget >= self._budget(cell)
        return record.status in ("ok", "diverged")

    def _known(self, record: Record) -> bool:
        stored = self.store.get(record.cell)
        same = (record.status, record.reason)
        return stored is not None and (stored.status, stored.reason) == same

    def _stop(self, case: Case) -> tuple[Status, str] | None:
        """Return why no cell of a case can run: skipped or failed, with the reason."""
        reason = backends.get(case.backend).absent(case.device)
        if reason:
            return "skipped", reason
        used = self._data(case)
        if isinstance(used, Broken):
            return "failed", used.reason
        return ("skipped", used) if isinstance(used, str) else None

    def _data(self, case: Case) -> DataUsed | Broken | str | None:
        """Return the data set of a case, or what is missing; read once per data set."""
        data = case.settings.data
        if data is None:
            return None
        key = digest.of_value([data.dataset, data.path])
        if data.dataset == "synthetic":
            return DataUsed("synthetic", "synthetic", "", same_images=True)
        if key not in self._used:
            self._used[key] = self._tried(data)
        return self._used[key]

    def _tried(self, data: Data) -> DataUsed | Broken | str:
        """Read a data set; one that is broken fails its own cells and no others."""
        try:
            return self._read(data)
        except UsageError:
            raise  # the command line or the suite names what cannot be
        except DataError as error:
            return Broken(shortened(plain(str(error))))
        except Exception as error:  # noqa: BLE001 - foreign readers of foreign files
            message = plain(f"{type(error).__name__}: {error}")
            return Broken(shortened(f"the data set {data.dataset!r} cannot be read: {message}"))

    def _read(self, data: Data) -> DataUsed | str:
        reason = datasets.missing(data, self.options.roots, self.options.use)
        if reason:
            return reason
        streams = Streams("", 0)
        # What a case asks of the targets is found out in its cell; here they are as they come.
        whole = data.model_copy(update={"targets": "classes"})
        rng = streams.generator("data")
        return datasets.load(whole, self.options.roots, rng, self.options.use).used

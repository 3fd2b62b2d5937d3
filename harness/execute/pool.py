"""Cells in processes, some at a time, each with a budget of time and memory.

Cells of one kind may follow each other in one process. A bad ending is believed of a fresh process
only: a cell that fails, is killed for its memory or leaves no answer where others ran before is
run once more, in a process of its own, and that ending counts.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import shutil
import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from harness.execute import client, spawn, wire
from harness.execute.cases import Timeouts
from harness.execute.protocol import (
    LOG,
    MOST_WAITING,
    REST,
    Ended,
    Job,
    Order,
    ProcessContext,
)
from harness.execute.wire import Answer, Folders
from harness.files import guarded
from harness.processes.family import adopting, signal_name, sweep
from harness.processes.tree import postponed
from harness.types import Environment
from harness.words import memory

_GRACE = 60.0
"""Seconds beyond its budget after which a cell without news is given up."""
_END = 20.0
_LOOK = 1.0
_NEAR = 64
"""Jobs from which the next one is chosen."""
_TICK = 0.05
"""Seconds without news after which whoever stores what has ended may settle it."""


@dataclass(frozen=True)
class Finished:
    """A job with its answer; no answer means the process died or was killed.

    Attributes
    ----------
    job : Job
        The work.
    answer : Answer or None
        What the process left.
    timeout : bool
        True when it was killed for outliving its budget.
    untried : bool
        True when it was not started, since others of its case took too long.
    died : str
        How the process ended when it left nothing, e.g. ``"killed by SIGKILL"``.
    wall_s : float
        Seconds, start of the process to its end.
    log : Path
        What it printed; there is no such file when it printed nothing. It is deleted with the
        arrays of the answer when the next job is asked for.
    environment : Environment or None
        The machine it ran on; None for this one.
    """

    job: Job
    answer: Answer | None
    timeout: bool = False
    untried: bool = False
    died: str = ""
    wall_s: float = 0.0
    log: Path = Path(LOG)
    environment: Environment | None = None


@dataclass(frozen=True)
class Batch:
    """Jobs to be run, and how.

    Attributes
    ----------
    jobs : tuple of Job
        The work; names are unique.
    width : int
        How many at a time.
    scratch : Path
        A folder for answers and logs on their way; deleted at the end.
    pause : callable
        Called when jobs have ended and for a moment no others do.
    timeouts : Timeouts
        Of cells that ended before; those of these jobs are noted in it.
    """

    jobs: tuple[Job, ...]
    width: int
    scratch: Path
    pause: Callable[[], object] = bool
    timeouts: Timeouts = field(default_factory=Timeouts)

    def make_folder(self) -> None:
        """Make an empty `scratch`; FileError where that cannot be."""
        with guarded("make the folder for cells", self.scratch):
            shutil.rmtree(self.scratch, ignore_errors=True)
            self.scratch.mkdir(parents=True)


def run_all(batch: Batch) -> Generator[Finished, None, None]:
    """Run jobs on this machine, and yield each as it ends.

    Closing the iterator (or an exception in its consumer) kills what is running.

    Raises
    ------
    FileError
        If the folder for cells cannot be written to.
    HarnessError
        If cells cannot be started at all.
    """
    if not batch.jobs:
        return
    batch.make_folder()
    with adopting() as before:
        pool = _Pool(batch, before)
        try:
            while pool.busy:
                for finished in pool.turn():
                    yield finished
                    pool.folders.give_back(finished.job.name)
                if pool.is_quiet:
                    batch.pause()
        finally:
            with postponed():
                pool.end()
                shutil.rmtree(batch.scratch, ignore_errors=True)


class _Pool:
    """What waits and what runs.

    When the server of cells is lost, the cells that ran may have been the cause: they are run once
    more, one by one with nothing beside them, and fail when it happens again.
    """

    def __init__(self, batch: Batch, before: frozenset[int]) -> None:
        self.waiting, self.suspects, self.untried = deque(batch.jobs), deque[Job](), deque[Job]()
        self.running: dict[str, tuple[Job, float]] = {}
        self.losses = Counter[str]()
        self.idle: dict[str, None] = {}  # kinds whose processes wait, those of the last at the end
        self.width = batch.width
        self.folders = Folders(batch.scratch)
        self.before = before
        self.timeouts = batch.timeouts
        self.context = pickle.dumps(ProcessContext.current())
        self.alike = hashlib.sha256(self.context).hexdigest()
        self.libraries = dict.fromkeys(name for job in batch.jobs for name in job.libraries)
        sources = [job.source for job in batch.jobs if job.fingerprint]
        self.data = {repr(source): source for source in sources if source is not None}
        self.news = self.is_quiet = False
        self.starter = self._started()
        if any(job.cell.alone for job in batch.jobs):
            self.starter.send(REST)

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.suspects or self.running or self.untried)

    def turn(self) -> Iterator[Finished]:
        """Start what may start, and tell what has ended."""
        ended, lost = self._news()
        # What comes next is started first, so that nobody waits while this is read and stored.
        lost = lost or not self._filled()
        for job, event in ended:
            finished = self._finished(job, event)
            if event.fresh or _is_believed(finished):
                yield finished
            else:
                self.folders.give_back(job.name)
                self.waiting.appendleft(replace(job, kind=""))
        while self.untried:
            job = self.untried.popleft()
            yield Finished(job, None, untried=True, log=self.folders.take(job.name) / LOG)
        if not ended and self._is_overdue():
            self.starter.destroy()
            lost = True
        if lost:
            yield from self._restart()

    def _news(self) -> tuple[list[tuple[Job, Ended]], bool]:
        """Return the jobs that have ended, and whether the server is lost."""
        patience = self._time_left()
        try:
            self._fill()
            events = self.starter.events(min(patience, _TICK) if self.news else patience)
        except client.ServerEnded:
            return [], True
        self.news, self.is_quiet = bool(events), self.news and not events
        ended = [(self.running.pop(e.name)[0], e) for e in events if e.name in self.running]
        for job, event in ended:
            self.timeouts.note(job.cell.case.id, late=event.how == "timeout")
            if job.kind:
                self.idle[job.kind] = self.idle.pop(job.kind, None)
        for kind in list(self.idle)[:-MOST_WAITING]:
            del self.idle[kind]
        return ended, False

    def _filled(self) -> bool:
        try:
            self._fill()
        except client.ServerEnded:
            return False
        return True

    def _started(self) -> client.Client | spawn.Spawner:
        """Return who starts cells: a server that forks, or where nothing forks, this process."""
        starter = _starter()
        starter.prepare(self.libraries, self.data.values())
        return starter

    def end(self) -> None:
        """Kill what runs, and wait until it has ended."""
        until = time.monotonic() + _END
        with contextlib.suppress(client.ServerEnded):
            for name in self.running:
                self.starter.send(name)
            while self.running and time.monotonic() < until:
                for event in self.starter.events(_LOOK):
                    self.running.pop(event.name, None)
        if self.running:
            self.starter.destroy()
            self._sweep()

    def _fill(self) -> None:
        alone = self.suspects or any(self.losses[name] for name in self.running)
        while self.waiting and not alone and len(self.running) < self.width:
            self._start_or_give_up(self._next())
        if self.suspects and not self.running:
            self._start(self.suspects.popleft())

    def _next(self) -> Job:
        """Take the next job, near the first: one for a process that waits, so that few start."""
        near = list(islice(self.waiting, _NEAR))
        running = {job.kind for job, _ in self.running.values()}
        chosen = next((job for job in near if job.kind in self.idle), None)
        chosen = chosen or next((job for job in near if job.kind not in running), near[0])
        self.waiting.remove(chosen)
        self.idle.pop(chosen.kind, None)
        return chosen

    def _start_or_give_up(self, job: Job) -> None:
        if not job.members and self.timeouts.gives_up(job.cell.case.id):
            self.untried.append(job)
        else:
            self._start(job)

    def _start(self, job: Job) -> None:
        folder = self.folders.take(job.name)
        self.running[job.name] = (job, time.monotonic())
        self.starter.send(
            Order(
                name=job.name,
                folder=str(folder),
                budget=job.cell.budget,
                memory=job.cell.memory,
                job=pickle.dumps(job),
                context=self.context,
                kind=job.kind and f"{job.kind} {self.alike}",
            )
        )

    def _time_left(self) -> float:
        now = time.monotonic()
        due = [started + job.cell.budget + _GRACE - now for job, started in self.running.values()]
        return max(0.0, min(due, default=0.0))

    def _is_overdue(self) -> bool:
        return self._time_left() <= 0.0 and bool(self.running)

    def _restart(self) -> Iterator[Finished]:
        """Start another server; a job whose server ended twice has failed."""
        unfinished = [job for job, _ in self.running.values()]
        self.running.clear()
        self.starter.destroy()
        self._sweep()
        for job in unfinished:
            self.losses[job.name] += 1
            if self.losses[job.name] > 1:
                reason = "the process that started it ended twice while it ran"
                yield Finished(job, None, died=reason, log=self.folders[job.name] / LOG)
            else:
                self.suspects.append(replace(job, kind=""))
        self.starter = self._started()

    def _sweep(self) -> None:
        """End the orphans of a server that is gone: they came here."""
        until = time.monotonic() + _END
        while not sweep(self.before) and time.monotonic() < until:
            time.sleep(0.005)

    def _finished(self, job: Job, event: Ended) -> Finished:
        folder = self.folders[job.name]
        ended = Finished(job, None, wall_s=event.wall_s, log=folder / LOG)
        if event.how == "timeout":
            return replace(ended, timeout=True)
        if event.how != "exit":
            return replace(ended, died=_refused(job, event))
        try:
            answer = wire.read(folder)
        except wire.Unreadable as error:
            return replace(ended, died=str(error))
        if answer is None:
            gone = "" if folder.is_dir() else "; the folder for it is gone"
            return replace(ended, died=_ending(event.code) + gone)
        return replace(ended, answer=answer)


def _is_believed(finished: Finished) -> bool:
    """Whether an ending is no worse for the cells that its process ran before."""
    return finished.timeout or (finished.answer is not None and finished.answer.status != "failed")


def _starter() -> client.Client | spawn.Spawner:
    return client.shared() if hasattr(os, "fork") else spawn.Spawner()


def _refused(job: Job, event: Ended) -> str:
    if event.how == "memory":
        bound = memory(job.cell.memory)
        return f"took more memory than its bound of {bound} and was killed"
    return f"its process could not be started: {event.text}"


def _ending(code: int) -> str:
    if code >= 0:
        return f"its process ended with exit code {code} and no answer"
    return f"its process was killed by {signal_name(-code)}"

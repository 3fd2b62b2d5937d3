"""Who gets which load, and what becomes of loads whose worker is lost.

A worker has as many loads as it runs at a time, and as many again of small cells, so that it never
waits for us. Cells that were lost with a worker are suspects: each is run by itself, on a worker
that has nothing else, and fails when that worker is lost as well, time after time.
"""

from __future__ import annotations

import itertools
import os
import pickle
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness import top
from harness.errors import ClusterLost
from harness.execute.cases import Timeouts
from harness.execute.cluster import messages
from harness.execute.cluster.backlog import Backlog, Speeds, label
from harness.execute.cluster.link import Event, TaskEnded
from harness.execute.cluster.messages import Load, LoadResult, Reply
from harness.execute.cluster.roster import Member, Roster, Sent, kernels
from harness.execute.pool import Finished
from harness.execute.protocol import Job
from harness.words import plural

_STRIKES = 5
"""Workers that a cell may be alone on when they are lost."""
_GRACE = 180.0
"""Seconds beyond its budget after which a load without news is given up."""
_NOBODY = 300.0
"""Seconds to wait for workers when there is none for what is left."""
_TICK = 0.5
_NUMBERS = itertools.count()


class Dispatch:
    """Jobs on their way.

    Parameters
    ----------
    jobs : sequence of Job
        The work; names are unique.
    width : int
        Loads at a time, over all workers.
    scratch : Path
        A folder for logs.
    roster : Roster
        The workers.
    timeouts, speeds
        Of cells before.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        width: int,
        scratch: Path,
        roster: Roster,
        timeouts: Timeouts,
        speeds: Speeds,
    ) -> None:
        self._backlog = Backlog(jobs, timeouts, speeds)
        self._alone = any(job.cell.alone for job in jobs)
        self._width, self._scratch = width, scratch
        self._roster, self._link = roster, roster.link
        self._timeouts, self._speeds = timeouts, speeds
        self._suspects: deque[Job] = deque()
        self._strikes = Counter[str]()
        self._owners: dict[str, Member] = {}
        self._folder = _folder()
        self._idle_since = time.monotonic()
        self.news = self.is_quiet = False

    @property
    def busy(self) -> bool:
        """Whether anything is left to run."""
        return bool(self._backlog or self._suspects or self._owners)

    def turn(self) -> Iterator[Finished]:
        """Hand out what can be, and tell what has ended.

        Raises
        ------
        ClusterLost
            If the scheduler is gone, or no worker was there for long.
        ClusterUnfit
            If all workers are refused.
        """
        for job in self._backlog.given_up():
            yield Finished(job, None, untried=True, log=self._log(job.name))
        self._fill()
        events = self._link.events(0.05 if self.news else _TICK)
        ended = [
            event for event in events if isinstance(event, TaskEnded) and event.key in self._owners
        ]
        self.news, self.is_quiet = bool(ended), self.news and not ended
        for event in events:
            yield from self._heard(event)
        yield from self._give_up_the_hung()
        self._check()

    def end(self) -> None:
        """Have all that runs ended."""
        self._link.drop(list(self._owners))
        for key, member in self._owners.items():
            member.loads.pop(key, None)
        self._owners.clear()

    def _heard(self, event: Event) -> Iterator[Finished]:
        if isinstance(event, TaskEnded) and event.key in self._owners:
            yield from self._task_ended(event)
            return
        for member in self._roster.note(event):
            yield from self._lose(member, "it is gone")

    def _fill(self) -> None:
        if self._alone:
            self._fill_alone()
            return
        members = sorted(self._roster.members.values(), key=lambda one: len(one.loads))
        for member in members:
            while self._give(member):
                pass

    def _fill_alone(self) -> None:
        """Give each machine one cell, and nothing beside it."""
        for members in kernels(self._roster.members).values():
            if any(member.loads for member in members):
                continue
            for member in members:
                jobs = self._take_suspect(member) or self._backlog.take(
                    member.serves, 1, brief=False
                )
                if jobs:
                    self._send(member, jobs, suspect=self._strikes[jobs[0].name] > 0)
                    break

    def _give(self, member: Member) -> bool:
        """Give a worker its next load, if it may have one."""
        if any(sent.suspect for sent in member.loads.values()):
            return False
        if any(self._may_have(member, job) for job in self._suspects):
            jobs = () if member.loads else self._take_suspect(member)
            return bool(jobs) and self._send(member, jobs, suspect=True)
        now = len(member.loads) < member.info.slots
        if now and self._running() >= self._width:
            return False
        for name in member.serves:
            own = sum(sent.label == name for sent in member.loads.values())
            brief = not (now and own < member.slots(name))
            full = own >= 2 * member.slots(name) or len(member.loads) >= 2 * member.info.slots
            jobs = () if full else self._backlog.take((name,), self._all_slots(name), brief=brief)
            if jobs:
                return self._send(member, jobs)
        return False

    def _running(self) -> int:
        """Return how many loads run at the moment: a worker's others wait for those."""
        members = dict.fromkeys(self._owners.values())
        return sum(min(len(one.loads), one.info.slots) for one in members)

    def _all_slots(self, name: str) -> int:
        every = sum(one.slots(name) for one in self._roster.members.values() if name in one.serves)
        return max(1, min(every, self._width))

    def _take_suspect(self, member: Member) -> tuple[Job, ...]:
        for job in self._suspects:
            if self._may_have(member, job):
                self._suspects.remove(job)
                return (job,)
        return ()

    @staticmethod
    def _may_have(member: Member, job: Job) -> bool:
        return label(job.cell.case.device) in member.serves

    def _send(self, member: Member, jobs: tuple[Job, ...], *, suspect: bool = False) -> bool:
        name = label(jobs[0].cell.case.device)
        load = Load(jobs, self._folder, self._roster.ours[messages.CODE])
        key = f"harness-{self._roster.run}-{next(_NUMBERS)}"
        if not member.loads:
            member.since = time.monotonic()
        member.loads[key] = Sent(load, name, suspect)
        self._owners[key] = member
        self._link.send(
            key, member.address, "carry_out", self._roster.run, pickle.dumps(load), label=name
        )
        return True

    def _task_ended(self, ended: TaskEnded) -> Iterator[Finished]:
        """Take what a task left."""
        member = self._owners.pop(ended.key)
        sent = member.loads.pop(ended.key)
        member.since = time.monotonic()
        result = pickle.loads(ended.value) if ended.value else LoadResult(lost=ended.error)  # noqa: S301
        waiting = {job.name: job for job in sent.load.jobs}
        for reply in result.replies:
            job = waiting.pop(reply.name)
            if reply.untried:
                self._backlog.back(job)
            else:
                yield self._finished(job, reply, member)
        left = list(waiting.values())
        if result.refusal:
            self._roster.refuse(member.address, result.refusal)
            self._requeue(left)
            yield from self._lose(member, "it is refused", quiet=True)
        elif result.stranger:
            self._roster.lose(member)
            yield from self._struck(left, sent, "its process is another one")
            yield from self._lose(member, "its process ended, and another one came")
        elif left:
            yield from self._struck(left, sent, result.lost or "it left no answer")

    def _requeue(self, jobs: Sequence[Job]) -> None:
        for job in reversed(jobs):
            self._backlog.back(job)

    def _lose(self, member: Member, reason: str, *, quiet: bool = False) -> Iterator[Finished]:
        """Take back what a worker had."""
        self._roster.lose(member)
        loads, member.loads = member.loads, {}
        self._link.drop(loads)
        for key in loads:
            del self._owners[key]
        cells = sum(len(sent.load.jobs) for sent in loads.values())
        if not quiet:
            more = f"; {plural(cells, 'job')} that it had to be run again" if cells else ""
            self._roster.notify(f"worker {member.address} is lost: {reason}{more}")
        for sent in loads.values():
            yield from self._struck(list(sent.load.jobs), sent, reason)

    def _struck(self, jobs: Sequence[Job], sent: Sent, reason: str) -> Iterator[Finished]:
        """Suspect the jobs of a lost load; one that was alone on lost workers too often failed."""
        for job in jobs:
            self._strikes[job.name] += sent.suspect
            if self._strikes[job.name] < _STRIKES:
                self._suspects.append(job)
                continue
            died = f"{_STRIKES} workers were lost while each had nothing else to run ({reason})"
            yield Finished(job, None, died=died, log=self._log(job.name))

    def _finished(self, job: Job, reply: Reply, member: Member) -> Finished:
        self._timeouts.note(job.cell.case.id, late=reply.timeout)
        if not reply.timeout and not job.members:
            self._speeds.note(job, reply.wall_s)
        log = self._log(job.name)
        if reply.log:
            log.write_bytes(reply.log)
        return Finished(
            job, reply.answer, timeout=reply.timeout, died=reply.died, wall_s=reply.wall_s,
            log=log, environment=member.info.environment,
        )  # fmt: skip

    def _log(self, name: str) -> Path:
        return self._scratch / f"{name}.log"

    def _give_up_the_hung(self) -> Iterator[Finished]:
        now = time.monotonic()
        for member in list(dict.fromkeys(self._owners.values())):
            budget = max(sent.load.budget for sent in member.loads.values())
            if now - member.since > budget + _GRACE:
                self._roster.refuse(
                    member.address, "it hangs: its cells are far beyond their budgets"
                )
                yield from self._lose(member, "it hangs")

    def _check(self) -> None:
        """Raise when nothing can go on."""
        self._roster.check()
        now = time.monotonic()
        if self._owners or self._roster.pending or not self.busy:
            self._idle_since = now
        elif now - self._idle_since > _NOBODY:
            raise ClusterLost(
                f"no worker for {plural(len(self._backlog) + len(self._suspects), 'job')} that are "
                f"left came within {_NOBODY:g} s; what was finished is stored, start workers and "
                "run the same command again to go on"
            )


def _folder() -> str:
    try:
        return str(top.of(Path.cwd()))
    except OSError:  # it has been deleted
        return os.sep

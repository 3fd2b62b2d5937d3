"""What is still to run, handed out in loads: small cells several at a time, all else one by one."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence

from harness.devices import DEVICES
from harness.execute.cases import Timeouts
from harness.execute.protocol import Job

BRIEF = 0.5
"""Seconds that a load of small cells should take: as much is lost, at most, with a worker."""
MOST = 100
"""Cells of a load."""
UNSEEN = 8
"""Cells of a load when none of their own cases is known."""


def label(device: str) -> str:
    """Return the resource that workers for a device have, ``""`` for what every worker has."""
    return "" if device in DEVICES and DEVICES.get(device).host else device.upper()


class Speeds:
    """Mean seconds of the cells that ended: of each case, and of those like it."""

    def __init__(self) -> None:
        self._sums: dict[object, tuple[float, int]] = {}

    def note(self, job: Job, seconds: float) -> None:
        """Note how long a cell took."""
        for key in (job.cell.case.id, _family(job)):
            total, count = self._sums.get(key, (0.0, 0))
            self._sums[key] = total + seconds, count + 1

    def of(self, job: Job) -> tuple[float, int]:
        """Return what a cell may take, inf if nobody knows, and how many such a load may have."""
        for key, most in ((job.cell.case.id, MOST), (_family(job), UNSEEN)):
            if key in self._sums:
                total, count = self._sums[key]
                return total / count, most
        return math.inf, 1


class Backlog:
    """Jobs by the label of their device, in their order.

    Parameters
    ----------
    jobs : sequence of Job
        What is to run.
    timeouts : Timeouts
        Tells which cases are given up.
    speeds : Speeds
        Of cells so far.
    """

    def __init__(self, jobs: Sequence[Job], timeouts: Timeouts, speeds: Speeds) -> None:
        self._queues: dict[str, deque[Job]] = {}
        for job in jobs:
            self._queues.setdefault(label(job.cell.case.device), deque()).append(job)
        self._timeouts, self._speeds = timeouts, speeds

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def back(self, job: Job) -> None:
        """Put a job in front again."""
        self._queues.setdefault(label(job.cell.case.device), deque()).appendleft(job)

    def given_up(self) -> Iterator[Job]:
        """Take out the jobs at the front whose case is given up."""
        for waiting in self._queues.values():
            while waiting and not waiting[0].members and self._gives_up(waiting[0]):
                yield waiting.popleft()

    def take(self, labels: Iterable[str], slots: int, *, brief: bool) -> tuple[Job, ...]:
        """Take the next load, nothing if there is none.

        Parameters
        ----------
        labels : iterable of str
            Those that the worker serves.
        slots : int
            How many loads run at a time: the last cells are shared out among them.
        brief : bool
            Take none that takes longer than `BRIEF`.
        """
        for name in labels:
            waiting = self._queues.get(name)
            if waiting and not (brief and self._speeds.of(waiting[0])[0] > BRIEF):
                return tuple(self._load(waiting, -(-len(waiting) // (2 * slots))))
        return ()

    def _load(self, waiting: deque[Job], most: int) -> Iterator[Job]:
        first = waiting.popleft()
        yield first
        if first.members or first.cell.alone:
            return
        taken, room = 1, BRIEF - self._speeds.of(first)[0]
        while waiting and not waiting[0].members and not self._gives_up(waiting[0]):
            seconds, own = self._speeds.of(waiting[0])
            room -= seconds
            if room < 0 or taken >= min(own, most):
                return
            taken += 1
            yield waiting.popleft()

    def _gives_up(self, job: Job) -> bool:
        return self._timeouts.gives_up(job.cell.case.id)


def _family(job: Job) -> object:
    case = job.cell.case
    return (case.suite, case.experiment, case.backend, case.device)

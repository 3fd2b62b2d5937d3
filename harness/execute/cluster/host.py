"""The process on a worker that runs cells: a local pool of one, told what to run by its worker.

It is a process of its own since a pool adopts and ends what its cells leave, which a worker of dask
with threads and children of its own must not, and so that the worker's process stays as it was. It
ends, with all it started, when its line to the worker closes, however the worker ended.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import NoReturn

from harness import backends, datasets, environment
from harness.config.data import Data
from harness.datasets import catalogue
from harness.datasets.dataset import Roots
from harness.devices import DEVICES
from harness.errors import HarnessError
from harness.execute import client
from harness.execute.cases import Sources, UnreadableData
from harness.execute.cluster import messages
from harness.execute.cluster.messages import Load, Refusal, Reply, WorkerInfo
from harness.execute.outcome import shortened
from harness.execute.pool import Batch, Finished, run_all
from harness.execute.protocol import Job
from harness.execute.wire import Answer
from harness.types import DataUsed
from harness.words import plain

LOOK = "look"
"""Asks for what this machine is."""
DONE = "done"
"""Says that a load has been run."""
_LONGEST_IDLE = 30.0
"""Seconds without orders after which it ends: who would send them may be gone without a word."""
_KERNEL = Path("/proc/sys/kernel/random/boot_id")


class Host:
    """Runs what its worker sends.

    Parameters
    ----------
    line : Connection
        To the worker.
    scratch : Path
        A folder that is its own.
    """

    def __init__(self, line: Connection, scratch: Path) -> None:
        self._line, self._scratch = line, scratch
        self._orders: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._versions = messages.versions()  # of the code as it was loaded
        self._found = Found()

    def serve(self) -> None:
        """Carry out orders until there are none for long."""
        threading.Thread(target=self._listen, daemon=True).start()
        with contextlib.suppress(queue.Empty):
            while True:
                order = self._orders.get(timeout=_LONGEST_IDLE)
                if isinstance(order, Load):
                    for message in self._run(order):
                        self._line.send(message)
                    self._line.send(DONE)
                else:
                    self._line.send(self._seen())

    def _listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._orders.put(self._line.recv())
        os.kill(os.getpid(), signal.SIGTERM)  # the main thread ends what runs

    def _seen(self) -> WorkerInfo:
        client.begin()  # it imports beside the looking
        known = {name: backends.get(name) for name in backends.names()}
        reasons = {
            (name, device): reason
            for name, backend in known.items()
            for device in DEVICES
            if (reason := backend.absent(device)) is not None
        }
        kernel = _KERNEL.read_text("ascii").strip() if _KERNEL.exists() else ""
        return WorkerInfo(environment.snapshot(), self._versions, reasons, kernel)

    def _run(self, load: Load) -> Iterator[Reply | Refusal]:
        _stand_in(load.folder)
        since = messages.now()
        if self._versions[messages.CODE] != load.code:
            yield Refusal(f"{messages.CODE} changed there; start the worker again")
            return
        if reason := messages.unlike(load.jobs):
            yield Refusal(reason)
            return
        jobs = [_own(job, since) for job in load.jobs]
        reasons = {job.name: self._found.problem(job) for job in jobs}
        for name in filter(reasons.get, reasons):
            yield Reply(name, Answer("failed", reasons[name]))
        ready = [job for job in jobs if not reasons[job.name]]
        with closing(run_all(Batch(tuple(ready), 1, self._scratch))) as ended:
            for finished in ended:
                yield _packed(finished)


def _stand_in(folder: str) -> None:
    """Work in the project, where it is, as whoever runs cells locally does."""
    if folder and Path(folder).is_dir():
        os.chdir(folder)
        if folder not in sys.path:
            sys.path.append(folder)


def _own(job: Job, since: int) -> Job:
    """Return a job as it is run here: with the data, clock and processors of this machine."""
    given = None if os.environ.get("HARNESS_DATA") else job.roots.data
    threads = (os.cpu_count() or 1) if job.cell.alone else job.threads
    return replace(job, roots=Roots.find(given), threads=threads, since=since)


def _packed(finished: Finished) -> Reply:
    log = b""
    with contextlib.suppress(OSError):  # it printed nothing
        log = finished.log.read_bytes()
    return Reply(
        finished.job.name, finished.answer, finished.timeout, finished.untried, finished.died,
        finished.wall_s, log,
    )  # fmt: skip


def _end(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - as signals call
    raise SystemExit


def main(number: int, scratch: str) -> None:
    """Serve the worker at the other end of a socket.

    Parameters
    ----------
    number : int
        File descriptor of the socket.
    scratch : str
        A folder for answers and logs, which need not be there.
    """
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        Host(Connection(number), Path(scratch)).serve()
    except (SystemExit, OSError):  # the worker wants no more, or is gone
        pass
    finally:
        client.drop()


class Found:
    """What each data set is on this machine; read once."""

    def __init__(self) -> None:
        self._sources: dict[tuple[object, ...], Sources] = {}
        self._fetched: dict[str, str] = {}

    def problem(self, job: Job) -> str:
        """Return why a job cannot be run on the data that this machine has; ``""`` if it can."""
        data = job.cell.case.settings.data
        if data is None or not job.fingerprint:
            return ""
        fetched = self._fetch(job, data)
        key = (job.roots, tuple(sorted(job.use.items())))
        used = self._sources.setdefault(key, Sources(job.roots, job.use)).of(job.cell.case)
        if isinstance(used, DataUsed) and used.fingerprint == job.fingerprint:
            return ""
        return f"the worker cannot use the data set {data.dataset!r}: {_why(used, job, fetched)}"

    def _fetch(self, job: Job, data: Data) -> str:
        """Get a data set that is missing, if it can be; return what went wrong."""
        name = job.use.get(data.dataset, data.dataset)
        if name not in self._fetched:
            self._fetched[name] = ""
            if datasets.missing(data, job.roots, job.use) and catalogue.entry(name).get is not None:
                try:
                    catalogue.get(name, job.roots)
                except HarnessError as error:
                    self._fetched[name] = shortened(plain(str(error)))
        return self._fetched[name]


def _why(used: DataUsed | UnreadableData | str | None, job: Job, fetched: str) -> str:
    if isinstance(used, UnreadableData):
        return used.reason
    if isinstance(used, DataUsed):
        there, ours = used.fingerprint[:12], job.fingerprint[:12]
        return f"it is another one: its fingerprint is {there} there, and {ours} here"
    return f"{used}; it could not be fetched: {fetched}" if fetched else str(used)

"""A cluster as the runner sees it: with the interface of `harness.execute.machines`."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext

from harness import backends, extras
from harness.datasets.dataset import Roots
from harness.errors import ClusterLost
from harness.execute.cluster.backlog import Speeds, label
from harness.execute.cluster.dispatch import Dispatch
from harness.execute.cluster.link import Link, TaskEnded
from harness.execute.cluster.roster import Roster
from harness.execute.machines import workers
from harness.execute.pool import Batch, Finished
from harness.processes.tree import Tree, postponed
from harness.types import Environment

_FIRST = 60.0
"""Seconds for the first workers to join."""
_STRAGGLERS = 60.0
"""Seconds for the others to say what they are, once one has."""
_FAREWELL = 45.0
"""Seconds for workers to end their hosts."""
_DISTRIBUTED = extras.late("distributed")
_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.execute.cluster.cluster import main; main(int(sys.argv[2]))"
)


class Cluster:
    """The workers of a scheduler.

    Parameters
    ----------
    link : Link
        To it.
    notify : callable
        Told in a line of workers that are refused or lost.
    """

    def __init__(self, link: Link, notify: Callable[[str], object]) -> None:
        self._link = link
        self._roster = Roster(link, uuid.uuid4().hex[:12], notify)
        self._speeds = Speeds()

    def begin(self, count: int = 0) -> None:
        """Wait for the workers that are there, `count` at least, and look at each.

        Raises
        ------
        ClusterLost
            If none joins.
        ClusterUnfit
            If none can be used.
        """
        started, first = time.monotonic(), 0.0
        while True:
            for event in self._link.events(0.5):
                self._roster.note(event)
            now, known = time.monotonic(), len(self._roster.members) + len(self._roster.refused)
            if known and not first:
                first = now
            if known >= max(1, count) and not self._roster.pending:
                break
            if first and now - first > _STRAGGLERS:
                break
            if not known and not self._roster.pending and now - started > _FIRST:
                raise ClusterLost(
                    f"no worker joined the scheduler at {self._link.address} within {_FIRST:g} s; "
                    f"start some there (dask worker {self._link.address})"
                )
        self._roster.settle()

    @property
    def slots(self) -> int:
        """All that workers take at a time."""
        return max(1, sum(one.info.slots for one in self._roster.members.values()))

    def environment(self, device: str) -> Environment:
        """Return a worker's snapshot; of a device that none has, that of any."""
        classes = self._roster.classes
        return classes.get(label(device)) or next(iter(classes.values()))

    def absent(self, backend: str, device: str) -> str | None:
        """Return what a worker of the right label says."""
        name, own = label(device), self.environment(device)
        if name and name not in self._roster.classes:
            here = device in backends.get(backend).devices
            lacking = f"no worker of the cluster has the resource {name}; start one with "
            return (
                lacking + f"--resources {name}=1" if here else backends.get(backend).absent(device)
            )
        able = (m for m in self._roster.members.values() if m.info.environment.klass == own.klass)
        known = next((member.info.absent for member in able if name in member.serves), {})
        return known.get((backend, device))

    def expect(self, libraries: Iterable[str]) -> None:
        """Do nothing: each worker imports what the cells it is sent need."""

    def run_all(self, batch: Batch) -> Generator[Finished, None, None]:
        """Run jobs on workers, and yield each as it ends, as `harness.execute.pool.run_all` does.

        Raises
        ------
        ClusterLost
            If the scheduler is gone, or all workers are for long.
        ClusterUnfit
            If no worker can be used.
        """
        if not batch.jobs:
            return
        batch.make_folder()
        dispatch = Dispatch(
            batch.jobs, batch.width, batch.scratch, self._roster, batch.timeouts, self._speeds
        )
        try:
            while dispatch.busy:
                yield from dispatch.turn()
                if dispatch.is_quiet:
                    batch.pause()
        finally:
            with postponed():
                dispatch.end()
                shutil.rmtree(batch.scratch, ignore_errors=True)

    def close(self) -> None:
        """Have the workers end what this run started there, and leave."""
        with contextlib.suppress(ClusterLost):
            self._dismiss()
        self._link.close()

    def _dismiss(self) -> None:
        keys, until = self._roster.leave(), time.monotonic() + _FAREWELL
        while keys and time.monotonic() < until:
            for event in self._link.events(0.5):
                if isinstance(event, TaskEnded):
                    keys.pop(event.key, None)
                else:
                    keys = {k: to for k, to in keys.items() if to in event.addresses}


@contextlib.contextmanager
def serving(text: str, roots: Roots, notify: Callable[[str], object]) -> Iterator[Cluster]:
    """Give the cluster of an address, or one of workers on this machine that ends with the block.

    Parameters
    ----------
    text : str
        As `harness.execute.machines.address` returned it.
    roots : Roots
        Where the data of workers on this machine lies.
    notify : callable
        Told in a line of workers that are refused or lost.

    Raises
    ------
    LibraryMissing
        If dask is not installed.
    ClusterLost
        If there is no scheduler, or no worker.
    ClusterUnfit
        If no worker can be used.
    """
    extras.require("distributed")
    count = workers(text)
    here: AbstractContextManager[str] = started(count, roots) if count else nullcontext(text)
    with here as scheduler:
        cluster = Cluster(Link(scheduler), notify)
        try:
            cluster.begin(count)
            yield cluster
        finally:
            with postponed():
                cluster.close()


@contextlib.contextmanager
def started(count: int, roots: Roots) -> Iterator[str]:
    """Give the address of a scheduler with so many workers of one cell at a time.

    They are processes of their own, in a session of their own: Ctrl-C is the runner's.

    Raises
    ------
    ClusterLost
        If they cannot be started.
    """
    words = [sys.executable, "-P", "-c", _CODE, json.dumps(sys.path), str(count)]
    env = {**os.environ, "HARNESS_DATA": str(roots.data), "HARNESS_CACHE": str(roots.cache)}
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with Tree(words, env=env, **streams) as tree:
        line = tree.process.stdout.readline() if tree.process.stdout else b""
        if not line:
            raise ClusterLost("the workers on this machine cannot be started")
        yield line.decode().strip()


def main(count: int) -> None:
    """Start them, say where the scheduler is, and go on until this process is ended."""
    with _DISTRIBUTED.LocalCluster(
        n_workers=count, threads_per_worker=1, memory_limit=0, dashboard_address=None
    ) as cluster:
        os.write(1, f"{cluster.scheduler_address}\n".encode())
        threading.Event().wait()

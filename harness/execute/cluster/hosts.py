"""What dask calls on a worker, and its end of the hosts that run cells there for each run.

`look`, `carry_out` and `dismiss` are called in threads of the worker; a host is a process of its
own (`harness.execute.cluster.host`).
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.execute.cluster.host import DONE, LOOK
from harness.execute.cluster.messages import Load, LoadResult, Refusal, Reply, WorkerInfo
from harness.extras import late
from harness.processes.family import end_tree

_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.execute.cluster.host import main; main(int(sys.argv[2]), sys.argv[3])"
)
_TICK = 0.2  # seconds between two looks at whether a load is still wanted
_GRACE = 120.0  # seconds beyond the budgets of a load after which its host is given up
_LOOK = 300.0  # seconds in which a host must say what the machine is: it may ask a driver
_END = 30.0  # seconds that a host has to end what runs
_DASK, _DISTRIBUTED = late("dask"), late("distributed")


class HostEnded(HarnessError):
    """A host ended, or does not answer."""


class Host:
    """One process and the line to it.

    Parameters
    ----------
    folder : str
        Where it may have a folder of its own.
    environ : mapping of str to str
        Its environment.
    """

    def __init__(self, folder: str, environ: Mapping[str, str]) -> None:
        self._scratch = Path(tempfile.mkdtemp(prefix="harness-", dir=folder))
        ours, theirs = socket.socketpair()
        words = [json.dumps(sys.path), str(theirs.fileno()), str(self._scratch / "running")]
        self._process = subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, "-P", "-c", _CODE, *words],
            stdin=subprocess.DEVNULL,
            stdout=2,  # the log of the worker, as its errors
            pass_fds=(theirs.fileno(),),
            start_new_session=True,  # signals are the worker's
            env=dict(environ),
        )
        theirs.close()
        self._line = Connection(ours.detach())
        self._tidy = threading.Thread(target=self._clear, daemon=True)
        self._tidy.start()

    def look(self, wanted: Callable[[], bool]) -> WorkerInfo:
        """Return what the machine is.

        Raises
        ------
        HostEnded
            If it does not say.
        """
        self._send(LOOK)
        info = self._next(time.monotonic() + _LOOK, wanted)
        if not isinstance(info, WorkerInfo):
            raise HostEnded("it says something else than was asked")
        return info

    def carry_out(self, load: Load, wanted: Callable[[], bool]) -> LoadResult:
        """Run a load; a host that ends meanwhile, or is no longer wanted, leaves it unfinished."""
        replies: list[Reply] = []
        refusal = ""
        until = time.monotonic() + load.budget + _GRACE
        try:
            self._send(load)
            while (message := self._next(until, wanted)) != DONE:
                if isinstance(message, Refusal):
                    refusal = message.reason
                elif isinstance(message, Reply):
                    replies.append(message)
        except HostEnded as ended:
            return LoadResult(tuple(replies), lost=str(ended))
        return LoadResult(tuple(replies), refusal=refusal)

    def close(self) -> None:
        """Let it end what runs, and itself."""
        self._line.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_END)
        if self.alive:
            end_tree(self._process.pid)
        self._tidy.join()

    def _clear(self) -> None:
        """Leave nothing of it once it has ended, as it does by itself when its run is gone."""
        self._process.wait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    def _send(self, order: object) -> None:
        try:
            self._line.send(order)
        except OSError as error:
            raise HostEnded(self._ending()) from error

    def _next(self, until: float, wanted: Callable[[], bool]) -> Any:
        while not self._line.poll(_TICK):
            if not wanted():
                raise HostEnded("it is no longer wanted")
            if time.monotonic() > until:
                raise HostEnded("the process that runs cells there does not answer")
        try:
            return self._line.recv()
        except (EOFError, OSError) as error:
            raise HostEnded(self._ending()) from error

    def _ending(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):  # its line closed a moment before
            self._process.wait(_TICK)
        code = self._process.returncode
        return "the process that runs cells there ended" + (f" ({code})" if code else "")


class Hosts:
    """The hosts of a worker for one run: as many as tasks that it takes at a time.

    Parameters
    ----------
    folder : str
        Where they have their folders.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._environ = _environ()
        self._idle: list[Host] = []
        self._lock = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def one(self) -> Iterator[Host]:
        """Lend a host; one that ended, or was left in the middle of something, is dropped."""
        with self._lock:
            host = self._idle.pop() if self._idle else None
        if host is not None and not host.alive:
            host.close()
            host = None
        host = host or Host(self._folder, self._environ)
        try:
            yield host
        except BaseException:
            host.close()
            raise
        self._give_back(host)

    def _give_back(self, host: Host) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(host)
                return
        host.close()

    def close(self) -> None:
        """End those that are idle, and the others when they come back."""
        with self._lock:
            self._closed, idle, self._idle = True, self._idle, []
        for host in idle:
            host.close()


def _environ() -> dict[str, str]:
    """Return the environment that this worker was given: without what dask adds for its own tasks.

    It bounds the threads of libraries, which cells are told themselves.
    """
    added = _DASK.config.get("distributed.nanny.pre-spawn-environ", {})
    return {name: text for name, text in os.environ.items() if str(added.get(name)) != text}


_RUNS: dict[str, Hosts] = {}
_LOCK = threading.Lock()


def look(run: str) -> WorkerInfo:
    """Return what this worker is; from now on it takes loads of the run."""
    worker, wanted = _worker(), _still_wanted()
    hosts = Hosts(worker.local_directory)
    with hosts.one() as host:
        info = host.look(wanted)
    with _LOCK:
        before, _RUNS[run] = _RUNS.get(run), hosts
    if before is not None:
        before.close()
    return replace(info, slots=worker.state.nthreads, resources=dict(worker.state.total_resources))


def carry_out(run: str, packed: bytes) -> bytes:
    """Run a load, if this very process was looked at."""
    with _LOCK:
        hosts = _RUNS.get(run)
    if hosts is None:
        return pickle.dumps(LoadResult(stranger=True))
    load: Load = pickle.loads(packed)  # noqa: S301 - from the runner
    wanted, result = _still_wanted(), LoadResult(lost="it was not begun")
    with contextlib.suppress(_Lost), hosts.one() as host:
        result = host.carry_out(load, wanted)
        if result.lost:
            raise _Lost  # nobody uses this host again
    return pickle.dumps(result)


def dismiss(run: str) -> None:
    """End the hosts of a run."""
    with _LOCK:
        hosts = _RUNS.pop(run, None)
    if hosts is not None:
        hosts.close()


class _Lost(Exception):
    pass


def _worker() -> Any:
    return _DISTRIBUTED.get_worker()


def _still_wanted() -> Callable[[], bool]:
    """Return what tells whether the task at hand is still wanted, and its worker goes on."""
    worker = _worker()
    key = worker.get_current_task()

    def wanted() -> bool:
        task = worker.state.tasks.get(key)
        executing = task is not None and task.state in ("executing", "long-running")
        return executing and worker.status.name in ("running", "paused")

    return wanted

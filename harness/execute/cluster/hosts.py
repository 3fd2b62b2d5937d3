"""A worker's end of its hosts, the processes that run cells (`harness.execute.cluster.host`)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
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


_DASK = late("dask")


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

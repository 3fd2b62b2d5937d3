"""Cells where a process cannot fork: each in a new Python, watched by a thread of the runner.

Slow, since every cell imports the libraries anew, and what a cell started is found from outside
when it ends; otherwise as with `harness.execute.client`.
"""

from __future__ import annotations

import json
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from harness.execute.logs import BoundedLog
from harness.execute.protocol import LOG, Ended, How, Message, Order, Source
from harness.processes.family import end_tree, takes_more

_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.execute.spawn import main; main()"
)
_ORDER = "order"
_PAUSE = 0.05
_DRAIN = 2.0  # seconds for the last of what was printed, once the tree has ended


class Spawner:
    """Starts cells, with the interface of a `harness.execute.client.Client`."""

    def __init__(self) -> None:
        self._ended: queue.Queue[Ended] = queue.Queue()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def send(self, message: Message) -> None:
        """Start a cell, or kill one by its name; a process has one cell, and none waits."""
        if isinstance(message, Order):
            threading.Thread(target=self._watch, args=(message,), daemon=True).start()
        elif isinstance(message, str) and message in self._processes:
            end_tree(self._processes[message].pid)

    def prepare(self, libraries: Iterable[str], data: Iterable[Source]) -> None:
        """Do nothing: each cell fetches what it needs."""

    def events(self, timeout: float) -> list[Ended]:
        """Return what has ended, after at most `timeout` seconds."""
        try:
            return [self._ended.get(timeout=max(timeout, 0.001))]
        except queue.Empty:
            return []

    def destroy(self) -> None:
        """Kill what runs."""
        for process in list(self._processes.values()):
            end_tree(process.pid)

    def _watch(self, order: Order) -> None:
        started = time.monotonic()
        try:
            process = _start(order)
        except OSError as error:
            self._ended.put(Ended(order.name, "unstarted", text=str(error)))
            return
        self._processes[order.name] = process
        log = BoundedLog(Path(order.folder) / LOG)
        assert process.stdout is not None
        reader = threading.Thread(target=_copy, args=(process.stdout, log), daemon=True)
        reader.start()
        how = _bound(process, order, started + order.budget)
        end_tree(process.pid)
        code = process.wait()
        reader.join(_DRAIN)
        log.close()
        del self._processes[order.name]
        self._ended.put(Ended(order.name, how, code, time.monotonic() - started))


def _start(order: Order) -> subprocess.Popen[bytes]:
    (Path(order.folder) / _ORDER).write_bytes(pickle.dumps(order))
    path = json.dumps(sys.path)
    return subprocess.Popen(  # noqa: S603 - this very Python
        [sys.executable, "-P", "-c", _CODE, path, order.folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _bound(process: subprocess.Popen[bytes], order: Order, deadline: float) -> How:
    """Wait for the end of a cell, or for what ends it."""
    while process.poll() is None:
        if time.monotonic() >= deadline:
            return "timeout"
        if order.memory and takes_more(process.pid, order.memory):
            return "memory"
        time.sleep(_PAUSE)
    return "exit"


def _copy(stream: IO[bytes], log: BoundedLog) -> None:
    while data := os.read(stream.fileno(), 1 << 16):
        log.add(data)


def main() -> None:
    """Be the process of the cell whose folder is the last argument."""
    from harness.execute import worker

    folder = Path(sys.argv[-1])
    order = pickle.loads((folder / _ORDER).read_bytes())  # noqa: S301 - written by the runner
    pickle.loads(order.context).apply()  # noqa: S301
    worker.main(pickle.loads(order.job), folder)  # noqa: S301
    os._exit(0)

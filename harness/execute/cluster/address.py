"""What ``--cluster`` says: the address of a scheduler, or workers on this machine, started here.

The latter end with whoever asked for them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator

from harness.datasets.dataset import Roots
from harness.errors import ClusterLost
from harness.extras import late
from harness.processes.tree import Tree

_DISTRIBUTED = late("distributed")


LOCAL = "local:"
_MUST = (
    "must be the address of a dask scheduler, such as tcp://10.0.0.5:8786, or local:N for N "
    "workers on this machine"
)
_ADDRESS = re.compile(
    r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?:[^\s:/\[\]]+|\[[0-9a-fA-F:.%]+\]):(\d{1,5})"
)
_NUMBER = re.compile(r"[0-9]{1,9}")  # in digits of ASCII
_MOST_WORKERS = 1024
_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.execute.cluster.address import main; main(int(sys.argv[2]))"
)


def parse(text: str) -> str:
    """Return an address as it was written, once it is one.

    Raises
    ------
    ValueError
        If it is none; says what must be.
    """
    if text.startswith(LOCAL):
        if not _NUMBER.fullmatch(text, len(LOCAL)) or not 1 <= workers(text) <= _MOST_WORKERS:
            raise ValueError(f"local:N must have an N from 1 to {_MOST_WORKERS}, got {text!r}")
        return text
    found = _ADDRESS.fullmatch(text)
    if found is None or not 1 <= int(found[1]) <= 65535:
        raise ValueError(f"{_MUST}, got {text!r}")
    return text


def workers(text: str) -> int:
    """Return how many workers on this machine an address asks for, 0 for that of a scheduler."""
    return int(text.removeprefix(LOCAL)) if text.startswith(LOCAL) else 0


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

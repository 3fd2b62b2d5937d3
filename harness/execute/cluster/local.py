"""A scheduler and workers on this machine, which end with whoever asked for them."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

from harness.datasets.dataset import Roots
from harness.errors import ClusterLost
from harness.extras import late
from harness.processes.tree import Tree

_DISTRIBUTED = late("distributed")
_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.execute.cluster.local import main; main(int(sys.argv[2]))"
)


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

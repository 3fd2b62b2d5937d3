"""What dask calls on a worker, in one of its threads: each run has hosts of its own there."""

from __future__ import annotations

import contextlib
import pickle
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from harness.execute.cluster.hosts import Hosts
from harness.execute.cluster.messages import Load, LoadResult, WorkerInfo
from harness.extras import late

_DISTRIBUTED = late("distributed")
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

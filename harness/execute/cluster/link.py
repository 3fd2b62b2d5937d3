"""Our end of the cluster: tasks sent to workers, and what is heard of them, in one queue.

All that is asked of dask on this side is asked here. Nothing waits for the scheduler in the main
thread: results and the list of workers are fetched in threads, so that a scheduler that hangs is
noticed as one that has ended is.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
import time
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from harness.errors import ClusterLost, UsageError
from harness.extras import late

_DASK, _DASK_UTILS, _DISTRIBUTED = late("dask"), late("dask.utils"), late("distributed")
_LOOK = 0.5  # seconds between two looks at which workers there are
_SILENCE = 60.0  # seconds without such a list after which the scheduler is taken for gone
_FETCH = 120.0  # seconds for a result to come over
_CLOSE = 5.0
_FETCHERS = 4


@dataclass(frozen=True)
class WorkersPresent:
    """The workers that the scheduler has."""

    addresses: frozenset[str]


@dataclass(frozen=True)
class TaskEnded:
    """A task has ended: its value, or in its place why there is none."""

    key: str
    value: Any = None
    error: str = ""


Event = WorkersPresent | TaskEnded


class Link:
    """The connection to a scheduler.

    Parameters
    ----------
    address : str
        Of the scheduler; certificates are those of dask's own configuration.

    Raises
    ------
    ClusterLost
        If it does not answer.
    UsageError
        If it asks for certificates, and dask's configuration names none.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._client = _connected(address)
        self._errand = _errand()
        self._futures: dict[str, Any] = {}
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._fetchers = ThreadPoolExecutor(_FETCHERS, thread_name_prefix="harness-fetch")
        self._heard = time.monotonic()
        self._silent = ""
        self._open = True
        threading.Thread(target=self._watch, daemon=True).start()

    def send(self, key: str, to: str, errand: str, *words: object, label: str = "") -> None:
        """Have a worker call a function of `harness.execute.cluster.hosts`.

        Parameters
        ----------
        key : str
            What events call it; used once.
        to : str
            Address of the worker.
        errand : str
            Name of the function.
        *words : object
            Its arguments.
        label : str
            A resource of which the task takes one.
        """
        future = self._client.submit(
            self._errand, errand, *words,
            key=key, workers=[to], allow_other_workers=False, pure=False,
            resources={label: 1} if label else None,
        )  # fmt: skip
        self._futures[key] = future
        future.add_done_callback(lambda done: self._fetch_soon(key, done))

    def drop(self, keys: Iterable[str]) -> None:
        """Have tasks ended, whose results are no longer wanted."""
        for key in list(keys):
            if future := self._futures.pop(key, None):
                future.release()  # nobody else waits for it: the scheduler ends it

    def events(self, timeout: float) -> list[Event]:
        """Return what is new, after at most `timeout` seconds.

        Raises
        ------
        ClusterLost
            If the scheduler is gone, or has said nothing for long.
        """
        found: list[Event] = []
        with contextlib.suppress(queue.Empty):
            found.append(self._events.get(timeout=max(timeout, 0.001)))
            while True:
                found.append(self._events.get_nowait())
        self.check()
        for event in found:
            if isinstance(event, TaskEnded):
                self._futures.pop(event.key, None)
        return found

    def check(self) -> None:
        """Raise if the scheduler is gone.

        Raises
        ------
        ClusterLost
        """
        quiet = time.monotonic() - self._heard
        if self._client.status != "running":
            raise self._lost("it has ended, or cannot be reached any more")
        if quiet > _SILENCE:
            raise self._lost(self._silent or f"it has not answered for {quiet:.0f} s")

    def close(self) -> None:
        """Leave the cluster."""
        self._open = False
        self._fetchers.shutdown(wait=False, cancel_futures=True)
        self._futures.clear()
        with contextlib.suppress(Exception):  # whatever is left of the connection
            self._client.close(timeout=_CLOSE)

    def _lost(self, reason: str) -> ClusterLost:
        return ClusterLost(
            f"the scheduler at {self.address} is lost: {reason}; what was finished is stored, run "
            "the same command again to go on"
        )

    def _watch(self) -> None:
        while self._open:
            try:
                workers = frozenset(self._client.nthreads())
            except Exception as error:  # noqa: BLE001 - dask has many for it; it is told if it lasts
                self._silent = _line(error)
            else:
                self._heard = time.monotonic()
                self._events.put(WorkersPresent(workers))
            time.sleep(_LOOK)

    def _fetch_soon(self, key: str, future: Any) -> None:
        with contextlib.suppress(RuntimeError):  # closed meanwhile
            self._fetchers.submit(self._fetch, key, future)

    def _fetch(self, key: str, future: Any) -> None:
        try:
            self._events.put(TaskEnded(key, future.result(timeout=_FETCH)))
        except BaseException as error:  # noqa: BLE001 - of the task, of dask, or that it was dropped
            self._events.put(TaskEnded(key, error=_line(error)))


def _connected(address: str) -> Any:
    _check_certificates(address)
    connect = _DISTRIBUTED.Client  # its import sets up the logs
    for name in ("distributed", "distributed.client", "distributed.comm", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said by us, in a line
    try:
        asyncio.run(_asked(address))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared by `messages`
            return connect(address, set_as_default=False, name="harness")
    except Exception as error:
        raise ClusterLost(
            f"cannot reach a dask scheduler at {address}: {_line(error)}; start one there (dask "
            "scheduler), or name another address"
        ) from error


async def _asked(address: str) -> None:
    """Ask who is there, in so much time as dask gives to a connection: a client would not end.

    Raises
    ------
    Exception
        Whatever dask or the system has for it, if it is no scheduler.
    """
    seconds = _DASK.config.get("distributed.comm.timeouts.connect")
    arguments = _DISTRIBUTED.Security().get_connection_args("client")
    async with _DISTRIBUTED.rpc(address, connection_args=arguments) as there:
        patience = 2 * _DASK_UTILS.parse_timedelta(seconds)
        try:
            found = (await asyncio.wait_for(there.identity(), patience))["type"]
        except (MemoryError, TimeoutError, KeyError, TypeError) as error:
            raise ConnectionError("what answers there does not speak as dask does") from error
    if found != "Scheduler":
        raise ConnectionError(f"a {str(found).lower()} is there, and no scheduler")


def _check_certificates(address: str) -> None:
    """Raise where TLS is asked for and dask's configuration names no certificate of ours.

    Raises
    ------
    UsageError
    """
    asked = address.startswith(("tls://", "wss://"))
    if asked and _DISTRIBUTED.Security().get_connection_args("client").get("ssl_context") is None:
        raise UsageError(
            f"{address} asks for certificates, and dask's configuration must name them: ca-file, "
            "client.cert and client.key of distributed.comm.tls (docs/scaling.md)"
        )


def _errand() -> Callable[..., Any]:
    """Return what is sent to workers: pickled as it is, so that a scheduler needs no harness."""

    def errand(name: str, *words: object) -> object:
        import importlib

        return getattr(importlib.import_module("harness.execute.cluster.hosts"), name)(*words)

    return errand


def _line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

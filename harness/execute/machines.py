"""What runs cells, as the runner sees it: this machine, or the workers of a cluster.

``--cluster`` is the address of a scheduler, or asks for workers on this machine, started here.
The latter end with whoever asked for them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from harness import backends, environment
from harness.datasets.dataset import Roots
from harness.execute import client
from harness.execute.pool import Batch, Finished, run_all
from harness.types import Environment

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


class Machines(Protocol):
    """One machine or several, whose cells are of one environment class for each device."""

    @property
    def slots(self) -> int:
        """How many cells they run at a time, unless told."""
        ...

    def environment(self, device: str) -> Environment:
        """Return a snapshot of where cells of a device run; its class is part of their ids."""
        ...

    def absent(self, backend: str, device: str) -> str | None:
        """Return why no cell of a backend on a device can run, or None; imports no library."""
        ...

    def expect(self, libraries: Iterable[str]) -> None:
        """Import what cells will need beside what else is to do, where that saves time."""
        ...

    def run_all(self, batch: Batch) -> Generator[Finished, None, None]:
        """Run jobs and yield each as it ends, as `harness.execute.pool.run_all` does."""
        ...


class LocalMachine:
    """The machine at hand.

    Parameters
    ----------
    environment : Environment
        Its snapshot.
    """

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    @property
    def slots(self) -> int:
        """A cell a processor."""
        return os.cpu_count() or 1

    def environment(self, device: str) -> Environment:  # noqa: ARG002 - it has them all
        """Return its snapshot."""
        return self._environment

    def absent(self, backend: str, device: str) -> str | None:
        """Ask the backend."""
        return backends.get(backend).absent(device)

    def expect(self, libraries: Iterable[str]) -> None:
        """Let the server of cells import them."""
        client.expect(libraries)

    def run_all(self, batch: Batch) -> Generator[Finished, None, None]:
        """Run jobs in processes of this machine."""
        return run_all(batch)


def address(text: str) -> str:
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


def machines_of(
    cluster: str | None, roots: Roots, notify: Callable[[str], object]
) -> AbstractContextManager[Machines]:
    """Give what runs the cells.

    Parameters
    ----------
    cluster : str or None
        As `address` returned it; None for this machine.
    roots : Roots
        Where data lies here.
    notify : callable
        Told in a line of workers that are refused or lost.

    Raises
    ------
    ClusterLost
        If there is no scheduler, or no worker.
    ClusterUnfit
        If no worker can be used.
    """
    if cluster is None:
        return nullcontext(LocalMachine(environment.snapshot()))
    from harness.execute.cluster.cluster import serving  # here: few runs need it

    return serving(cluster, roots, notify)

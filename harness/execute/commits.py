"""Records stored in groups: flushing the disk takes longer than a small cell.

No record is told as done before it is on the disk, and none waits longer than a moment for that.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.store.store import Store
from harness.types import Environment, Record

LONGEST = 0.1
"""Seconds from which a stored record is flushed, whatever follows."""


class Commits:
    """Stores records, and tells of those that are on the disk.

    Parameters
    ----------
    store : Store
        Where they go.
    tell : callable
        Called with each record, in their order.
    """

    def __init__(self, store: Store, tell: Callable[[Record], object]) -> None:
        self._store, self._tell = store, tell
        self._untold: list[Record] = []
        self._since = 0.0

    def add(self, record: Record, environment: Environment) -> None:
        """Store a record and where it was measured; it is told now or soon.

        Raises
        ------
        StoreError, FileError
            If it cannot be.
        """
        self._store.append(record, environment, flush=False)
        self._since = self._since if self._untold else time.monotonic()
        self._untold.append(record)
        if time.monotonic() - self._since >= LONGEST:
            self.settle()

    def settle(self) -> None:
        """Flush what is stored, and tell of it.

        Raises
        ------
        FileError
            If it cannot be.
        """
        self._store.flush()
        untold, self._untold = self._untold, []
        for record in untold:
            self._tell(record)

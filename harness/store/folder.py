"""Several stores read as one: the records of every machine under a folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from harness.store.files import stores
from harness.store.store import Store
from harness.types import Array, Environment, Record


def snapshots(folder: Path) -> Mapping[str, Environment]:
    """Return the environments of every store under a folder by id; records are not read."""
    return {k: v for path in stores(folder) for k, v in Store(path).environments.items()}


class StoreFolder:
    """Every store under a folder, read-only; an `harness.types.Archive`.

    Parameters
    ----------
    folder : Path
        A store, or a folder of stores such as ``results/reference``.
    """

    def __init__(self, folder: Path) -> None:
        self._stores = [Store(path) for path in stores(folder)]
        self._environments = {k: v for store in self._stores for k, v in store.environments.items()}
        self._owner: dict[tuple[str, str], Store] = {}

    @property
    def suites(self) -> Collection[str]:
        """The suites of which there are records in any store."""
        return tuple(dict.fromkeys(suite for store in self._stores for suite in store.suites))

    def of(self, suite: str) -> Sequence[Record]:
        """Return the records of a suite, store by store."""
        found = [(store, store.of(suite)) for store in self._stores]
        self._owner |= {(r.cell, r.started): s for s, own in found for r in own if r.arrays}
        return tuple(record for _, own in found for record in own)

    @property
    def records(self) -> Sequence[Record]:
        """Every record, suite by suite: all of them in memory."""
        return tuple(record for suite in self.suites for record in self.of(suite))

    @property
    def environments(self) -> Mapping[str, Environment]:
        """Environment snapshots of all stores by id."""
        return self._environments

    @property
    def most(self) -> Mapping[str, int]:
        """How far the seeds of suites may go, where that was declared; the first store counts."""
        return {k: v for store in reversed(self._stores) for k, v in store.most.items()}

    @property
    def notes(self) -> list[str]:
        """Notes of all stores."""
        return [note for store in self._stores for note in store.notes]

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record from the store that holds it."""
        key = (record.cell, record.started)
        if key not in self._owner:
            self.of(record.suite)
        return self._owner[key].array(record, name)

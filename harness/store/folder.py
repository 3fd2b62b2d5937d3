"""Several stores read as one: the records of every machine under a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        self._records = tuple(record for store in self._stores for record in store.records)
        self._owner = {
            (record.cell, record.started): store
            for store in self._stores
            for record in store.records
        }

    @property
    def records(self) -> Sequence[Record]:
        """Every record, store by store."""
        return self._records

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
        return self._owner[record.cell, record.started].array(record, name)

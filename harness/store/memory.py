"""Records in memory: those that a file of numbers stands for, alone or beside a store's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from harness.types import Archive, Array, Environment, Record


@dataclass(frozen=True)
class Memory:
    """Records that no store holds; an `harness.types.Archive`.

    Attributes
    ----------
    records : tuple of Record
        In the order of the file.
    environments : mapping of str to Environment
        By id.
    arrays : mapping of (str, str) to ndarray
        By cell and name.
    """

    records: tuple[Record, ...]
    environments: Mapping[str, Environment]
    arrays: Mapping[tuple[str, str], Array] = field(default_factory=dict)

    @property
    def suites(self) -> Collection[str]:
        """The suites of the records."""
        return {record.suite for record in self.records}

    def of(self, suite: str) -> Sequence[Record]:
        """Return the records of a suite, in the order of the file."""
        return tuple(record for record in self.records if record.suite == suite)

    @property
    def most(self) -> Mapping[str, int]:
        """Nothing: no seeds can be added to a file."""
        return {}

    def array(self, record: Record, name: str) -> Array:
        """Return an array of a record; KeyError if it has none of that name."""
        return self.arrays[record.cell, name]


class JoinedArchive:
    """A store and records in memory, read as one; an `harness.types.Archive`.

    Parameters
    ----------
    store : Archive
        What was measured here.
    memories : sequence of Memory
        What files hold.
    """

    def __init__(self, store: Archive, memories: Sequence[Memory]) -> None:
        self._store = store
        self._memories = memories
        self._owner = {record.cell: memory for memory in memories for record in memory.records}

    @property
    def suites(self) -> Collection[str]:
        """The suites of which there are records anywhere."""
        return {*self._store.suites, *(name for memory in self._memories for name in memory.suites)}

    def of(self, suite: str) -> Sequence[Record]:
        """Return the records of a suite, those of the store first."""
        return (*self._store.of(suite), *(r for memory in self._memories for r in memory.of(suite)))

    @property
    def environments(self) -> Mapping[str, Environment]:
        """Environment snapshots by id."""
        found = dict(self._store.environments)
        for memory in self._memories:
            found |= memory.environments
        return found

    @property
    def most(self) -> Mapping[str, int]:
        """How far seeds may go, as declared in the store."""
        return self._store.most

    def array(self, record: Record, name: str) -> Array:
        """Return an array of a record from where it is held."""
        return self._owner.get(record.cell, self._store).array(record, name)

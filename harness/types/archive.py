"""Records as they are read, with the machines they were made on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from harness.types.record import Record
from harness.types.values import Array


@dataclass(frozen=True)
class Environment:
    """One snapshot of the machine and the libraries.

    Attributes
    ----------
    id : str
        Hash of everything below.
    klass : str
        Hash of what may change numbers or speed: processor, cores, memory class, operating
        system, Python and library versions. Cells are reused only within one class.
    hardware : str
        Hardware class in words, e.g. ``"x86_64 AMD EPYC, 2 cores"``.
    facts : mapping of str to str
        Everything shown to the reader: libraries, BLAS, threads, commit, dirty flag, ...
    """

    id: str
    klass: str
    hardware: str
    facts: Mapping[str, str]


class Archive(Protocol):
    """Read-only records, as the judge and the report see them: suite by suite."""

    @property
    def suites(self) -> Collection[str]:
        """The suites of which there are records."""
        ...

    def of(self, suite: str) -> Sequence[Record]:
        """Return the records of a suite, the latest of each cell, in the order they were written.

        They may be read for this, and are best let go of before the next suite is asked for.
        """
        ...

    @property
    def environments(self) -> Mapping[str, Environment]:
        """Environment snapshots by id."""
        ...

    @property
    def most(self) -> Mapping[str, int]:
        """How far the seeds of suites may go, where a run until claims are settled declared it."""
        ...

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record; KeyError if it has none of that name."""
        ...

"""What a cell left: the outcome of its experiment, the record that is stored, and many of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from harness.types.case import Array, Scalar

Status = Literal["ok", "diverged", "skipped", "failed", "timeout"]


@dataclass(frozen=True)
class Series:
    """One curve of a cell: `y` over `x`, equal lengths; either may hold inf or nan."""

    x: Sequence[float]
    y: Sequence[float]


@dataclass(frozen=True)
class Outcome:
    """What an experiment returns.

    Attributes
    ----------
    metrics : mapping of str to float
        Scalars a claim can select.
    series : mapping of str to Series
        Curves, e.g. ``train_loss`` over ``epoch``.
    arrays : mapping of str to ndarray
        What a figure or an over-examples claim needs; stored as ``.npz``.
    samples : mapping of str to sequence of float
        Raw timing samples, seconds.
    digests : mapping of str to str
        SHA-256 of the data, initial weights, final weights.
    diverged : str
        Reason, when the experiment went to inf or nan; ``""`` otherwise.
    """

    metrics: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    diverged: str = ""


@dataclass(frozen=True)
class DataUsed:
    """The data set a cell ran on.

    Attributes
    ----------
    requested, used : str
        Name in the suite, and name actually read (they differ under ``--use``).
    fingerprint : str
        SHA-256 over decoded pixels and labels.
    same_images : bool
        True when `used` holds the images of `requested` (possibly re-encoded).
    """

    requested: str
    used: str
    fingerprint: str
    same_images: bool


@dataclass(frozen=True)
class Record:
    """What a cell left. Raw values only; statistics are computed when read.

    Attributes
    ----------
    cell : str
        Hash of case id, seed, data fingerprint and environment class.
    case, suite, experiment : str
        As in `Case`.
    axes : mapping
        As in `Case`.
    seed : int
        Repetition number.
    status : {'ok', 'diverged', 'skipped', 'failed', 'timeout'}
        All but ``ok`` carry a `reason`.
    environment : str
        Id of the snapshot in the store's environments.
    data : DataUsed or None
        None for experiments without data.
    arrays : mapping of str to str
        Array name to ``"file.npz"`` in the store's ``arrays`` folder; read through the store.
    wall_s, cpu_s : float
        Duration of the cell, seconds, and processor time of its process.
    peak_rss : int
        Bytes, of the cell's process.
    started : str
        ISO 8601, UTC.
    budget : float
        Seconds it was allowed.
    deviation : str
        As in `Case`.
    code : mapping of str to str
        As in `Case`.
    commit : str
        What the user's project was at, where the experiment is made of its code:
        ``"<hash>"``, or ``"<hash> dirty"`` with edits since.
    mode : str
        ``"together"`` for a cell that ran with others in one group, of whose time `wall_s` and
        `cpu_s` are an equal part.
    """

    cell: str
    case: str
    suite: str
    experiment: str
    axes: Mapping[str, Scalar]
    seed: int
    status: Status
    reason: str
    environment: str
    data: DataUsed | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)
    arrays: Mapping[str, str] = field(default_factory=dict)
    samples: Mapping[str, Sequence[float]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss: int = 0
    started: str = ""
    budget: float = 0.0
    deviation: str = ""
    code: Mapping[str, str] = field(default_factory=dict)
    commit: str = ""
    mode: str = ""


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

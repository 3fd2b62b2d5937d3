"""The frozen values that pass between the stages of the line.

``Suite -> Cells -> Records -> Verdicts``: a stage is a function from one of these to the next.
Nothing here imports another stage, and nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from harness.config.kinds import Kind, kind_of
from harness.config.settings import Settings

Scalar = str | int | float | bool
Array = NDArray[Any]
Status = Literal["ok", "diverged", "skipped", "failed", "timeout"]
VerdictName = Literal["reproduced", "contradicted", "inconclusive", "not-run", "not-comparable"]
Profile = Literal["quick", "full"]

VERDICTS: tuple[VerdictName, ...] = (
    "reproduced",
    "contradicted",
    "inconclusive",
    "not-comparable",
    "not-run",
)


@dataclass(frozen=True)
class Case:
    """One point of a suite's grid: backend x device x parameters.

    Attributes
    ----------
    id : str
        Hash of suite id, experiment, its version, backend, device and non-default settings.
    suite, experiment, backend, device : str
        Names; `backend` and `device` are also in `axes`.
    axes : mapping of str to scalar
        The values that single this case out within its suite, as claims and figures select
        them: ``{"backend": "numpy", "device": "cpu", "optimizer": "adam", "n_train": 5000}``.
    settings : Settings
        Its validated tables; the id is made of what in them is not the default.
    protocol : bool
        True when the same case is part of the suite's full profile.
    deviation : str
        What the profile changed, for the reader; ``""`` when `protocol` is True.
    stand_in_for : str
        The data set of the protocol in whose place the suite's ``[stand_in]`` has another read,
        because it is not here; ``""`` when it is read itself. Not part of the id.
    judged : bool
        False when it is there for pictures alone, and no claim is about it. Not part of the id.
    kinds : mapping of str to str
        What kind of number each metric is that it may leave. Not part of the id.
    timed : bool
        Whether its cells time something. Not part of the id.
    alone : bool
        Whether its cells run with nothing beside them. Not part of the id.
    home : str
        The folder of its suite's file, where a user's code is looked for; ``""`` where there is no
        file. Not part of the id.
    code : mapping of str to str
        Digest of every file that a user's experiment is made of, by its name in the project; they
        are part of the id.
    """

    id: str
    suite: str
    experiment: str
    backend: str
    device: str
    axes: Mapping[str, Scalar]
    settings: Settings
    protocol: bool = True
    deviation: str = ""
    stand_in_for: str = ""
    judged: bool = True
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    timed: bool = False
    alone: bool = False
    home: str = ""
    code: Mapping[str, str] = field(default_factory=dict)

    def kind(self, metric: str) -> Kind:
        """Return what kind of number a metric is."""
        return "binary" if metric == "diverged" else kind_of(metric, self.kinds)


@dataclass(frozen=True)
class Cell:
    """A case at one seed; the unit of work.

    Attributes
    ----------
    case : Case
        What is run.
    seed : int
        Repetition number, 0-based. With the suite's root it keys every random stream.
    root : int
        The suite's root seed.
    budget : float
        Seconds the cell may take before it is killed.
    alone : bool
        True for timing cells, which run with nothing beside them.
    script : int or None
        With ``[seeds] rng = "torch"``, the seed of the script that is repeated.
    memory : int
        Bytes the cell and what it starts may hold before they are killed; 0 for no bound.
    reusable : bool
        Whether its suite says that its process may run other cells of its kind.
    """

    case: Case
    seed: int
    root: int
    budget: float
    alone: bool = False
    script: int | None = None
    memory: int = 0
    reusable: bool = False


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


@dataclass(frozen=True)
class Interval:
    """A confidence interval ``[low, high]`` at `level` (0.95 for 95 %)."""

    low: float
    high: float
    level: float

    def inside(self, low: float, high: float) -> bool:
        """Whether the whole interval lies in ``[low, high]``."""
        return low <= self.low and self.high <= high

    def disjoint(self, low: float, high: float) -> bool:
        """Whether the interval and ``[low, high]`` share no point."""
        return self.high < low or high < self.low


@dataclass(frozen=True)
class Finding:
    """One claim judged on one track (a backend on a device).

    Attributes
    ----------
    verdict : str
        One of `VERDICTS`.
    reason : str
        One sentence with numbers.
    measured : float or None
        The estimate, in the metric's own unit.
    interval : Interval or None
        95 % interval of the estimate.
    n : int
        Number of independent values behind it.
    over : str
        What `n` counts: ``"seeds"``, ``"examples"``, ``"runs"``.
    p_contradict : float or None
        p-value of the test behind "contradicted", for the false-discovery rate;
        None for exact (deterministic) findings.
    track : str
        ``"numpy/cpu"``; ``""`` when the claim itself spans backends.
    environment : str
        Id of the environment judged.
    data : str
        ``""``, or the stand-in the records were measured on, e.g. ``"cifar10-jpeg"``.
    skipped : bool
        True when every cell was skipped: the device, say, is not here.
    look, looks : int
        At which of how many declared looks it was found; 0 of 0 where there is but one.
    """

    verdict: VerdictName
    reason: str
    measured: float | None = None
    interval: Interval | None = None
    n: int = 0
    over: str = "seeds"
    p_contradict: float | None = None
    track: str = ""
    environment: str = ""
    data: str = ""
    skipped: bool = False
    look: int = 0
    looks: int = 0


@dataclass(frozen=True)
class Verdict:
    """A claim and what became of it.

    Attributes
    ----------
    suite, claim : str
        Ids; ``f"{suite}/{claim}"`` is unique.
    quote, source, published : str
        As the document has it; `source` reads ``"002 section 14"``.
    metric, rule : str
        What was measured and by which rule of the table it was judged.
    verdict, reason : str
        Over all tracks: their common verdict, or inconclusive when they disagree.
    findings : tuple of Finding
        One per track; the first is the one to quote.
    expected, because : str
        The verdict the suite records, if any, and why.
    unit : str
        ``"fraction"``, ``"seconds"``, ``"ratio"``, ... for formatting; may be ``""``.
    partial : bool
        True when some of the runs that the full profile has are not there.
    q : float or None
        False-discovery rate of the contradictions that are as clear as this one would be, over
        all suites of the folder; None where nothing was tested, or chance has no part in it.
    reading, why : str
        Whether it is what the sentence says or an extension of ours, and what is ours.
    timed : bool
        Whether it is about times, which depend on the machine.
    informs : bool
        Whether it only informs: a time of a machine on which nobody has judged the claim before.
    """

    suite: str
    claim: str
    quote: str
    source: str
    published: str
    metric: str
    rule: str
    verdict: VerdictName
    reason: str
    findings: tuple[Finding, ...] = ()
    expected: str = ""
    because: str = ""
    unit: str = ""
    partial: bool = False
    q: float | None = None
    reading: str = "literal"
    why: str = ""
    timed: bool = False
    informs: bool = False

    @property
    def moved(self) -> bool:
        """Whether the verdict differs from the recorded one.

        ``not-run`` never moves, and neither does ``inconclusive`` on fewer runs than planned: too
        few runs say nothing against what all of them said.
        """
        undecided = self.verdict == "inconclusive" and self.partial
        known = self.verdict in (self.expected, "not-run")
        return bool(self.expected) and not (known or undecided)

    @property
    def fails(self) -> bool:
        """Whether a check must go red: a false number nobody has recorded, or a moved verdict.

        Fewer runs than the full profile has fail nothing, nor does what only informs.
        """
        false = self.verdict == "contradicted" and self.expected != "contradicted"
        return (false or self.moved) and not (self.partial or self.informs)


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
    """Read-only records, as the judge and the report see them."""

    @property
    def records(self) -> Sequence[Record]:
        """Every record, the latest of each cell, in the order they were written."""
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


def as_float_array(values: Sequence[float]) -> NDArray[np.float64]:
    """Return `values` as a float64 vector."""
    return np.asarray(values, dtype=np.float64)

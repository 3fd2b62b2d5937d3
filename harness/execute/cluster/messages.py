"""What goes to a worker and what comes back; all of it pickled by the harness itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.execute.protocol import Answer, Job
from harness.types import Environment


@dataclass(frozen=True)
class WorkerInfo:
    """What a worker is.

    Attributes
    ----------
    environment : Environment
        Its snapshot, as the processes of its cells have it.
    versions : mapping of str to str
        What must be equal to ours, see `harness.execute.cluster.alike`.
    absent : mapping of (str, str) to str
        Why a backend cannot be used on a device there.
    kernel : str
        The machine that it runs on, shared by workers that could disturb each other.
    slots : int
        Tasks that it takes at a time.
    resources : mapping of str to float
        Its labels, as ``--resources`` gave them.
    """

    environment: Environment
    versions: Mapping[str, str]
    absent: Mapping[tuple[str, str], str]
    kernel: str
    slots: int = 1
    resources: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """Jobs for one task: a cell, some small ones, or a group that runs together.

    Attributes
    ----------
    jobs : tuple of Job
        Run one after another.
    folder : str
        The root of the project that we work in, where a worker has it too.
    code : str
        Digest of the harness's code.
    """

    jobs: tuple[Job, ...]
    folder: str
    code: str

    @property
    def budget(self) -> float:
        """Seconds until all of them must have ended."""
        return sum(job.cell.budget for job in self.jobs)


@dataclass(frozen=True)
class Reply:
    """How a job ended; the fields are those of `harness.execute.pool.Finished`.

    Attributes
    ----------
    log : bytes
        What it printed.
    """

    name: str
    answer: Answer | None = None
    timeout: bool = False
    untried: bool = False
    died: str = ""
    wall_s: float = 0.0
    log: bytes = b""


@dataclass(frozen=True)
class Refusal:
    """A worker cannot run a load, since its files differ; the reason has which."""

    reason: str


@dataclass(frozen=True)
class LoadResult:
    """What became of a load.

    Attributes
    ----------
    replies : tuple of Reply
        Of the jobs that ended.
    lost : str
        Why the others did not; ``""`` when all have ended.
    refusal : str
        Why the worker cannot run it at all.
    stranger : bool
        Whether the worker's process is another one than was looked at.
    """

    replies: tuple[Reply, ...] = ()
    lost: str = ""
    refusal: str = ""
    stranger: bool = False

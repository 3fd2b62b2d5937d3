"""What goes to a worker and what comes back, all of it pickled by the harness itself.

And what must be equal on both sides for a worker's records to be ours: code and libraries.
"""

from __future__ import annotations

import hashlib
import platform
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from harness.code.project import Project
from harness.code.sources import LARGE, LENGTH, MOST_SHOWN, of_file, sentence
from harness.environment import CLASS_FACTS, LIBRARIES
from harness.execute.protocol import Job
from harness.execute.wire import Answer
from harness.types import Environment

CODE = "the harness's code"
_OURS = Path(__file__).parents[2]
_DASK = ("dask", "distributed")


@dataclass(frozen=True)
class WorkerInfo:
    """What a worker is.

    Attributes
    ----------
    environment : Environment
        Its snapshot, as the processes of its cells have it.
    versions : mapping of str to str
        What must be equal to ours, see `versions`.
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


def versions() -> dict[str, str]:
    """Return Python's version, those of the libraries that are here, and a digest of our code."""
    found = {name: _public(name) for name in (*LIBRARIES, *_DASK)}
    here = {name: version for name, version in found.items() if version}
    return {CODE: _code(), "python": platform.python_version(), **here}


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """Return in what a worker differs from us, ``""`` when in nothing.

    What only the worker has is its own: records say what they were measured with.
    """
    named = [name for name in ours if theirs.get(name) != ours[name]]
    return "; ".join(
        f"{name} is {theirs.get(name) or 'missing'}, ours {ours[name]}" for name in named
    )


def class_differences(ours: Environment, theirs: Environment) -> str:
    """Return in what a machine is of another class than the one whose cells are run."""
    pairs = [(n, ours.facts.get(n, ""), theirs.facts.get(n, "")) for n in CLASS_FACTS]
    return "; ".join(
        f"{name} is {there or 'missing'}, on the others {here or 'missing'}"
        for name, here, there in pairs
        if here != there
    )


def unlike(jobs: Iterable[Job]) -> str:
    """Return which of the user's files are not here as jobs have them, ``""`` when all are."""
    known = {(job.cell.case.home, tuple(sorted(job.cell.case.code.items()))) for job in jobs}
    return next(filter(None, (_unlike(home, dict(code)) for home, code in known)), "")


def _unlike(home: str, code: Mapping[str, str]) -> str:
    if not code:
        return ""
    if not Path(home).is_dir():
        return f"the folder {home} is not there: the project must lie at the same path everywhere"
    folders = [Project.of(home).root, *(Path(entry) for entry in sys.path if entry)]
    found = {name: _first(folders, name) for name in code}
    if gone := [name for name, path in found.items() if path is None]:
        more = f" and {len(gone) - MOST_SHOWN} more" if len(gone) > MOST_SHOWN else ""
        return f"{', '.join(gone[:MOST_SHOWN])}{more} missing, of the files of the run"
    names = [name for name, path in found.items() if path and not _is(path, code[name])]
    return f"{sentence(names)}: not the files that the run began with" if names else ""


def _first(folders: Sequence[Path], name: str) -> Path | None:
    """Return a file of the project, or of a folder that imports search."""
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def _is(path: Path, digest: str) -> bool:
    """Whether a file has a digest; what is large is data, and not read for that."""
    return path.stat().st_size > LARGE or of_file(path) == digest


def now() -> int:
    """Return the time from which on files of jobs that were looked at may have changed."""
    return time.time_ns()


def _public(distribution: str) -> str:
    """Return a version without the name of its build: a class of machines has that."""
    try:
        return metadata.version(distribution).partition("+")[0]
    except metadata.PackageNotFoundError:
        return ""


def _code() -> str:
    every = hashlib.sha256()
    for path in sorted(_OURS.rglob("*.py")):
        every.update(path.relative_to(_OURS).as_posix().encode() + b"\0")
        every.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return every.hexdigest()[:LENGTH]

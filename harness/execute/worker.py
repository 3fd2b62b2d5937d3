"""What runs inside a cell's own process."""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Literal

import numpy as np
import psutil

from harness import backends, datasets
from harness.datasets.roots import Roots
from harness.errors import DataError, Skip
from harness.experiments import table as experiments
from harness.experiments.base import Context
from harness.plan.expand import settings
from harness.seeding import Streams
from harness.timing import peak_rss
from harness.types import Cell, Outcome


@dataclass(frozen=True)
class Job:
    """A cell and what its process needs to run it.

    Attributes
    ----------
    name : str
        Cell id.
    cell : Cell
        What to run.
    roots : Roots
        Where data lies.
    use : mapping of str to str
        Data sets to stand in for others.
    threads : int
        Threads the process may use.
    """

    name: str
    cell: Cell
    roots: Roots
    use: Mapping[str, str]
    threads: int


@dataclass(frozen=True)
class Answer:
    """What a cell's process sends back."""

    status: Literal["ok", "diverged", "skipped", "failed"]
    reason: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss: int = 0


def main(job: Job, pipe: Connection) -> None:
    """Run a job and send its `Answer`; die at once if the parent does."""
    # Ctrl-C reaches the whole group; the parent alone answers it, by ending its cells.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, args=(pipe,), daemon=True).start()
    pipe.send(_timed(job))


def run(job: Job) -> Outcome:
    """Carry out a job in this process.

    Raises
    ------
    Skip
        If the experiment cannot run here.
    DataError
        If its data cannot be read.
    """
    case = job.cell.case
    chosen = settings(case)
    streams = Streams(case.suite, job.cell.seed, job.cell.root, job.cell.script)
    dataset = None
    if chosen.data is not None:
        dataset = datasets.load(chosen.data, job.roots, streams.generator("data"), job.use)
    backend = backends.get(case.backend)
    backend.threads(job.threads)
    context = Context(chosen, backend, case.device, streams, dataset, job.cell.budget)
    return experiments.get(case.experiment).run(context)


def _timed(job: Job) -> Answer:
    process = psutil.Process()
    before, start = sum(process.cpu_times()[:2]), time.perf_counter()
    status, reason, outcome = _judged(job)
    wall = time.perf_counter() - start
    cpu = sum(process.cpu_times()[:2]) - before
    return Answer(status, reason, outcome, wall, cpu, peak_rss())


def _judged(job: Job) -> tuple[Literal["ok", "diverged", "skipped", "failed"], str, Outcome]:
    """Run a job; whatever it raises becomes a status with a reason."""
    try:
        with np.errstate(all="ignore"):  # divergence is a result here, seen in the values
            outcome = run(job)
    except Skip as skip:
        return "skipped", str(skip), Outcome()
    except DataError as error:
        return "failed", str(error), Outcome()
    except Exception as error:  # noqa: BLE001 - the boundary: the error is kept, with its place
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{os.path.basename(place.filename)}:{place.lineno}"  # noqa: PTH119
        return "failed", f"{type(error).__name__}: {error} ({where})", Outcome()
    return ("diverged", outcome.diverged, outcome) if outcome.diverged else ("ok", "", outcome)


def _die_with_parent(pipe: Connection) -> None:
    """Exit when the parent's end of the pipe closes, so that a killed run leaves nobody behind."""
    try:
        pipe.recv()
    except (EOFError, OSError):
        os._exit(1)

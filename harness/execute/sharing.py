"""Cells that share a process: some follow each other there, and some run together as one job.

A group that runs together has the time of all its cells, and the memory of one. One that fails or
is killed costs no cell its result: its cells are run again, each by itself, and what then becomes
of each counts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain

from harness import digest
from harness.execute.pool import Finished
from harness.execute.protocol import Job
from harness.execute.wire import Answer
from harness.experiments import registry as experiments
from harness.types import Case, Cell

_MODULES: Mapping[str, tuple[str, ...]] = {
    "torch": ("torch", "harness.backends.torch_backend.network"),
    "torch.optim": ("torch._dynamo",),  # users' optimizers import it, which takes seconds
    "sklearn": ("sklearn.datasets", "sklearn.neighbors"),
    "scipy": ("scipy.special", "scipy.linalg"),
}
Run = Callable[[Sequence[Job]], Generator[Finished, None, None]]
"""Runs jobs and yields each as it ends, see `harness.execute.pool.run_all`."""
Failed = Callable[[Finished], None]
"""Told of every group that came to nothing."""
TOGETHER = "together"
"""The mode of a record whose cell ran in a group."""


@dataclass(frozen=True)
class Needs:
    """What the process of a cell must be.

    Attributes
    ----------
    kind : str
        Its process may have run other cells of this kind; ``""`` for none.
    libraries : tuple of str
        Modules to import once, before any cell starts. What a cell imports of them itself would
        come after the number of threads is set, and not keep to it.
    """

    kind: str
    libraries: tuple[str, ...]


def needs(cell: Cell, use: Mapping[str, str]) -> Needs:
    """Return what a cell needs: one that times something has its process to itself.

    Parameters
    ----------
    cell : Cell
        What is to run.
    use : mapping of str to str
        Data sets to stand in for others.
    """
    case = cell.case
    experiment = experiments.of(case)
    stays = not cell.alone and (experiment.reusable or cell.reusable)
    # The code is part of it: a process has imported it as it was.
    alike = [case.experiment, case.backend, case.device, case.home, dict(case.code)]
    return Needs(
        digest.of_value(alike) if stays else "",
        (*chain(*_libraries(cell, experiment.libraries, use)), experiment.run.__module__),
    )


def _libraries(
    cell: Cell, spoken_of: frozenset[str], use: Mapping[str, str]
) -> list[tuple[str, ...]]:
    case = cell.case
    wanted = {case.backend, *spoken_of, *({"torch"} if cell.script is not None else ())}
    general = case.experiment in experiments.EXPERIMENTS
    if general and case.backend == "numpy" and "gelu" in repr(case.settings):
        wanted.add("scipy")  # of all that the harness computes with NumPy only GELU takes it
    if "torch" in wanted and not general:
        wanted.add("torch.optim")
    if _reads_digits(case, use):
        wanted.add("sklearn")
    return [modules for name, modules in _MODULES.items() if name in wanted]


def _reads_digits(case: Case, use: Mapping[str, str]) -> bool:
    """Whether scikit-learn brings its data."""
    data = case.settings.data
    return data is not None and use.get(data.dataset, data.dataset) == "digits"


def joined(jobs: Sequence[Job]) -> Job:
    """Return one job of several; of a single one, itself."""
    first = jobs[0]
    if len(jobs) == 1:
        return first
    cell = replace(first.cell, budget=sum(job.cell.budget for job in jobs))
    return replace(first, cell=cell, members=tuple((job.name, job.cell) for job in jobs))


def parted(job: Job) -> list[Job]:
    """Return a job for each cell of a group."""
    return [replace(job, name=name, cell=cell, members=()) for name, cell in job.members]


def run_each(run: Run, jobs: Sequence[Job], failed: Failed) -> Generator[Finished, None, None]:
    """Run jobs, and yield each cell as it ends; those of a group that failed are run by themselves.

    Parameters
    ----------
    run : callable
        Runs jobs.
    jobs : sequence of Job
        Of one cell or of several.
    failed : callable
        Told of every group that failed.
    """
    again: list[Job] = []
    with closing(run(jobs)) as ended:
        for finished in ended:
            if not finished.job.members:
                yield finished
            elif finished.answer is None or not finished.answer.parts:
                failed(finished)
                again += parted(finished.job)
            else:
                yield from _each(finished, finished.answer)
    with closing(run(again)) as ended:
        yield from ended


def _each(finished: Finished, answer: Answer) -> Iterator[Finished]:
    """Yield the cells of a group that has ended; each has an equal part of its time."""
    count = len(finished.job.members)
    for job in parted(finished.job):
        own = answer.parts[job.name]
        own = replace(
            own,
            mode=TOGETHER,
            wall_s=answer.wall_s / count,
            cpu_s=answer.cpu_s / count,
            peak_rss=answer.peak_rss,
        )
        yield replace(finished, job=job, answer=own, wall_s=finished.wall_s / count)

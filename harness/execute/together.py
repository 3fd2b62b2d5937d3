"""Cells that run together: one job for the pool, an answer for each cell.

A group has the time of all its cells, and the memory of one. One that fails or is killed costs no
cell its result: its cells are run again, each by itself, and what then becomes of each counts.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from harness.execute import kinds
from harness.execute.job import Answer, Job
from harness.execute.pool import Finished

Run = Callable[[Sequence[Job]], Generator[Finished, None, None]]
"""Runs jobs and yields each as it ends, see `harness.execute.pool.run_all`."""
Failed = Callable[[Finished], None]
"""Told of every group that came to nothing."""
TOGETHER = "together"
"""The mode of a record whose cell ran in a group."""


def joined(jobs: Sequence[Job]) -> Job:
    """Return one job of several; of a single one, itself."""
    first = jobs[0]
    if len(jobs) == 1:
        return first
    cell = replace(first.cell, budget=sum(job.cell.budget for job in jobs))
    return replace(
        first,
        cell=cell,
        members=tuple((job.name, job.cell) for job in jobs),
        libraries=kinds.trained_together(first.libraries),
    )


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

"""What runs inside a cell's own process."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from harness import backends, datasets
from harness.backends.host import limit_threads
from harness.code.sources import changed, sentence
from harness.datasets.dataset import Dataset
from harness.errors import CellFailed, DataError, DataUnfit, Skip
from harness.execute import wire
from harness.execute.logs import reason, trace
from harness.execute.outcome import Malformed, checked, shortened
from harness.execute.protocol import Job
from harness.execute.wire import Answer
from harness.experiments import registry as experiments
from harness.experiments.experiment import Context
from harness.processes import open_streams
from harness.seeding import Streams
from harness.timing import forget_peak, peak_rss
from harness.types import Cell, Outcome
from harness.words import plain


def main(job: Job, folder: Path) -> bool:
    """Run a job and leave its answer in a folder; what was printed is out by then.

    Returns
    -------
    bool
        Whether all went well. A child that the experiment forked, and that comes back here too,
        has no answer to give.
    """
    cell = os.getpid()
    forget_peak()
    answer = _timed(job)
    if os.getpid() != cell:
        return False
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):  # a cell may have closed or replaced them
            stream.flush()
    open_streams()  # that the cell closed: no print may reach the answer
    wire.write(answer, folder)
    return answer.status != "failed"


def run(job: Job) -> Outcome:
    """Carry out a job in this process.

    Raises
    ------
    Skip
        If the experiment cannot run here, or on the data set that stands in for its own.
    DataUnfit
        If the settings ask what their data set does not hold.
    DataError
        If its data cannot be read.
    Malformed
        If it returns what cannot be stored.
    CellFailed
        If it says itself why it failed, or its code was edited meanwhile.
    """
    try:
        return checked(_run(job))
    except DataUnfit as error:
        if stand_in := _stand_in(job):
            raise Skip(f"{stand_in}, and cannot serve this case: {error}") from error
        raise


def _stand_in(job: Job) -> str:
    """Return which data set stands in for which, ``""`` when the case reads its own."""
    data = job.cell.case.settings.data
    if data is None:
        return ""
    used = job.use.get(data.dataset, data.dataset)
    wanted = job.cell.case.stand_in_for or data.dataset
    return "" if used == wanted else f"{used} stands in for {wanted}"


def _run(job: Job) -> object:
    case = job.cell.case
    _begin(job)
    context = _context(job, job.cell)
    function = experiments.function(case)
    if names := changed(case.code, case.home, job.since):
        raise CellFailed(
            f"{sentence(names)} while the run went on, and its id is that of the code before; "
            "run it again"
        )
    return function(context)


def _begin(job: Job) -> None:
    backend = backends.get(job.cell.case.backend)
    if reason := backend.broken():
        raise Skip(reason)
    if job.cell.case.experiment not in experiments.EXPERIMENTS:  # it may call any library,
        limit_threads(job.threads)  # and the server has loaded them with one thread
    backend.threads(job.threads)


def _context(job: Job, cell: Cell, known: Dataset | None = None) -> Context:
    """Return what the experiment of a cell may use; `known` is its data set where that is read."""
    case, chosen = cell.case, cell.case.settings
    streams = Streams(case.suite, cell.seed, cell.root, cell.script)
    dataset = known
    if chosen.data is not None and known is None:
        dataset = datasets.load(chosen.data, job.roots, streams.generator("data"), job.use)
    backend = backends.get(case.backend)
    return Context(chosen, backend, case.device, streams, dataset, cell.budget, case.home)


def _contexts(job: Job) -> list[Context]:
    """Return the contexts of cells that run together: data that no stream draws are read once."""
    contexts: list[Context] = []
    for _, cell in job.members:
        data = cell.case.settings.data
        drawn = data is None or data.dataset == "synthetic"
        known = contexts[0].dataset if contexts and not drawn else None
        contexts.append(_context(job, cell, known))
    return contexts


def _together(job: Job) -> Answer:
    """Run the cells of a group; one that fails by itself, when it is evaluated, has failed alone.

    Raises
    ------
    CellFailed
        If the group cannot run together, or training failed.
    """
    run_together = experiments.of(job.cell.case).run_together
    if run_together is None:
        raise CellFailed(f"experiment {job.cell.case.experiment!r} runs no cells together")
    _begin(job)
    rest = run_together(_contexts(job))
    parts = {
        name: _answered(partial(_checked, finish), job)
        for (name, _), finish in zip(job.members, rest, strict=True)
    }
    return Answer("ok", parts=parts)


def _checked(finish: Callable[[], object]) -> Outcome:
    return checked(finish())


def _timed(job: Job) -> Answer:
    before, start = time.process_time(), time.perf_counter()
    answer = judged(job)
    wall, cpu = time.perf_counter() - start, time.process_time() - before
    return replace(answer, wall_s=wall, cpu_s=cpu, peak_rss=peak_rss())


def judged(job: Job) -> Answer:
    """Run a job; whatever it raises or returns becomes a status with a reason."""
    return _answered((lambda: _together(job)) if job.members else (lambda: run(job)), job)


def _answered(work: Callable[[], Outcome | Answer], job: Job) -> Answer:
    try:
        with np.errstate(all="ignore"):  # divergence is a result here, seen in the values
            outcome = work()
    except Skip as skip:
        return Answer("skipped", shortened(plain(str(skip))))
    except CellFailed as failure:
        return Answer("failed", shortened(plain(str(failure))))
    except (DataError, DataUnfit, Malformed) as error:
        return Answer("failed", shortened(plain(str(error))), trace(error))
    except BaseException as error:  # noqa: BLE001 - the border: it is kept, with its place
        return Answer("failed", reason(error, job.cell.case.home), trace(error))
    if isinstance(outcome, Answer):
        return outcome
    return Answer("diverged" if outcome.diverged else "ok", outcome.diverged, outcome=outcome)

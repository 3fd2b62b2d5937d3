"""Cells in their own processes, some at a time, each with a time budget."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

from harness.execute.worker import Answer, Job, main

# The server imports the heavy libraries once; each cell is then a cheap fork of it. It never
# computes anything itself, so no thread pool is inherited.
_PRELOAD = ["harness.execute.preload"]


@dataclass(frozen=True)
class Finished:
    """A job with its answer; no answer means the process died or was killed.

    Attributes
    ----------
    job : Job
        The work.
    answer : Answer or None
        What the process sent.
    timeout : bool
        True when it was killed for outliving its budget.
    died : str
        How the process ended when it sent nothing, e.g. ``"killed by SIGKILL"``.
    wall_s : float
        Seconds, start of the process to its end, as the parent saw it.
    """

    job: Job
    answer: Answer | None
    timeout: bool = False
    died: str = ""
    wall_s: float = 0.0


@dataclass(frozen=True)
class _Running:
    job: Job
    process: Any
    pipe: Connection
    started: float

    @property
    def deadline(self) -> float:
        return self.started + self.job.cell.budget


def run_all(jobs: Sequence[Job], width: int) -> Generator[Finished, None, None]:
    """Run jobs, at most `width` at a time, and yield each as it ends.

    Closing the iterator (or an exception in its consumer) kills what is running.
    """
    waiting, running = deque(jobs), list[_Running]()
    context = _context()
    try:
        while waiting or running:
            while waiting and len(running) < width:
                running.append(_start(context, waiting.popleft()))
            for one in _ready(running):
                running.remove(one)
                yield _finish(one)
    finally:
        for one in running:
            _kill(one)


def _context() -> Any:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def _start(context: Any, job: Job) -> _Running:
    ours, theirs = context.Pipe()
    process = context.Process(target=main, args=(job, theirs), daemon=False)
    with _plain_main():
        process.start()
    theirs.close()
    return _Running(job, process, ours, time.monotonic())


@contextlib.contextmanager
def _plain_main() -> Iterator[None]:
    """Keep children from importing the caller's script again; they need nothing of it."""
    names = vars(sys.modules["__main__"])
    hidden = [name for name in ("__file__", "__spec__") if name in names]
    saved: dict[str, Any] = {name: names.pop(name) for name in hidden}
    names["__spec__"] = None
    try:
        yield
    finally:
        names.update(saved)


def _ready(running: Sequence[_Running]) -> list[_Running]:
    """Wait until something ends or outlives its budget; return those."""
    pause = max(0.0, min(one.deadline for one in running) - time.monotonic())
    wait([one.pipe for one in running], timeout=pause)
    now = time.monotonic()
    return [one for one in running if one.pipe.poll() or now >= one.deadline]


def _finish(one: _Running) -> Finished:
    wall = time.monotonic() - one.started
    try:
        answer: Answer | None = one.pipe.recv() if one.pipe.poll() else None
    except EOFError:
        one.process.join()
        return Finished(one.job, None, died=_ending(one.process.exitcode), wall_s=wall)
    if answer is None:
        _kill(one)
        return Finished(one.job, None, timeout=True, wall_s=wall)
    one.pipe.close()
    one.process.join()
    return Finished(one.job, answer, wall_s=wall)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"its process was killed by {signal.Signals(-code).name}"
    return f"its process ended with exit code {code} and no answer"


def _kill(one: _Running) -> None:
    one.process.kill()
    one.process.join()
    one.pipe.close()

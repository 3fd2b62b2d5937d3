"""Clocks, samples, contention and peak memory: what every measurement of speed here rests on.

Raw samples are kept and statistics are left to the reader, as in pyperf; a sample carries the
processor time beside the wall time, so that a measurement can tell when it was disturbed. What
is made of that stands in `harness.alone`.
"""

from __future__ import annotations

import contextlib
import math
import statistics
import sys
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import psutil

CONTENTION = 1.2
"""Wall time over processor time from which a busy process counts as disturbed.

Undisturbed, one that only computes reads 1.00 within a percent or two.
"""

WAITED = 1.0 - 1.0 / CONTENTION
"""Waiting over wall time from which it counts as disturbed: the same limit, seen directly."""

_PROC_STATUS = Path("/proc/self/status")
_PROC_RESET = Path("/proc/self/clear_refs")
_TASKS = Path("/proc/self/task")


def waited() -> float:
    """Return the seconds that threads of this process were ready to run and did not.

    Summed over threads; the second field of ``schedstat`` (kernel documentation, sched-stats).
    nan where the system does not tell.
    """
    waits = [_wait_of(task / "schedstat") for task in _TASKS.glob("*")]
    known = [wait for wait in waits if not math.isnan(wait)]
    return sum(known) if known else math.nan


def _wait_of(file: Path) -> float:
    try:
        return int(file.read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError):  # the thread has ended, or the kernel keeps no such account
        return math.nan


@dataclass(frozen=True)
class Clock:
    """Clocks read together, all in seconds.

    Attributes
    ----------
    wall : callable
        Monotonic wall clock of the highest resolution at hand.
    cpu : callable
        Processor time of this process, user plus system, summed over its threads.
    waited : callable
        See `waited`.
    """

    wall: Callable[[], float] = time.perf_counter
    cpu: Callable[[], float] = time.process_time
    waited: Callable[[], float] = waited


@dataclass(frozen=True)
class Samples:
    """Raw durations of one thing done several times.

    Attributes
    ----------
    wall, cpu : tuple of float
        Seconds of each repeat, equal lengths, in the order they were taken.
    waited : float
        Seconds that threads of the process waited for a processor meanwhile; nan if untold.
    """

    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    waited: float = math.nan

    @property
    def median(self) -> float:
        """Median wall time of a repeat, seconds."""
        return statistics.median(self.wall)

    @property
    def wall_over_cpu(self) -> float:
        """Total wall time over total processor time; inf when no processor time was seen."""
        cpu = sum(self.cpu)
        return sum(self.wall) / cpu if cpu > 0 else float("inf")

    @property
    def waited_share(self) -> float:
        """Waiting over wall time, above 1 when several threads waited; nan if untold."""
        wall = sum(self.wall)
        return self.waited / wall if wall > 0 else math.nan

    @property
    def contended(self) -> bool:
        """Whether the wall time is far above the processor time; see `contended`."""
        return contended(sum(self.wall), sum(self.cpu))


def _nothing() -> None:
    """Do nothing: the synchronization of a processor that never runs ahead."""


BETWEEN: ContextVar[Callable[[], None]] = ContextVar("BETWEEN", default=_nothing)
"""Called before every repeat that is kept: where the gate lets the other side have its turn."""


def in_turns() -> bool:
    """Whether repeats are counted by somebody who takes turns with them: none may be added."""
    return BETWEEN.get() is not _nothing


def measure(
    function: Callable[[], object],
    *,
    synchronize: Callable[[], None] = _nothing,
    warmup: int = 1,
    repeats: int = 5,
    clock: Clock | None = None,
) -> Samples:
    """Time `function` `repeats` times after `warmup` discarded calls.

    Parameters
    ----------
    function : callable
        What is timed; its result is dropped.
    synchronize : callable
        Waits for the device. It is called before every reading of the clock, because an
        accelerator returns from a call before it has done the work (see "Asynchronous
        execution" in PyTorch's CUDA notes).
    warmup : int
        Calls discarded: lazy initialisation, cold caches, clock frequency.
    repeats : int
        Calls whose seconds are kept, at least 1.
    clock : Clock, optional
        Clocks to read; the system's by default.

    Returns
    -------
    Samples
        `repeats` wall and processor times, seconds.

    Raises
    ------
    ValueError
        If `repeats` is below 1 or `warmup` below 0.
    """
    if repeats < 1 or warmup < 0:
        raise ValueError(f"repeats must be >= 1 and warmup >= 0, got {repeats} and {warmup}")
    clock = Clock() if clock is None else clock
    for _ in range(warmup):
        function()
    waiting = clock.waited()
    pairs = [_once(function, synchronize, clock) for _ in range(repeats)]
    waiting = clock.waited() - waiting
    return Samples(tuple(wall for wall, _ in pairs), tuple(cpu for _, cpu in pairs), waiting)


def _once(
    function: Callable[[], object], synchronize: Callable[[], None], clock: Clock
) -> tuple[float, float]:
    synchronize()
    BETWEEN.get()()
    cpu, wall = clock.cpu(), clock.wall()
    function()
    synchronize()
    # The wall clock is read innermost: the reading of the other is not part of the sample.
    wall = clock.wall() - wall
    return wall, clock.cpu() - cpu


def contended(wall: float, cpu: float, limit: float = CONTENTION) -> bool:
    """Return whether a process that never waits was kept from running.

    A process that only computes has ``wall <= cpu``: with several threads far below, as `cpu`
    sums over them. Wall time above `limit` times the processor time means that other processes
    took the core. It is a one-sided sign: threads that share cores can hide contention, and
    waiting for a file or a sleeping device driver looks like it.

    Parameters
    ----------
    wall, cpu : float
        Seconds.
    limit : float
        Ratio from which to say so.
    """
    return wall > limit * cpu


def peak_rss() -> int:
    """Return the largest resident set this process has had, bytes.

    Linux: ``VmHWM`` of ``/proc/self/status``, because ``getrusage`` there hands a process the
    peak of its parent across ``exec``. Elsewhere ``getrusage`` (bytes on macOS, KiB on other
    systems), and the peak working set on Windows.
    """
    if _PROC_STATUS.exists():
        return _high_water_mark(_PROC_STATUS.read_text(encoding="utf-8", errors="replace"))
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource  # not on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def forget_peak() -> None:
    """Begin anew with `peak_rss`, where the system allows it: on Linux, as a rule."""
    with contextlib.suppress(OSError):
        _PROC_RESET.write_text("5", encoding="ascii")  # proc(5): the peak becomes what is held now


def _high_water_mark(status: str) -> int:
    """Return ``VmHWM`` of a ``/proc/<pid>/status`` text in bytes (the kernel writes kB)."""
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    # A kernel thread or a sandbox without memory accounting: the present size is a lower bound.
    return int(psutil.Process().memory_info().rss)

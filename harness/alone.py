"""Whether other work ran beside what is timed: wait for quiet, watch, and measure again.

Other work shows in three ways.

- Threads of this process are busy before the clock starts: the pool of a BLAS spins for some
  50 ms after its last call, into whatever comes next. `wait_until_idle` waits until they sleep.
- The process takes more processor time than its threads can, or its threads are ready to run and
  do not: `had_company` reads both from the samples.
- What was disturbed is measured again by `until_alone`, a bounded number of times. A cell that was
  disturbed each time says so, and `disturbed` keeps its times out of every judgement.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from harness.timing import CONTENTION, WAITED, Clock, Samples, in_turns
from harness.types import Outcome, Record

NAP = 0.02
"""Seconds of one look at an idle process."""
IDLE = 0.05
"""Share of a nap in processor time up to which a process counts as idle."""
LONGEST_WAIT = 2.0
"""Seconds after which a process that is still busy is timed all the same, and says so."""
LATE = 0.02
"""Seconds of processor time a thread may be charged late: systems book them by the tick."""
TRIES = 5
PAUSE = 0.05
"""Seconds before the second try; twice as long before each further one."""
ENOUGH = 10.0
"""Seconds of a cell that further tries may not exceed."""
DERIVED = frozenset({"throughput"})
"""Metrics that are computed from timing samples without being the median of one."""


@dataclass(frozen=True)
class Watch:
    """What a measurement looks at, and how it lets time pass."""

    clock: Clock = field(default_factory=Clock)
    sleep: Callable[[float], None] = time.sleep


def wait_until_idle(watch: Watch) -> float:
    """Sleep until this process uses no processor time; return what it used in the last look.

    Returns
    -------
    float
        Processor time over wall time while nothing was asked of it, summed over threads; above
        `IDLE` when `LONGEST_WAIT` was not enough.
    """
    clock, start = watch.clock, watch.clock.wall()
    while True:
        wall, cpu = clock.wall(), clock.cpu()
        watch.sleep(NAP)
        now = clock.wall()
        used = (clock.cpu() - cpu) / (now - wall)
        if used <= IDLE or now - start >= LONGEST_WAIT:
            return used


@dataclass(frozen=True)
class Traits:
    """What a timed operation does itself, and is therefore no sign of other work.

    Attributes
    ----------
    sleeps : bool
        It sleeps while something else works for it, an accelerator or a process; wall time beyond
        processor time is no sign then.
    queues : bool
        It starts processes of its own and may wait for a processor that one of them has.
    """

    sleeps: bool = False
    queues: bool = False


def had_company(before: float, samples: Iterable[Samples], threads: int, traits: Traits) -> bool:
    """Whether other work is known to have run beside a measurement.

    Parameters
    ----------
    before : float
        What `wait_until_idle` returned.
    samples : iterable of Samples
        All that the cell measured.
    threads : int
        Threads that what was timed may use.
    traits : Traits
        What is no sign here.
    """
    return before > IDLE or any(_disturbed(taken, threads, traits) for taken in samples)


def _disturbed(samples: Samples, threads: int, traits: Traits) -> bool:
    allowed = CONTENTION * threads * sum(samples.wall) + LATE * threads
    crowded = sum(samples.cpu) > allowed
    waited = samples.waited_share > WAITED and not traits.queues
    return crowded or waited or (samples.contended and not traits.sleeps)


def until_alone(
    measured: Callable[[], Outcome], watch: Watch, budget: float = float("inf")
) -> Outcome:
    """Measure until the cell was alone, `TRIES` times at most; add ``tries`` to its metrics.

    Parameters
    ----------
    measured : callable
        Measures the whole cell anew and leaves the metric ``alone``, 1 or 0.
    watch : Watch
        Clock and sleep.
    budget : float
        Seconds of the cell; no try begins that would go beyond half of it, or beyond `ENOUGH`.
    """
    start, limit = watch.clock.wall(), min(ENOUGH, budget / 2)
    tries = 1
    while True:
        outcome = measured()
        spent = watch.clock.wall() - start
        pause = PAUSE * 2 ** (tries - 1)
        last = tries == TRIES or in_turns() or spent * (tries + 1) / tries + pause > limit
        if outcome.metrics["alone"] or last:
            return replace(outcome, metrics={**outcome.metrics, "tries": float(tries)})
        watch.sleep(pause)
        tries += 1


def disturbed(record: Record, metric: str) -> bool:
    """Whether a metric of a record is a time that was taken beside other work.

    Metrics that no clock was read for (a loss, a difference from a reference) are none.
    """
    return is_time(record, metric) and not was_alone(record)


def is_time(record: Record, metric: str) -> bool:
    """Whether a metric of a record was computed from a clock's samples."""
    return metric in record.samples or (metric in DERIVED and bool(record.samples))


def was_alone(record: Record) -> bool:
    """Whether nothing is known to have disturbed the clock of a cell; true without a clock."""
    metrics = record.metrics
    return metrics.get("alone", 1.0) != 0.0 and metrics.get("contended", 0.0) != 1.0

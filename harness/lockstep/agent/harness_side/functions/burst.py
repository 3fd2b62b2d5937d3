"""Rounds of calls in turns with the other side, until they are enough."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

from ..channel import Channel
from ..turns import TURNS, by_turn, synchronize

ROUND = 0.00025
"""Seconds that a round takes at least: a short call is repeated within it. Rounds are as short as
the clock allows, so that an interruption spoils few of them."""
LONG = 0.002
"""Seconds of a round from which the time that it waited for a processor is taken out of it."""
MOST = 1 << 20
"""Calls of a round, at most: what takes no time at all."""
MAKING = 0.02
"""Seconds that making the arguments of a round may take: what takes longer is large, too."""
BESIDE = 5.0
"""Bursts that a measurement may take in all, what is made for the calls included."""

Call = Callable[[], object]
"""One call of what is measured."""
Make = Callable[[int], Sequence[Call]]
"""Makes so many of them, outside of the clock."""


def measured(channel: Channel, make: Make, burst: float, least: int) -> dict[str, object]:
    """Measure until the rounds together last a burst, and are some at least.

    Parameters
    ----------
    channel : Channel
        Where the turn is passed.
    make : callable
        Makes the calls, outside of the clock.
    burst : float
        Seconds.
    least : int
        Rounds, whatever they take.

    Returns
    -------
    dict
        What a sample is made of, see `harness.lockstep.sample`.
    """
    TURNS.begin(channel)
    waited, cpu, began = queued(), time.process_time(), _own_time()
    try:
        count, first = _calibrated(make)
        rounds = [first, *_rounds(make, count, burst - first * count, least - 1)]
    finally:
        TURNS.end()
    return {
        "rounds": len(rounds),
        "mean": statistics.fmean(rounds),
        "wall": _own_time() - began,
        "cpu": time.process_time() - cpu,
        "waited": None if waited is None else (queued() or 0.0) - waited,
        **by_turn(rounds, middle=statistics.median),
    }


def _calibrated(make: Make) -> tuple[int, float]:
    """Return how many calls make a round, and the seconds a call of the first such round.

    The very first call warms up, whatever it takes.
    """
    TURNS.rest()
    _round(make(1), waits=False)
    count = 1
    while True:
        TURNS.rest()
        began = time.perf_counter()
        calls = make(count)
        making = time.perf_counter() - began
        seconds = _round(calls, waits=count == 1)
        if seconds >= ROUND or making >= MAKING or count >= MOST:
            return count, seconds / count
        count *= 2


def _rounds(make: Make, count: int, burst: float, least: int) -> list[float]:
    """Return seconds a call, round by round, at least so many."""
    rounds: list[float] = []
    spent, began, waits = 0.0, _own_time(), False
    while len(rounds) < least or (spent < burst and _own_time() - began < BESIDE * burst):
        TURNS.rest()
        seconds = _round(make(count), waits=waits)
        waits = seconds > LONG
        spent += seconds
        rounds.append(seconds / count)
    return rounds


def _own_time() -> float:
    """Return seconds that go on while this side has the turn."""
    return time.perf_counter() - TURNS.away


def _round(calls: Sequence[Call], *, waits: bool) -> float:
    before = queued() if waits else None
    synchronize()
    start = time.perf_counter()
    for call in calls:
        call()
    synchronize()
    seconds = time.perf_counter() - start
    if before is None:
        return seconds
    waited = (queued() or before) - before
    return seconds - waited if waited < seconds else seconds


def queued() -> float | None:
    """Return the seconds for which this thread could have run and did not; None if untold.

    The second field of ``schedstat`` (kernel documentation, sched-stats).
    """
    try:
        with open("/proc/thread-self/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError):
        return None

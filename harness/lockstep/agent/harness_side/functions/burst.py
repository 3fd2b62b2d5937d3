"""Rounds of calls in turns with the other side, until they are enough.

How long the thread has waited for a processor in them (`Queue`) is taken out.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence

from ..channel import Channel
from ..turns import TURNS, by_turn, synchronize

ROUND = 0.00025
"""Seconds that a round takes at least: a short call is repeated within it. Rounds are as short as
the clock allows, so that an interruption spoils few of them."""
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
FILE = "/proc/thread-self/schedstat"


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
    queue = Queue()
    TURNS.begin(channel, waited=queue.waited)
    waited, cpu, began = queue.waited(), time.process_time(), _own_time()
    try:
        count, first = _calibrated(make, queue)
        rounds = _rounds(make, count, first, burst, least, queue)
    finally:
        TURNS.end()
    waited = queue.waited() - waited - TURNS.waited_away
    return {
        "rounds": len(rounds),
        "mean": statistics.fmean(rounds),
        "wall": _own_time() - began,
        "cpu": time.process_time() - cpu,
        "waited": waited if queue.told else None,
        **by_turn(rounds, middle=statistics.median),
    }


def _calibrated(make: Make, queue: Queue) -> tuple[int, float]:
    """Return how many calls make a round, and the seconds of the first such round.

    The very first call warms up, whatever it takes.
    """
    TURNS.rest()
    _round(make(1), queue)
    count = 1
    while True:
        TURNS.rest()
        began = time.perf_counter()
        calls = make(count)
        making = time.perf_counter() - began
        seconds = _round(calls, queue)
        if seconds >= ROUND or making >= MAKING or count >= MOST:
            return count, seconds
        count *= 2


def _rounds(
    make: Make, count: int, first: float, burst: float, least: int, queue: Queue
) -> list[float]:
    """Return seconds a call, round by round: the first, which is done, and at least so many."""
    rounds, began = [first / count], _own_time()
    spent = first
    while len(rounds) < least or (spent < burst and _own_time() - began < BESIDE * burst):
        TURNS.rest()
        seconds = _round(make(count), queue)
        spent += seconds
        rounds.append(seconds / count)
    return rounds


def _own_time() -> float:
    """Return seconds that go on while this side has the turn."""
    return time.perf_counter() - TURNS.away


def _round(calls: Sequence[Call], queue: Queue) -> float:
    """Return the seconds of some calls, without those in which they waited for a processor."""
    before = queue.waited()
    synchronize()
    start = time.perf_counter()
    for call in calls:
        call()
    synchronize()
    seconds = time.perf_counter() - start
    waited = queue.waited() - before
    return seconds - waited if waited < seconds else seconds


class Queue:
    """The run queue as the thread sees it that makes this: it reads no other's.

    The second field of ``schedstat`` (kernel documentation, sched-stats). The file is kept open,
    since to open it takes fifty times as long as to read it.

    Attributes
    ----------
    told : bool
        Whether the system tells.
    """

    def __init__(self) -> None:
        try:
            self._file = os.open(FILE, os.O_RDONLY)
        except OSError:
            self._file = -1
        self.told = self._file >= 0 and self._read() is not None

    def waited(self) -> float:
        """Return the seconds for which the thread could have run and did not; 0 if untold."""
        return (self._read() or 0.0) if self.told else 0.0

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
        self._file, self.told = -1, False

    def _read(self) -> float | None:
        try:
            return int(os.pread(self._file, 64, 0).split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            return None

"""Taking turns with the other side in the middle of a benchmark, by way of its clock.

A shared machine changes its speed from one tenth of a second to the next. pytest-benchmark reads
its clock before and after every round, so the clock is where a process can stop between two rounds
and let the other side have its own: both then run through the same fast and slow moments. What is
left of them is measured: a fixed piece of work between the rounds says how fast the machine was.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from statistics import geometric_mean
from typing import Any

from .channel import Channel

SLICE = 0.01
"""Seconds of rounds before the turn passes; a round that takes longer is one turn."""
PROBE = 1200
"""Steps of the fixed piece of work."""
APART = 0.0005
"""Seconds between two looks at the machine's speed within a turn."""


class Turns:
    """Whose turn it is, as one process knows it, and how fast the machine was in each."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._began = self._probed = 0.0
        self._inside = False
        self._at: Mapping[int, Callable[[], None]] = {}
        self.away = 0.0
        """Seconds spent waiting for the turn to come back, since `begin`."""
        self._waited: Callable[[], float] = _nothing
        self.waited_away = 0.0
        """Of these, those in which this process could have run and did not."""
        self.marks: list[int] = []
        """The turn of every round since `begin`, warm-up and calibration included."""
        self.speeds: list[list[float]] = [[]]
        """Seconds of the fixed piece of work, as often as it was done in every turn."""

    def begin(
        self,
        channel: Channel,
        at: Mapping[int, Callable[[], None]] | None = None,
        waited: Callable[[], float] | None = None,
    ) -> None:
        """Start to take turns; this side has the turn.

        Parameters
        ----------
        channel : Channel
            Where the turn is passed.
        at : mapping of int to callable, optional
            What to do just before the rounds of these numbers, from 0.
        waited : callable, optional
            Returns the seconds that this process has waited for a processor.
        """
        self._at, self._waited, self.waited_away = at or {}, waited or _nothing, 0.0
        self._channel, self._inside, self.away = channel, False, 0.0
        self.marks, self.speeds = [], [[]]
        self._began = time.perf_counter()

    def end(self) -> None:
        """Keep the turn from now on."""
        self._channel = None

    def clock(self) -> float:
        """Return monotonic seconds, after an accelerator in use has finished its work.

        Called before and after every round. Before one the turn may be passed, and the clock is
        read when it has come back.
        """
        synchronize()
        self._inside = not self._inside
        if self._inside and self._channel is not None:
            self.rest()
        return time.perf_counter()

    def rest(self) -> None:
        """Pass the turn if this side has had its share; mark the round that comes."""
        if (due := self._at.get(len(self.marks))) is not None:
            due()
        now = time.perf_counter()
        if self._channel is not None and now - self._began > SLICE:
            self._pass(self._channel)
        elif now - self._probed > APART:
            self._probe()
        self.marks.append(len(self.speeds) - 1)

    def _pass(self, channel: Channel) -> None:
        self._probe()
        waited, left = self._waited(), time.perf_counter()
        channel.send("pass")
        channel.receive()
        self._began = time.perf_counter()
        self.waited_away += self._waited() - waited
        self.away += self._began - left
        self.speeds.append([])
        self._probe()

    def _probe(self) -> None:
        self.speeds[-1].append(probe())
        self._probed = time.perf_counter()


def _nothing() -> float:
    return 0.0


def probe() -> float:
    """Return the seconds of a fixed piece of work, some 50 microseconds: the machine's speed."""
    start, total = time.perf_counter(), 0
    for step in range(PROBE):
        total += step * step
    return time.perf_counter() - start


TURNS = Turns()


def clock() -> float:
    """Read the clock of this process's turns; pytest-benchmark finds it by this name."""
    return TURNS.clock()


def by_turn(
    rounds: list[float],
    first: bool = False,
    middle: Callable[[list[float]], float] = geometric_mean,
) -> dict[str, list[float | None]]:
    """Return the seconds of a round and the machine's speed, turn by turn.

    Parameters
    ----------
    rounds : list of float
        Seconds of the rounds that were kept.
    first : bool
        True when they are the first of those that were run, False when they are the last.
    middle : callable
        Of what belongs to one turn.
    """
    marks = TURNS.marks[: len(rounds)] if first else TURNS.marks[-len(rounds) :]
    if len(marks) != len(rounds):  # another clock was asked for: one turn
        marks = [-1] * len(rounds)
    turns: dict[int, list[float]] = {}
    for mark, value in zip(marks, rounds):
        turns.setdefault(mark, []).append(value)
    speeds = [TURNS.speeds[mark] if mark >= 0 else [] for mark in turns]
    return {
        "turns": [middle(values) for values in turns.values()],
        "speeds": [middle(values) if values else None for values in speeds],
    }


def synchronize() -> None:
    """Wait for an accelerator; PyTorch is looked at only where the test has imported it."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    mps = getattr(torch, "mps", None)
    if mps is not None and torch.backends.mps.is_available():
        mps.synchronize()

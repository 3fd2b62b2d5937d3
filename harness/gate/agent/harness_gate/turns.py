"""Taking turns with the other side in the middle of a benchmark, by way of its clock.

A shared machine changes its speed from one tenth of a second to the next. pytest-benchmark reads
its clock before and after every round, so the clock is where a process can stop between two rounds
and let the other side have its own: both then run through the same fast and slow moments.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from .channel import Channel

SLICE = 0.01
"""Seconds of rounds before the turn passes; a round that takes longer is one turn."""


class Turns:
    """Whose turn it is, as one process knows it."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._began = 0.0
        self._inside = False
        self.away = 0.0
        """Seconds spent waiting for the turn to come back, since `begin`."""
        self.turn = 0
        self.marks: list[int] = []
        """The turn of every round since `begin`, warm-up and calibration included."""

    def begin(self, channel: Channel) -> None:
        """Start to take turns over `channel`; this side has the turn."""
        self._channel, self._inside, self.away = channel, False, 0.0
        self.turn, self.marks = 0, []
        self._began = time.perf_counter()

    def end(self) -> None:
        """Keep the turn from now on."""
        self._channel = None

    def clock(self) -> float:
        """Return monotonic seconds, after an accelerator in use has finished its work.

        Called before and after every round. Before one the turn may be passed, and the clock is
        read when it has come back.
        """
        _synchronize()
        self._inside = not self._inside
        if not self._inside or self._channel is None:
            return time.perf_counter()
        self.rest()
        return time.perf_counter()

    def rest(self) -> None:
        """Pass the turn if this side has had its share, and mark the round that comes."""
        now = time.perf_counter()
        if self._channel is not None and now - self._began > SLICE:
            self._pass(self._channel, now)
        self.marks.append(self.turn)

    def _pass(self, channel: Channel, now: float) -> None:
        channel.send("pass")
        channel.receive()
        self._began = time.perf_counter()
        self.away += self._began - now
        self.turn += 1


TURNS = Turns()


def clock() -> float:
    """Read the clock of this process's turns; pytest-benchmark finds it by this name."""
    return TURNS.clock()


def _synchronize() -> None:
    """Wait for an accelerator; PyTorch is looked at only where the test has imported it."""
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return
    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
    mps = getattr(torch, "mps", None)
    if mps is not None and torch.backends.mps.is_available():
        mps.synchronize()

"""The two processes of a round, their pairs, and what other work did to these.

The two start together and go through the cases together, so that the two values of a pair are taken
side by side. Other work may have disturbed a pair all the same, and the machine has a speed of its
own.

To start a process, to import and to collect takes as long as a case or two. Where there are
processors besides those of a round, the couple of the next round does so there while this one is
measured, and the couple of the last round ends there: neither runs on the processors of the clock.
Where other programs have work for these processors too, they would move to those of the clock, so
that the next couple is started there only after the present one is done (`Relay.alone`).
"""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import numpy as np

from harness import environment
from harness.gate.values import SIDES, Pair, SideName
from harness.lockstep import sample
from harness.lockstep.process import Command, SideProcess, available, of_round, refused
from harness.lockstep.sample import read
from harness.lockstep.turns import Timeouts, ask, begin, in_turns, let_go
from harness.numerals import number

Commands = Mapping[SideName, Command]
Bursts = Mapping[str, Mapping[str, float]]
"""What some cases are measured by instead of the options."""

WAITED = 0.25
"""Share of a measurement spent ready to run and not running from which it counts as disturbed."""
CALM = 0.02
"""Share of waiting, over a round, up to which the machine has nothing else to do."""
SHARE = 0.5
"""Share of disturbed pairs from which a verdict on times must hold without the waiting too."""
VARIED = 1.2
"""Ratio of the slowest to the fastest speed from which a note is given."""


class Couple:
    """Both processes of a round, started; whoever makes one closes it.

    Parameters
    ----------
    commands : mapping
        How they are started.
    index : int
        Number of the round.
    options : sequence of str
        Handed to the sides.

    Attributes
    ----------
    index : int
        Number of the round.
    on : frozenset of int
        Processors both are kept on; empty for any.
    sides : mapping of {'base', 'head'} to SideProcess
        The processes.
    closed : bool
        Whether they have been ended.
    """

    def __init__(self, commands: Commands, index: int, options: Sequence[str] = ()) -> None:
        self.index, self.closed = index, False
        self.on = _processors(commands, index)
        self._commands, self._options = commands, tuple(options)
        with ExitStack() as stack:
            self.sides = {
                name: stack.enter_context(SideProcess(commands[name], index, self.on))
                for name in SIDES
            }
            for name, side in self.sides.items():
                begin(side, commands[name], options)
            self._stack = stack.pop_all()

    def __enter__(self) -> Couple:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def is_of(self, commands: Commands, index: int) -> bool:
        """Return whether it was started by these commands for this round."""
        return self.index == index and self._commands == commands

    def ask(self, names: Sequence[str], bursts: Bursts | None = None) -> None:
        """Say which cases are measured, and by what those that have bursts of their own."""
        for name, side in self.sides.items():
            ask(side, self._commands[name], names, self._options, bursts)

    def leave(self, timeouts: Timeouts) -> None:
        """Let both end by themselves, and close."""
        if not self.closed:
            for side in self.sides.values():
                let_go(side, timeouts)
        self.close()

    def close(self) -> None:
        """End both."""
        self.closed = True
        self._stack.close()


class Relay:
    """Couples of one round after another; a context manager that leaves none of them behind.

    Parameters
    ----------
    timeouts : Timeouts
        How long a couple has to end.

    Attributes
    ----------
    alone : bool
        Whether no couple is started beside another; at first none is.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self.alone = True
        self._timeouts = timeouts
        self._last: Couple | None = None
        self._present: Couple | None = None
        self._next: Couple | None = None

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with ExitStack() as stack:
            for couple in (self._next, self._present, self._last):
                if couple is not None:
                    stack.callback(couple.close)
            if kind is None:
                self._part()

    def take(self, commands: Commands, index: int, options: Sequence[str]) -> Couple:
        """Return the couple of a round; nothing else of the gate is on its processors."""
        on = _processors(commands, index)
        if self._last is not None and not _apart(self._last.on, on):
            self._part()
        ahead, self._next = self._next, None
        if ahead is not None and not ahead.is_of(commands, index):
            ahead.close()
            ahead = None
        self._present = ahead or Couple(commands, index, options)
        return self._present

    def start_next(self, commands: Commands, index: int, options: Sequence[str]) -> None:
        """Start the couple of the next round, where that does not disturb the present one."""
        on = _processors(commands, index)
        beside = self._present.on if self._present is not None else frozenset()
        if not self.alone and _apart(on, beside) and environment.cores() >= len(on | beside):
            self._next = Couple(commands, index, options)

    def done(self) -> None:
        """Let the present couple end, beside the next one where that does not disturb it."""
        self._part()
        self._last, self._present = self._present, None

    def _part(self) -> None:
        if self._last is not None:
            self._last.leave(self._timeouts)
            self._last = None


def _processors(commands: Commands, index: int) -> frozenset[int]:
    return of_round(index, commands["base"].threads, available())


def _apart(some: frozenset[int], others: frozenset[int]) -> bool:
    """Return whether two couples are known to have no processor in common."""
    return bool(some) and bool(others) and not some & others


def measure_round(
    couple: Couple,
    names: Sequence[str],
    rng: np.random.Generator,
    timeouts: Timeouts,
    bursts: Bursts | None = None,
) -> Iterator[Pair]:
    """Measure every case once on either side, and yield the pairs as they come.

    A round ends early, and both processes with it, with the pair in which one dies or falls silent.

    Parameters
    ----------
    couple : Couple
        The two processes; it is closed by the caller.
    names : sequence of str
        The cases, in the order measured.
    rng : numpy.random.Generator
        Draws who goes first, case by case.
    timeouts : Timeouts
        How long to wait.
    bursts : mapping of str to mapping, optional
        What some cases are measured by instead of the options, see `harness.gate.sequential`.
    """
    couple.ask(names, bursts)
    waiting: Mapping[SideName, float] = dict.fromkeys(SIDES, timeouts.start)
    for case in names:
        first = SIDES[int(rng.integers(2))]
        found = in_turns(couple.sides, first, case, waiting, timeouts)
        waiting = dict.fromkeys(SIDES, timeouts.case)
        yield Pair(case, couple.index, first, *(read(found[name]) for name in SIDES))
        if any(message["event"] != "sample" for message in found.values()):
            couple.close()
            return  # a process is gone; the cases after this one are not to blame


def disturbed(pair: Pair) -> bool:
    """Return whether other work is known to have kept a pair from its processor."""
    return any(side.waited_share > WAITED for side in (pair.base, pair.head))


def calm(pairs: Sequence[Pair]) -> bool:
    """Return whether a round was measured as if nothing else ran; False of no pairs."""
    shares = [side.waited_share for pair in pairs for side in (pair.base, pair.head)]
    return bool(shares) and statistics.fmean(shares) <= CALM


def without_waiting(pair: Pair, slope: float = 0.0) -> float:
    """Return the log-ratio of a pair's times with the share of waiting taken out of both.

    As if all waiting had fallen on what was measured; the truth lies between this and the plain
    log-ratio, so that a verdict which both support is not the work of contention.
    """
    base, head = (min(side.waited_share, 0.99) for side in (pair.base, pair.head))
    return pair.log_ratio("time", slope) + math.log1p(-head) - math.log1p(-base)


def slope(pairs: Iterable[Pair]) -> float:
    """Return how closely times follow the machine's speed, over all pairs of a case so far."""
    return sample.slope_of_ratios((pair.base, pair.head) for pair in pairs)


def speed_range(pairs: Iterable[Pair]) -> float:
    """Return the ratio of slow to fast moments of the machine, nan where nothing is known.

    Between the 95th and the 5th percentile of the turns: what the gate takes out of the times.
    """
    sides = (side for pair in pairs for side in (pair.base, pair.head))
    speeds = [one for side in sides for one in side.speeds if math.isfinite(one)]
    if not speeds:
        return math.nan
    fast, slow = np.quantile(speeds, [0.05, 0.95])
    return float(slow / fast)


def machine_notes(pairs: Iterable[Pair], threads: int) -> Iterator[str]:
    """Return what the reader should know of the machine during a run.

    Parameters
    ----------
    pairs : iterable of Pair
        What was measured.
    threads : int
        How many each side's libraries could use.
    """
    ratio = speed_range(pairs)
    if ratio > VARIED:
        factor = number(ratio, digits=2)
        yield f"the machine's speed varied by a factor of {factor} (taken out of the times)"
    several = threads < len(available() or range(os.cpu_count() or 1))
    if several and (why := refused()):
        yield (
            "this machine forbids choosing a processor, and the two sides may have run on "
            f"different ones ({why})"
        )

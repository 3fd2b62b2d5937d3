"""The two processes of a round, and one couple of them after another.

To start a process, to import and to collect takes as long as a case or two. Where there are
processors besides those of a round, the couple of the next round does so there while this one is
measured, and the couple of the last round ends there: neither runs on the processors of the clock.
Where other programs have work for these processors too, they would move to those of the clock, so
that the next couple is started there only after the present one is done (`Relay.alone`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

from harness import environment
from harness.gate.values import SIDES, SideName
from harness.lockstep.process import Command, SideProcess, available, of_round
from harness.lockstep.turns import Timeouts, ask, begin, let_go

Commands = Mapping[SideName, Command]
Bursts = Mapping[str, Mapping[str, float]]
"""What some cases are measured by instead of the options."""


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

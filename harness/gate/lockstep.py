"""Both sides of every pair, measured in turns by two fresh processes.

The two processes of a round start together and go through the cases together, so that the two
values of a pair are taken side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack

import numpy as np

from harness.gate.values import SIDES, Pair, SideName
from harness.lockstep.process import Command, SideProcess
from harness.lockstep.processors import available, of_round
from harness.lockstep.sample import read
from harness.lockstep.turns import Timeouts, ask, in_turns, let_go

Commands = Mapping[SideName, Command]


def measure_round(
    commands: Commands,
    names: Sequence[str],
    index: int,
    rng: np.random.Generator,
    timeouts: Timeouts,
    options: Sequence[str] = (),
) -> Iterator[Pair]:
    """Measure every case once on either side, and yield the pairs as they come.

    A round ends early with the pair in which a process dies or falls silent.

    Parameters
    ----------
    commands : mapping
        How the two processes are started.
    names : sequence of str
        The cases, in the order measured.
    index : int
        Number of the round.
    rng : numpy.random.Generator
        Draws who goes first, case by case.
    timeouts : Timeouts
        How long to wait.
    options : sequence of str
        Handed to the sides.
    """
    with ExitStack() as stack:
        on = of_round(index, commands["base"].threads, available())
        sides = {n: stack.enter_context(SideProcess(commands[n], index, on)) for n in SIDES}
        for name, side in sides.items():
            ask(side, commands[name], names, options)
        waiting: Mapping[SideName, float] = dict.fromkeys(SIDES, timeouts.start)
        for case in names:
            first = SIDES[int(rng.integers(2))]
            found = in_turns(sides, first, case, waiting, timeouts)
            waiting = dict.fromkeys(SIDES, timeouts.case)
            yield Pair(case, index, first, *(read(found[name]) for name in SIDES))
            if any(message["event"] != "sample" for message in found.values()):
                return  # a process is gone; the cases after this one are not to blame
        for side in sides.values():
            let_go(side, timeouts)

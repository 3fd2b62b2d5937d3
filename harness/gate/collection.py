"""What either side has to measure, also where a module of it ends or stops the process."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from harness.errors import GateError, SideBroken
from harness.gate.couples import Commands
from harness.gate.listing import SideCases, listed
from harness.gate.values import SIDES, SideName
from harness.lockstep.process import Command, SideProcess
from harness.lockstep.turns import Timeouts, ask, receive

SHARE = 3
"""A module takes at most this part of the time left: others are to be collected and measured."""


class SideSilent(GateError):
    """A side could not be brought to measure anything; the text says how it ended.

    Parameters
    ----------
    text : str
        How.
    at : str
        The module or folder it was collecting then, ``""`` for none.
    """

    def __init__(self, text: str, at: str = "") -> None:
        super().__init__(text)
        self.at = at


def collect(command: Command, timeouts: Timeouts, options: Sequence[str] = ()) -> SideCases:
    """Return the cases that a side has, by one process.

    Raises
    ------
    SideSilent
        If its process dies, is silent or reports an error.
    """
    with SideProcess(command) as process:
        ask(process, command, None, options)
        return _listed(process, timeouts, _longest(timeouts))


def collect_sides(
    commands: Commands, timeouts: Timeouts, options: Sequence[str] = ()
) -> tuple[dict[SideName, SideCases], Commands]:
    """Return the cases of both sides, and the commands that measure them.

    What a process does not survive, or hangs in, is left out of the next one, and is uncollected.

    Raises
    ------
    SideBroken
        If a side does not start or collect.
    """
    found: dict[SideName, SideCases] = {}
    failed: dict[SideName, str] = {}
    commands = dict(commands)
    while waiting := [name for name in SIDES if name not in found and name not in failed]:
        asked = {name: commands[name] for name in waiting}
        for name, answer in _answers(asked, timeouts, options).items():
            if isinstance(answer, SideCases):
                found[name] = answer
            elif _can_do_without(asked[name], answer.at):
                without = {**asked[name].without, answer.at: str(answer)}
                commands[name] = replace(asked[name], without=without)
            else:
                failed[name] = f"its benchmarks could not be collected: {answer}"
    if failed:
        alike = len(failed) == len(SIDES) and len(set(failed.values())) == 1
        name, text = next(iter(failed.items()))
        raise SideBroken("both sides" if alike else name, text)
    return found, commands


def _answers(
    commands: Commands, timeouts: Timeouts, options: Sequence[str]
) -> dict[SideName, SideCases | SideSilent]:
    """Ask sides at once, since starting takes seconds."""
    answers: dict[SideName, SideCases | SideSilent] = {}
    longest = _longest(timeouts)
    with ExitStack() as stack:
        sides = {n: stack.enter_context(SideProcess(one)) for n, one in commands.items()}
        for name, side in sides.items():
            ask(side, commands[name], None, options)
        for name, side in sides.items():
            try:
                answers[name] = _listed(side, timeouts, longest)
            except SideSilent as error:
                answers[name] = error
    return answers


def _can_do_without(command: Command, name: str) -> bool:
    """Return whether there may be something left: the top folder is everything."""
    return name not in ("", ".", *command.without) and not name.startswith("..")


def is_hurried(timeouts: Timeouts) -> bool:
    """Return whether modules get less time to load than they may take, for want of time."""
    return _longest(timeouts) < timeouts.module


def _longest(timeouts: Timeouts) -> float:
    return min(timeouts.module, timeouts.left(timeouts.deadline) / SHARE)


def _listed(side: SideProcess, timeouts: Timeouts, longest: float) -> SideCases:
    found, at = SideCases(), ""
    while True:
        # The other side's answer was waited for in the meantime: that counts.
        timeout = max(longest - side.quiet, 0.01) if at else timeouts.start
        message = receive(side, timeout, timeouts)
        if message["event"] == "end":
            return found
        if message["event"] == "cases":
            found = listed(message)
        elif message["event"] == "collecting":
            at = str(message["name"])
        elif message["event"] == "silent" and at:
            raise SideSilent(f"it was still being loaded after {longest:.3g} s", at)
        elif message["event"] != "hello":
            raise SideSilent(str(message["text"]), at)

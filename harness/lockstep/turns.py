"""Two sides that take turns: one of them measures while the other waits.

What both gave was taken within moments of each other although starting a process may take ten
seconds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from harness.errors import HarnessError
from harness.lockstep.process import Command, Message, SideProcess

LEAVE = 10.0
"""Seconds a side has to end after its last case: what it set up is torn down by then."""
Name = TypeVar("Name", bound=str)


@dataclass(frozen=True)
class Timeouts:
    """How long to wait for a side, seconds.

    Attributes
    ----------
    start : float
        For it to start, import and collect.
    case : float
        For one turn of a measurement.
    deadline : float
        When to stop in any event, on the monotonic clock.
    module : float
        For it to collect one module.
    """

    start: float = 600.0
    case: float = 300.0
    deadline: float = math.inf
    module: float = 120.0

    def left(self, timeout: float) -> float:
        """Return how much of `timeout` the deadline leaves, seconds."""
        return min(timeout, self.deadline - time.monotonic())


class OutOfTime(HarnessError):
    """The deadline came in the middle of a measurement.

    Attributes
    ----------
    side : SideProcess or None
        The one that had not answered.
    """

    def __init__(self, side: SideProcess | None = None) -> None:
        self.side = side
        super().__init__("the deadline came before the side had answered")


def in_turns(
    sides: Mapping[Name, SideProcess],
    first: Name,
    case: str,
    start: Mapping[Name, float],
    timeouts: Timeouts,
) -> dict[Name, Message]:
    """Let two sides measure a case in turns until both are done; return their last messages.

    Parameters
    ----------
    sides : mapping of str to SideProcess
        Who takes turns.
    first : str
        Who has the first.
    case : str
        What they measure.
    start : mapping of str to float
        Seconds until a side must be ready.
    timeouts : Timeouts
        How long to wait for a turn.

    Raises
    ------
    OutOfTime
        If the deadline comes first.
    """
    found: dict[Name, Message] = {}
    for name, side in sides.items():
        ready = _wait(side, ("ready",), case, start[name], timeouts)
        if ready["event"] != "ready":
            found[name] = ready
    one, other = sides
    after = {one: other, other: one}
    turn = first
    while len(found) < len(sides):
        if turn not in found:
            sides[turn].send(go=case)
            message = _wait(sides[turn], ("pass", "sample"), case, timeouts.case, timeouts)
            if message["event"] != "pass":
                found[turn] = message
        turn = after[turn]
    return found


def _wait(
    side: SideProcess, events: Sequence[str], case: str, timeout: float, timeouts: Timeouts
) -> Message:
    while True:
        message = receive(side, timeout, timeouts)
        if message["event"] == "silent":
            side.kill()
            return message
        if message["event"] == "end":
            return {"event": "error", "text": f"it ended without measuring {case}"}
        if message["event"] in events and message.get("case", case) != case:
            return {"event": "error", "text": f"it measured {message['case']} instead"}
        if message["event"] in ("died", "error", *events):
            return message


def begin(side: SideProcess, command: Command, options: Sequence[str]) -> None:
    """Let a side that was started by a command collect, where it can before it is asked."""
    if command.later:
        side.send(measures=True, options=list(options), without=dict(command.without))


def ask(
    side: SideProcess,
    command: Command,
    names: Sequence[str] | None,
    options: Sequence[str],
    bursts: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Say what is wanted of a side that was started by a command; None only lists its cases.

    Parameters
    ----------
    side : SideProcess
        Which; `begin` was called before unless `names` is None.
    command : Command
        What started it.
    names : sequence of str or None
        The cases, in the order measured.
    options : sequence of str
        For how it measures.
    bursts : mapping of str to mapping, optional
        What some cases are measured by instead of the options, see `harness.gate.sequential`.
    """
    if names is not None and command.later:
        side.send(names=list(names), bursts=dict(bursts or {}))
        return
    wanted = None if names is None else list(names)
    side.send(names=wanted, options=list(options), without=dict(command.without))


def receive(side: SideProcess, timeout: float, timeouts: Timeouts) -> Message:
    """Return the next message of a side.

    Raises
    ------
    OutOfTime
        If the deadline comes first.
    """
    message = side.receive(timeouts.left(timeout))
    if message["event"] == "silent" and timeouts.left(timeout) <= 0:
        raise OutOfTime(side)
    return message


def let_go(side: SideProcess, timeouts: Timeouts) -> None:
    """Read until the side has ended; what it reports after its last case changes nothing."""
    while side.receive(timeouts.left(LEAVE))["event"] not in ("end", "died", "silent"):
        pass

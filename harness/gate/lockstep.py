"""Both sides of every pair, measured in turns by two fresh processes.

The two processes of a round start together and go through the cases together, one of them
measuring while the other waits, so that the two values of a pair are taken within a second of
each other although starting a process may take ten.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from harness.errors import GateError
from harness.gate.listing import OTHER
from harness.gate.process import Command, Message, SideProcess
from harness.gate.processors import available, of_round
from harness.gate.values import SIDES, Pair, Sample, SideName

Commands = Mapping[SideName, Command]
LEAVE = 10.0
"""Seconds a side has to end after its last case: fixtures are torn down by then."""


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


class OutOfTime(GateError):
    """The deadline came in the middle of a measurement."""


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
            found = _in_turns(sides, first, case, waiting, timeouts)
            waiting = dict.fromkeys(SIDES, timeouts.case)
            yield Pair(case, index, first, *(read(found[name]) for name in SIDES))
            if any(message["event"] != "sample" for message in found.values()):
                return  # a process is gone; the cases after this one are not to blame
        for side in sides.values():
            _let_go(side, timeouts)


def _in_turns(
    sides: Mapping[SideName, SideProcess],
    first: SideName,
    case: str,
    start: Mapping[SideName, float],
    timeouts: Timeouts,
) -> dict[SideName, Message]:
    """Let the sides measure a case in turns until both are done; return their last messages."""
    found: dict[SideName, Message] = {}
    for name, side in sides.items():
        ready = _wait(side, ("ready",), case, start[name], timeouts)
        if ready["event"] != "ready":
            found[name] = ready
    turn = first
    while len(found) < len(sides):
        if turn not in found:
            sides[turn].send(go=case)
            message = _wait(sides[turn], ("pass", "sample"), case, timeouts.case, timeouts)
            if message["event"] != "pass":
                found[turn] = message
        turn = OTHER[turn]
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


def ask(
    side: SideProcess, command: Command, names: Sequence[str] | None, options: Sequence[str]
) -> None:
    """Say what is wanted of a side that was started by a command; None only lists its cases."""
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
        raise OutOfTime("the deadline came before the side had answered")
    return message


def _let_go(side: SideProcess, timeouts: Timeouts) -> None:
    """Read until the side has ended; what it reports after its last case changes nothing."""
    while side.receive(timeouts.left(LEAVE))["event"] not in ("end", "died", "silent"):
        pass


def read(message: Message) -> Sample:
    """Return a side's last message about a case as a sample."""
    error = message.get("error") if message["event"] == "sample" else message["text"]
    if error:
        return Sample(error=str(error), skipped=bool(message.get("skipped", False)))
    turns = tuple(float(f"{value:.6g}") for value in message["turns"])
    if not turns or not all(math.isfinite(value) and value > 0 for value in turns):
        return Sample(error=f"a time must be finite and above 0 s, got {min(turns, default=0):g} s")

    def short(value: float | None) -> float:
        return math.nan if value is None else float(f"{value:.6g}")

    def number(name: str) -> float:
        return short(message.get(name))

    return Sample(
        seconds=statistics.median(turns),
        turns=turns,
        speeds=tuple(short(value) for value in message.get("speeds", ())),
        rounds=int(message["rounds"]),
        mean=number("mean"),
        wall=number("wall"),
        cpu=number("cpu"),
        waited=number("waited"),
        peak=number("peak"),
        held=number("held"),
        device_peak=number("device_peak"),
    )

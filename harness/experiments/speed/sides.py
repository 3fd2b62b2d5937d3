"""The two sides of a cell: started, timed in turns, asked what they returned."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from harness.code.project import Project
from harness.config.experiments import Speed
from harness.errors import CellFailed
from harness.experiments import named
from harness.experiments.experiment import Context, seed_of
from harness.lockstep.process import Command, Message, SideProcess, available, of_round
from harness.lockstep.sample import Sample, read
from harness.lockstep.turns import OutOfTime, Timeouts, in_turns, let_go, receive
from harness.words import shortened

Work = str | tuple[str, ...]
Side = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")
CASE = "speed"
AGENT = "harness_side.functions"
LEAST = 3
"""Rounds of either side, whatever they take."""
SHARE = 0.9
"""Of a cell's budget that the sides may take: what is left is for saying who took it."""


class SideFailed(CellFailed):
    """A side could not be timed; the text says which, and why."""


@dataclass(frozen=True)
class SideResults:
    """What the sides of a cell gave.

    Attributes
    ----------
    a, b : Sample
        Their times.
    agree : bool or None
        Whether both return the same; None where that cannot be told.
    """

    a: Sample
    b: Sample
    agree: bool | None


class Pair:
    """Both sides of a cell, each a process of its own; a context manager.

    Parameters
    ----------
    context : Context
        Of the cell, with ``[speed]``.
    speed : Speed
        That table.
    """

    def __init__(self, context: Context, speed: Speed) -> None:
        self._context, self._speed = context, speed
        self._until = time.monotonic() + SHARE * context.budget
        self._timeouts = Timeouts(math.inf, math.inf, self._until)
        self._stack = ExitStack()
        self._sides: dict[Side, SideProcess] = {}

    def __enter__(self) -> Pair:
        speed, seed = self._speed, self._context.streams.repetition
        on = of_round(seed, speed.processors, available())
        with ExitStack() as stack:
            for name in SIDES:
                process = SideProcess(_command(self._context, speed), seed, on)
                self._sides[name] = stack.enter_context(process)
                process.send(**_request(self._context, speed, name))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def measured(self) -> SideResults:
        """Time both in turns; the first has its turn by lot.

        Raises
        ------
        SideFailed
            If one of them fails, ends its process, or does not end.
        """
        rng = self._context.streams.generator("order")
        first = SIDES[int(rng.integers(2))]
        start = dict.fromkeys(SIDES, math.inf)
        try:
            last = in_turns(self._sides, first, CASE, start, self._timeouts)
        except OutOfTime as late:
            raise self._late(late) from None
        samples = {name: self._sample(name, last[name]) for name in SIDES}
        agree = self._agree()
        return SideResults(samples["a"], samples["b"], agree)

    def _sample(self, name: Side, message: Message) -> Sample:
        sample = read(message)
        if sample.error:
            raise self._failed(name, sample.error)
        return sample

    def _agree(self) -> bool | None:
        """Ask what was returned, and let both go."""
        self._refuse_changed("b", self._asked("b", None))
        answer = self._asked("a", _located(self._speed.b, self._context))
        self._refuse_changed("a", answer)
        for side in self._sides.values():
            side.send(leave=True)
        for side in self._sides.values():
            let_go(side, self._timeouts)
        agree = answer["agree"]
        return None if agree is None else bool(agree)

    def _asked(self, name: Side, other: Mapping[str, Any] | None) -> Message:
        side = self._sides[name]
        side.send(**{"with": other})
        try:
            message = receive(side, math.inf, self._timeouts)
        except OutOfTime as late:
            raise self._late(late) from None
        if message["event"] != "compared":
            raise self._failed(name, str(message["text"]))
        return message

    def _refuse_changed(self, name: Side, answer: Message) -> None:
        if answer["changes"]:
            raise self._failed(
                name,
                "it changes what setup made, so that later calls are handed something else; "
                "set [speed] fresh = true, and every call gets its own",
            )

    def _failed(self, name: Side, text: str) -> SideFailed:
        return SideFailed(f"{name} ({_described(getattr(self._speed, name))}): {text}")

    def _late(self, late: OutOfTime) -> SideFailed:
        name = next(one for one, side in self._sides.items() if side is late.side)
        share = SHARE * self._context.budget
        text = f"it had not come to its end after {share:.3g} s, of the cell's budget"
        return self._failed(
            name, f"{text} of {self._context.budget:g} s; raise budget, or ask less"
        )


def _command(context: Context, speed: Speed) -> Command:
    python = (sys.executable, "-P", "-m", AGENT)
    own = tuple(Path(one) for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one)
    return Command(python, Project.of(context.home).root, own, threads=speed.processors)


def _request(context: Context, speed: Speed, name: Side) -> dict[str, Any]:
    sequence = context.streams.sequence("probe")
    return {
        "case": CASE,
        "work": _located(getattr(speed, name), context),
        "setup": _located(speed.setup, context) if speed.setup else None,
        "path": sys.path,
        "loader": str(named.LOADER),
        "fresh": speed.fresh,
        "burst": speed.burst,
        "least": LEAST,
        "seed": seed_of(context.streams),
        "stream": {"entropy": sequence.entropy, "key": list(sequence.spawn_key)},
        "params": dict(context.settings.params),
    }


def _located(work: Work, context: Context) -> dict[str, Any]:
    """Return where a side finds a function, or the words of a command, as JSON values."""
    if isinstance(work, str):
        return asdict(named.find(work, context.home))
    return {"command": named.filled(work, context)}


def _described(work: Work) -> str:
    """Return what is timed in a few words."""
    return work if isinstance(work, str) else shortened(" ".join(work))


def folder(context: Context) -> Path:
    """Return the folder in which the sides run: the root of the user's project."""
    return Project.of(context.home).root

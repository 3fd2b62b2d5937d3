"""What either side has to measure, and why a case cannot be compared.

Also where a module of a side ends or stops the process.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from harness.errors import GateError, SideBroken
from harness.gate.couples import Commands
from harness.gate.values import SIDES, Decision, SideName
from harness.lockstep.process import Command, SideProcess
from harness.lockstep.turns import Timeouts, ask, receive
from harness.words import plural

SHARE = 3
"""A module takes at most this part of the time left: others are to be collected and measured."""


OTHER: Mapping[SideName, SideName] = {"base": "head", "head": "base"}

EVERYTHING = "every test"
"""Name of what was not collected where pytest names none: all of it."""


@dataclass(frozen=True)
class Uncollected:
    """A module or folder that a side could not collect, or that skipped itself.

    Attributes
    ----------
    name : str
        As pytest names it.
    text : str
        Why.
    skipped : bool
        True where that is as its author wanted it.
    """

    name: str
    text: str
    skipped: bool = False

    def holds(self, case: str) -> bool:
        """Return whether a case lies in it."""
        return self.name in (EVERYTHING, ".") or f"{case}/".startswith(
            (f"{self.name}::", f"{self.name}/")
        )


@dataclass(frozen=True)
class SideCases:
    """The cases of one side.

    Attributes
    ----------
    names : tuple of str
        Those it can measure, in order.
    uncollected : tuple of Uncollected
        Modules whose cases it does not know.
    deselected : tuple of str
        Cases that its options leave out.
    deselected_by : str
        Those options, ``""`` when it was something else.
    taken_back_by : str
        Options of the gate that undo them.
    """

    names: tuple[str, ...] = ()
    uncollected: tuple[Uncollected, ...] = ()
    deselected: tuple[str, ...] = ()
    deselected_by: str = ""
    taken_back_by: str = ""


def listed(message: Mapping[str, Any]) -> SideCases:
    """Return what a side's message says; an older harness says only the names."""
    return SideCases(
        tuple(message["names"]),
        tuple(Uncollected(**one) for one in message.get("uncollected", ())),
        tuple(message.get("deselected", ())),
        message.get("deselected_by", ""),
        message.get("taken_back_by", ""),
    )


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


def compared(sides: Mapping[SideName, SideCases]) -> tuple[tuple[str, ...], tuple[Decision, ...]]:
    """Return the cases that both sides have, and why the others cannot be compared."""
    base = set(sides["base"].names)
    both = tuple(name for name in sides["head"].names if name in base)
    alone = [d for side in SIDES for d in _alone(side, sides, frozenset(both))]
    return both, (*_broken(sides), *alone)


def notes(sides: Mapping[SideName, SideCases]) -> tuple[str, ...]:
    """Return what was left out on both sides, in a sentence."""
    head = sides["head"]
    left = set(head.deselected) & set(sides["base"].deselected)
    if not left:
        return ()
    verb = "is" if len(left) == 1 else "are"
    back = f"; {head.taken_back_by} takes that back" if head.taken_back_by else ""
    which = f"{plural(len(left), 'benchmark')} {verb} deselected by {_means(head)} on both sides"
    return (which + back,)


def _means(side: SideCases) -> str:
    return side.deselected_by or "a hook of the project's"


def _alone(
    side: SideName, sides: Mapping[SideName, SideCases], both: frozenset[str]
) -> Iterator[Decision]:
    other = OTHER[side]
    for name in sides[side].names:
        around = [one for one in sides[other].uncollected if one.holds(name)]
        if name in both or any(not one.skipped for one in around):
            continue  # of a module that could not be collected it is said once
        reason = f"only {side} has it"
        if around:
            reason = f"{around[0].text} ({other})"
        elif name in sides[other].deselected:
            reason = f"{other} deselects it by {_means(sides[other])}"
        yield Decision(name, "time", "missing", reason)


def _broken(sides: Mapping[SideName, SideCases]) -> Iterator[Decision]:
    """Yield a decision for every module that could not be collected on a side."""
    failed = {
        side: {one.name: one for one in sides[side].uncollected if not one.skipped}
        for side in SIDES
    }
    for name in dict.fromkeys(name for side in SIDES for name in failed[side]):
        here = {side: failed[side][name] for side in SIDES if name in failed[side]}
        texts = {one.text for one in here.values()}
        errors = "; ".join(f"{one.text} ({side})" for side, one in here.items())
        if len(here) == len(SIDES) and len(texts) == 1:
            errors = f"{texts.pop()} (both sides)"
        reason = f"could not be collected: {errors}{_others(sides, here)}"
        yield Decision(name, "time", "broken", reason)


def _others(sides: Mapping[SideName, SideCases], here: Mapping[SideName, Uncollected]) -> str:
    """Say how many cases of the other side are not compared therefore."""
    if len(here) == len(SIDES):
        return ""
    ((side, one),) = here.items()
    count = sum(one.holds(name) for name in sides[OTHER[side]].names)
    return f"; {plural(count, 'benchmark')} of {OTHER[side]} not compared" if count else ""


def empty(paths: Iterable[str], names: Collection[str]) -> tuple[str, ...]:
    """Return a sentence on every path of tests that holds nothing: it may be misspelt.

    `names` are those of cases, and of what could not be collected.
    """
    shown = (path for path in paths if not any(_meet(path, name) for name in names))
    return tuple(f"no benchmark in {path} on either side" for path in shown)


def _meet(path: str, name: str) -> bool:
    """Whether one of the two lies in the other."""
    file, sign, test = path.partition("::")
    place = posixpath.normpath(file) + sign + test
    one, other = (re.split(r"::|/|(?=\[)", text) for text in (place, name))
    same = all(a == b for a, b in zip(one, other, strict=False))
    return same or place == "." or name in (EVERYTHING, ".")

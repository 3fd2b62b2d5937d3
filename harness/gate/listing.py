"""What either side has to measure, and why a case cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.gate.values import SIDES, Decision, SideName
from harness.words import plural

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

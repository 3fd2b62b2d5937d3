"""The values that pass between the stages of the gate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.lockstep.sample import Sample, log_ratio
from harness.types import Interval

SideName = Literal["base", "head"]
Quantity = Literal["time", "memory", "device_memory"]
GateVerdict = Literal["regressed", "improved", "ok", "inconclusive", "broken", "missing"]

SIDES: tuple[SideName, SideName] = ("base", "head")
LEAST_MEMORY = 2.0**20
"""Bytes; a process that takes less counts as one that takes as much: what the allocator asks for
in advance, and the grain in which the system counts, are of this size."""
QUANTITIES: tuple[Quantity, ...] = ("time", "memory", "device_memory")
GATE_VERDICTS: tuple[GateVerdict, ...] = (
    "regressed",
    "broken",
    "inconclusive",
    "missing",
    "improved",
    "ok",
)
"""In the order shown: what asks for attention comes first."""


@dataclass(frozen=True)
class Revision:
    """A state of a repository's files.

    Attributes
    ----------
    label : str
        As the user named it: a branch, a tag, ``"working tree"``.
    commit : str
        40 hex digits; of a working tree with changes, the commit that it changes.
    tree : str
        Object id of the tree of files, the content address of what is measured.
    dirty : bool
        True when the files are not those of `commit`.
    subject : str
        First line of the commit message.
    committed : str
        Time of the commit, ISO 8601.
    checkout : str
        Commit whose tree is `tree`, ``""`` where that is `commit`; no branch leads to it.
    """

    label: str
    commit: str
    tree: str
    dirty: bool = False
    subject: str = ""
    committed: str = ""
    checkout: str = ""


@dataclass(frozen=True)
class Pair:
    """Both sides of one case, measured next to each other in fresh processes.

    Attributes
    ----------
    case : str
        Name of the case.
    index : int
        Number of the round of processes it came from, from 0.
    first : {'base', 'head'}
        Who was measured first, drawn at random.
    base, head : Sample
        What they gave.
    """

    case: str
    index: int
    first: SideName
    base: Sample
    head: Sample

    def values(self, quantity: Quantity) -> tuple[float, float]:
        """Return what is compared of base and of head, seconds or bytes; nan where untold.

        Memory is what was taken above what the process held. Where a side does not say how much
        that was (an agent, or a journal, older than the question), it is the whole peak of both.
        """
        sides = (self.base, self.head)
        if quantity == "time":
            return self.base.seconds, self.head.seconds
        if quantity == "device_memory":
            return self.base.device_peak, self.head.device_peak
        known = all(math.isfinite(side.taken) or side.error for side in sides)
        base, head = ((side.taken if known else side.peak) for side in sides)
        return base, head

    def log_ratio(self, quantity: Quantity, slope: float = 0.0) -> float:
        """Return log(head / base); nan when either side has no value.

        Of time it is the trimmed mean over turns, each side's first against the other's first and
        so on: what slowed the machine for longer than a turn slowed both, and falls out.
        Of memory, less than `LEAST_MEMORY` counts as that.

        Parameters
        ----------
        quantity : {'time', 'memory', 'device_memory'}
            Which.
        slope : float
            How closely times follow the machine's speed, 0 for not at all: see
            `harness.lockstep.sample`.
        """
        if quantity == "time":
            return log_ratio(self.base, self.head, slope)
        base, head = self.values(quantity)
        if quantity == "memory":
            base, head = at_least(base), at_least(head)
        return math.log(head / base) if base > 0 and head > 0 else math.nan


def at_least(amount: float) -> float:
    """Return an amount of memory, one below `LEAST_MEMORY` as that: there, ratios say nothing."""
    return amount if math.isnan(amount) else max(amount, LEAST_MEMORY)


@dataclass(frozen=True)
class Thresholds:
    """What counts as slower, of one case and quantity.

    Attributes
    ----------
    margin : float
        Relative; a slow-down must be shown to exceed it to be called regressed.
    tolerance : float
        Relative, at least `margin`; the upper bound must lie below it for "ok".
    absolute : float
        Seconds or bytes; a smaller change than that never counts, however large its ratio.
    """

    margin: float = 0.01
    tolerance: float = 0.05
    absolute: float = 0.0


@dataclass(frozen=True)
class Decision:
    """The verdict on one quantity of one case.

    Attributes
    ----------
    case : str
        Name, e.g. ``"tests/benchmarks/test_kernels.py::test_hinge[numpy]"``.
    quantity : {'time', 'memory', 'device_memory'}
        What was compared.
    verdict : str
        One of `GATE_VERDICTS`.
    reason : str
        One sentence; ``""`` when the numbers say it all.
    ratio : float
        head / base, the Hodges-Lehmann estimate over pairs; nan without pairs.
    interval : Interval or None
        Of the ratio.
    pairs : int
        Pairs it rests on.
    detectable : float
        The smallest slow-down that this run would have called regressed four times out of
        five, as a ratio (1.03 for 3 %); inf when none could have been.
    base, head : float
        Medians over pairs, seconds or bytes; nan without.
    disturbed : int
        Pairs during which other work was noticed on the machine.
    thresholds : Thresholds
        Those it was judged by.
    """

    case: str
    quantity: Quantity
    verdict: GateVerdict
    reason: str = ""
    ratio: float = math.nan
    interval: Interval | None = None
    pairs: int = 0
    detectable: float = math.inf
    base: float = math.nan
    head: float = math.nan
    disturbed: int = 0
    thresholds: Thresholds = Thresholds()


@dataclass(frozen=True)
class Difference:
    """A package that the sides run with in different versions, ``""`` for one that has none."""

    name: str
    base: str
    head: str


@dataclass(frozen=True)
class GateResult:
    """What a run of the gate found.

    Attributes
    ----------
    base, head : Revision
        What was compared.
    decisions : tuple of Decision
        One per case and quantity, in the order of the cases.
    pairs : tuple of Pair
        The raw values.
    hardware : str
        The machine, e.g. ``"x86_64-cpu AMD EPYC, 2 cores"``.
    environment : mapping of str to str
        Facts of machine and libraries.
    started : str
        ISO 8601.
    elapsed : float
        Seconds of the whole run.
    partial : str
        Why the run ended before every case was settled (``"interrupted"``, ``"the budget of
        600 s ended"``), ``""`` when it did not.
    notes : tuple of str
        What the reader should know.
    packages : tuple of Difference
        Those that differ between the sides and are not what is compared.
    """

    base: Revision
    head: Revision
    decisions: tuple[Decision, ...]
    pairs: tuple[Pair, ...] = ()
    hardware: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    started: str = ""
    elapsed: float = 0.0
    partial: str = ""
    notes: tuple[str, ...] = ()
    packages: tuple[Difference, ...] = ()

"""Pairs: both sides measured in turns, and what other work on the machine did to them.

The two processes of a round start together and go through the cases together, so that the two
values of a pair are taken side by side. Other work may have disturbed a pair all the same, and the
machine has a speed of its own.
"""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from harness.gate.couples import Couple
from harness.gate.values import SIDES, Pair, SideName
from harness.lockstep import process, sample
from harness.lockstep.sample import read
from harness.lockstep.turns import Timeouts, in_turns
from harness.numerals import number

WAITED = 0.25
"""Share of a measurement spent ready to run and not running from which it counts as disturbed."""
CALM = 0.02
"""Share of waiting, over a round, up to which the machine has nothing else to do."""
SHARE = 0.5
"""Share of disturbed pairs from which a verdict on times must hold without the waiting too."""
VARIED = 1.2
"""Ratio of the slowest to the fastest speed from which a note is given."""


def measure_round(
    couple: Couple,
    names: Sequence[str],
    rng: np.random.Generator,
    timeouts: Timeouts,
    bursts: Mapping[str, Mapping[str, float]] | None = None,
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
    several = threads < len(process.available() or range(os.cpu_count() or 1))
    if several and (why := process.refused()):
        yield (
            "this machine forbids choosing a processor, and the two sides may have run on "
            f"different ones ({why})"
        )

"""What other work on the machine did to pairs: whether it disturbed them, and its own speed."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator

import numpy as np

from harness.gate.values import Pair
from harness.lockstep import processors, sample
from harness.numerals import number

WAITED = 0.25
"""Share of a measurement spent ready to run and not running from which it counts as disturbed."""
SHARE = 0.5
"""Share of disturbed pairs from which a verdict on times must hold without the waiting too."""
VARIED = 1.2
"""Ratio of the slowest to the fastest speed from which a note is given."""


def disturbed(pair: Pair) -> bool:
    """Return whether other work is known to have kept a pair from its processor."""
    return any(side.waited_share > WAITED for side in (pair.base, pair.head))


def without_waiting(pair: Pair, slope: float = 0.0) -> float:
    """Return the log-ratio of a pair's times with the share of waiting taken out of both.

    As if all waiting had fallen on what was measured; the truth lies between this and the plain
    log-ratio, so that a verdict which both support is not the work of contention.
    """
    base, head = (min(side.waited_share, 0.99) for side in (pair.base, pair.head))
    return pair.log_ratio("time", slope) + math.log1p(-head) - math.log1p(-base)


def slope(pairs: Iterable[Pair]) -> float:
    """Return the common slope of log-times on log-speeds over all pairs of a case so far."""
    return sample.slope(side for pair in pairs for side in (pair.base, pair.head))


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


def notes(pairs: Iterable[Pair], threads: int) -> Iterator[str]:
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
    several = threads < len(processors.available() or range(os.cpu_count() or 1))
    if several and (why := processors.refused()):
        yield (
            "this machine forbids choosing a processor, and the two sides may have run on "
            f"different ones ({why})"
        )

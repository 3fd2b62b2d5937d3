"""For how long a pair of a case is measured: until its turns leave nothing to be learnt.

The log-ratio of a pair has two kinds of noise. That of its turns gets less the longer it is
measured; what makes one process faster than another (where its memory lies, the order of its sets)
does not. So a case is measured for the full time once. Then it is measured for as long as it takes
for the noise of turns to be a small part of what must be told apart, margin and tolerance.

Only the spread of turns within pairs counts. It is the same where the sides are swapped, and no
pair has a say in its own length, so that the sign of a log-ratio is as fair a coin as before.

References
----------
Tukey & McLaughlin (1963), Less vulnerable confidence and significance procedures for location
based on a single sample, Sankhya A 25, 331-352: the standard error of a trimmed mean.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from harness.gate.judge import limits
from harness.gate.lockstep import slope
from harness.gate.sequential import ThresholdsOf
from harness.gate.values import Pair
from harness.lockstep.agent.harness_side.turns import SLICE
from harness.lockstep.sample import turn_noise

PART = 3.0
"""Standard errors that lie between margin and tolerance: a slow-down as large as the tolerance is
not taken for one within the margin since its turns were few."""
FEWEST = 6
"""Turns of a pair at least."""
WARM = 5
"""Calls before those that count, at most; `harness_side` gives pytest-benchmark as many."""
Burst = Mapping[str, float]
"""What a case is measured by instead, as keywords of pytest-benchmark's mark."""


def shorter(
    cases: Mapping[str, Sequence[Pair]], thresholds: ThresholdsOf, longest: float
) -> dict[str, Burst]:
    """Return what is enough for those cases that need not be measured for the full time.

    Parameters
    ----------
    cases : mapping of str to sequence of Pair
        The pairs so far.
    thresholds : callable
        ``thresholds(case, quantity)``.
    longest : float
        The full time, seconds; 0 where it cannot be chosen.
    """
    found: dict[str, Burst] = {}
    for case, pairs in cases.items():
        if not longest or not pairs:
            continue
        seconds = enough(pairs, _allowed(case, pairs, thresholds))
        if seconds < longest:
            found[case] = {"max_time": seconds, "warmup_iterations": _warm(pairs)}
    return found


def enough(pairs: Sequence[Pair], error: float) -> float:
    """Return the seconds after which turns leave a pair's log-ratio so large a standard error.

    That is for the typical pair: one in which something else ran is an outlier to the test, too.

    Parameters
    ----------
    pairs : sequence of Pair
        Of one case, at least one.
    error : float
        The standard error; the answer is inf where it is 0 or the turns do not tell their noise.
    """
    follows = slope(pairs)
    noises = [turn_noise(pair.base, pair.head, follows) for pair in pairs]
    known = [noise for noise in noises if math.isfinite(noise)]
    if not known or error <= 0:
        return math.inf
    turns = max(FEWEST, (statistics.median(known) / error) ** 2)
    return turns * max(SLICE, _call(pairs))


def _allowed(case: str, pairs: Sequence[Pair], thresholds: ThresholdsOf) -> float:
    margin, tolerance = limits(pairs, "time", thresholds(case, "time"))
    return (tolerance - margin) / PART


def _warm(pairs: Sequence[Pair]) -> int:
    """Return the calls that warm up: a turn of them, where one takes so long."""
    return max(1, min(WARM, int(SLICE / _call(pairs))))


def _call(pairs: Sequence[Pair]) -> float:
    return statistics.median(side.seconds for pair in pairs for side in (pair.base, pair.head))

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
from harness.lockstep.sample import turn_noise

PART = 4.0
"""Standard errors that lie between margin and tolerance: a slow-down as large as the tolerance is
not taken for one within the margin since its turns were few."""
FEWEST = 6
"""Turns of a pair at least."""


def shorter(
    cases: Mapping[str, Sequence[Pair]], thresholds: ThresholdsOf, longest: float
) -> dict[str, float]:
    """Return the seconds of those cases that need not be measured for the full time.

    Parameters
    ----------
    cases : mapping of str to sequence of Pair
        The pairs so far.
    thresholds : callable
        ``thresholds(case, quantity)``.
    longest : float
        The full time, seconds; 0 where it cannot be chosen.
    """
    found = {}
    for case, pairs in cases.items():
        seconds = enough(pairs, _allowed(case, pairs, thresholds)) if longest and pairs else longest
        if seconds < longest:
            found[case] = seconds
    return found


def enough(pairs: Sequence[Pair], error: float) -> float:
    """Return the seconds after which turns leave a pair's log-ratio so large a standard error.

    Parameters
    ----------
    pairs : sequence of Pair
        Of one case, at least one.
    error : float
        The standard error; the answer is inf where it is 0 or the turns do not tell their noise.
    """
    follows = slope(pairs)
    noises = [turn_noise(pair.base, pair.head, follows) for pair in pairs]
    known = [noise**2 for noise in noises if math.isfinite(noise)]
    if not known or error <= 0:
        return math.inf
    turns = max(FEWEST, statistics.fmean(known) / error**2)
    return turns * statistics.median(_seconds_of_turn(pair) for pair in pairs)


def _allowed(case: str, pairs: Sequence[Pair], thresholds: ThresholdsOf) -> float:
    margin, tolerance = limits(pairs, "time", thresholds(case, "time"))
    return (tolerance - margin) / PART


def _seconds_of_turn(pair: Pair) -> float:
    """Return what a turn takes, with what goes on in it beside the rounds."""
    return max(side.wall / len(side.turns) for side in (pair.base, pair.head))

"""The state of a run: which cases are open, for how long each is measured, what is decided.

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
from collections.abc import Callable, Iterable, Mapping, Sequence

from harness.gate.couples import slope
from harness.gate.judge import LOOKS, Look, decide, limits
from harness.gate.values import (
    QUANTITIES,
    Decision,
    GateVerdict,
    Pair,
    Quantity,
    Thresholds,
)
from harness.lockstep.agent.harness_side.turns import SLICE
from harness.lockstep.sample import turn_noise

ThresholdsOf = Callable[[str, Quantity], Thresholds]
PART = 3.0
"""Standard errors that lie between margin and tolerance: a slow-down as large as the tolerance is
not taken for one within the margin since its turns were few."""
FEWEST = 6
"""Turns of a pair at least."""
WARM = 5
"""Calls before those that count, at most; `harness_side` gives pytest-benchmark as many."""
Burst = Mapping[str, float]
"""What a case is measured by instead, as keywords of pytest-benchmark's mark."""


class SequentialTest:
    """Collects pairs, looks at them when it is time, and settles cases.

    Parameters
    ----------
    names : sequence of str
        The cases.
    thresholds : callable
        ``thresholds(case, quantity)``.
    looks : sequence of int
        Pairs after which a case is looked at; after the last it is settled in any event.

    Attributes
    ----------
    again : str
        A settled case that is being measured once more, by itself.
    """

    def __init__(
        self, names: Sequence[str], thresholds: ThresholdsOf, looks: Sequence[int] = LOOKS
    ) -> None:
        self._pairs: dict[str, list[Pair]] = {name: [] for name in names}
        self._lost: dict[str, set[Quantity]] = {name: set() for name in names}
        self._settled: dict[str, dict[Quantity, Decision]] = {name: {} for name in names}
        self._thresholds = thresholds
        self._looks = tuple(looks)
        self.again = ""

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """All pairs, case by case."""
        return tuple(pair for pairs in self._pairs.values() for pair in pairs)

    def of(self, names: Iterable[str]) -> dict[str, tuple[Pair, ...]]:
        """Return the pairs of some cases."""
        return {name: tuple(self._pairs[name]) for name in names}

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What is settled, case by case."""
        return tuple(found for case in self._settled.values() for found in case.values())

    @property
    def open(self) -> tuple[str, ...]:
        """The cases that need more pairs."""
        return tuple(name for name in self._pairs if self._open_quantities(name))

    def add(self, pairs: Iterable[Pair]) -> None:
        """Take the pairs of one round, and look at the cases for which it is time."""
        changed = []
        for pair in pairs:
            self._pairs[pair.case].append(pair)
            told = ((q, pair.log_ratio(q)) for q in QUANTITIES[1:])
            self._lost[pair.case].update(q for q, log in told if not math.isfinite(log))
            changed.append(pair.case)
        for name in changed:
            if not self._failed(name) and len(self._pairs[name]) in self._looks:
                number = self._looks.index(len(self._pairs[name]))
                self._look(name, Look(number, self._tests, number == len(self._looks) - 1))

    def close(self, reason: str, *, judge: bool = True) -> None:
        """Settle what is open: no more pairs will come.

        Parameters
        ----------
        reason : str
            Why, for the cases of which there is nothing to say.
        judge : bool
            True takes the next look at the pairs at hand; it is as sound as at its planned number,
            since what ended the run was not their values. False (a run to be resumed) leaves
            every open case inconclusive.
        """
        for name in self.open:
            pairs = self._pairs[name]
            number = sum(count <= len(pairs) for count in self._looks)
            if pairs:
                self._look(name, Look(number, self._tests, final=True), "" if judge else reason)
            else:
                text = f"not measured: {reason}"
                self._settle(Decision(name, "time", "inconclusive", text))

    def retake(self, pairs: Sequence[Pair], decisions: Iterable[Decision]) -> None:
        """Put decisions, and the pairs of their case that they rest on, in the place of others."""
        for decision in decisions:
            self._pairs[decision.case] = list(pairs)
            self._settle(decision)

    def _look(self, name: str, look: Look, instead: str = "") -> None:
        for quantity in self._open_quantities(name):
            thresholds = self._thresholds(name, quantity)
            found = decide(name, quantity, self._pairs[name], thresholds, look, instead)
            if found is not None:
                self._settle(found)

    def _failed(self, name: str) -> bool:
        """Settle a case of which a side gave no value in its last pair; return whether it did."""
        pair = self._pairs[name][-1]
        samples = {"base": pair.base, "head": pair.head}
        errors = {side: sample.error for side, sample in samples.items() if sample.error}
        if not errors:
            return False
        skipped = all(samples[side].skipped for side in errors)
        text = "; ".join(f"{error} ({side})" for side, error in errors.items())
        if len(set(errors.values())) == 1 and len(errors) == len(samples):
            text = f"{pair.base.error} (both sides)"
        if pair.index and not skipped:
            text = f"in round {pair.index + 1}: {text}"
        verdict: GateVerdict = "missing" if skipped else "broken"
        self._settled[name] = {}
        self._settle(Decision(name, "time", verdict, text))
        return True

    def _settle(self, decision: Decision) -> None:
        self._settled[decision.case][decision.quantity] = decision

    def _open_quantities(self, name: str) -> tuple[Quantity, ...]:
        settled = self._settled[name]
        if any(found.verdict in ("broken", "missing") for found in settled.values()):
            return ()
        wanted = self._quantities(name)
        return tuple(quantity for quantity in wanted if quantity not in settled)

    def _quantities(self, name: str) -> tuple[Quantity, ...]:
        """Return what is measured of a case: what both sides gave in every pair."""
        lost = self._lost[name] if self._pairs[name] else QUANTITIES
        return ("time", *(q for q in QUANTITIES[1:] if q not in lost))

    @property
    def _tests(self) -> int:
        """Quantities of cases over which the chance of a false alarm is divided.

        All of the run, settled ones too: the number must not depend on what was found.
        """
        return sum(len(self._quantities(name)) for name in self._pairs)


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
        seconds = min(enough(pairs, _allowed(case, pairs, thresholds), longest), longest)
        if seconds < longest or _warm(pairs) < WARM:
            found[case] = {"max_time": seconds, "warmup_iterations": _warm(pairs)}
    return found


def enough(pairs: Sequence[Pair], error: float, full: float) -> float:
    """Return the seconds after which turns leave a pair's log-ratio so large a standard error.

    That is for the typical pair: one in which something else ran is an outlier to the test, too.

    Parameters
    ----------
    pairs : sequence of Pair
        Of one case, at least one.
    error : float
        The standard error; the answer is inf where it is 0 or the turns do not tell their noise.
    full : float
        Seconds of the first pair.
    """
    follows = slope(pairs)
    noises = [turn_noise(pair.base, pair.head, follows) for pair in pairs]
    known = [noise for noise in noises if math.isfinite(noise)]
    if not known or error <= 0:
        return math.inf
    turns = max(FEWEST, (statistics.median(known) / error) ** 2)
    return turns * _turn(pairs, full)


def _allowed(case: str, pairs: Sequence[Pair], thresholds: ThresholdsOf) -> float:
    margin, tolerance = limits(pairs, "time", thresholds(case, "time"))
    return (tolerance - margin) / PART


def _warm(pairs: Sequence[Pair]) -> int:
    """Return the calls that warm up: a turn of them, where one takes so long."""
    return max(1, min(WARM, int(SLICE / _call(pairs))))


def _turn(pairs: Sequence[Pair], full: float) -> float:
    """Return the seconds of calls in a turn, of which the first and the last of a pair are half."""
    most = max(len(side.turns) for side in (pairs[0].base, pairs[0].head))
    return max(_call(pairs), min(SLICE, full / max(1, most - 1)))


def _call(pairs: Sequence[Pair]) -> float:
    return statistics.median(side.seconds for pair in pairs for side in (pair.base, pair.head))

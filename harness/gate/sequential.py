"""The state of a run: which cases are still open, and the decisions on the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from harness.gate.judge import LOOKS, Look, decide
from harness.gate.values import (
    QUANTITIES,
    Decision,
    GateVerdict,
    Pair,
    Quantity,
    Thresholds,
)

ThresholdsOf = Callable[[str, Quantity], Thresholds]


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
    """

    def __init__(
        self, names: Sequence[str], thresholds: ThresholdsOf, looks: Sequence[int] = LOOKS
    ) -> None:
        self._pairs: dict[str, list[Pair]] = {name: [] for name in names}
        self._lost: dict[str, set[Quantity]] = {name: set() for name in names}
        self._settled: dict[str, dict[Quantity, Decision]] = {name: {} for name in names}
        self._thresholds = thresholds
        self._looks = tuple(looks)

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

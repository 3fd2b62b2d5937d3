"""Rounds of pairs until every case is settled or the time is up.

In the one process of a side, what a benchmark leaves behind makes others after it faster or slower.
So what is found slower beside others is measured once more in processes of its own.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

import numpy as np

from harness.gate.collection import collect_sides, compared, notes
from harness.gate.couples import Commands, Relay, calm, measure_round
from harness.gate.journal import Journal
from harness.gate.judge import LOOKS, taken_back, undecided
from harness.gate.sequential import SequentialTest, ThresholdsOf, shorter
from harness.gate.values import Decision, Pair
from harness.lockstep.turns import OutOfTime, Timeouts
from harness.words import plural


@dataclass(frozen=True, eq=False)
class Bench:
    """Something that measures cases: one kind of process for either side.

    Attributes
    ----------
    commands : mapping
        How it is started on either side.
    options : tuple of str
        Handed to the sides, e.g. pytest's.
    burst : float
        Seconds for which a process measures a case, which `harness.gate.sequential` may shorten; 0
        where the side alone decides on them.
    """

    commands: Commands
    options: tuple[str, ...] = ()
    burst: float = 0.0


@dataclass(frozen=True)
class SelectedCases:
    """The cases of both sides.

    Attributes
    ----------
    names : mapping of str to Bench
        Those both sides have, in order, and what measures each.
    apart : tuple of Decision
        Those that cannot be compared: one side only has them, or their module is broken.
    notes : tuple of str
        What else was left out.
    known : frozenset of str
        Every case that a side has.
    """

    names: Mapping[str, Bench]
    apart: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()
    known: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Limits:
    """How a run goes.

    Attributes
    ----------
    thresholds : callable
        ``thresholds(case, quantity)``.
    deadline : float
        When it ends, on the monotonic clock.
    budget : str
        The same as the user said it.
    timeouts : Timeouts
        How long to wait for a side.
    looks : tuple of int
        Pairs after which a case is looked at.
    progress : callable, optional
        ``progress(test)``, called after every round.
    alone : bool
        Whether what is found slower beside others is measured once more by itself.
    """

    thresholds: ThresholdsOf
    deadline: float
    budget: str = ""
    timeouts: Timeouts = field(default_factory=Timeouts)
    looks: tuple[int, ...] = LOOKS
    progress: Callable[[SequentialTest], None] | None = None
    alone: bool = True


def find_cases(benches: Sequence[Bench], timeouts: Timeouts) -> SelectedCases:
    """Ask both sides what they can measure.

    Raises
    ------
    SideBroken
        If a side does not start or collect.
    """
    both: dict[str, Bench] = {}
    apart: list[Decision] = []
    all_notes: list[str] = []
    known: set[str] = set()
    for bench in benches:
        sides, commands = collect_sides(bench.commands, timeouts, bench.options)
        names, decisions = compared(sides)
        both |= dict.fromkeys(names, replace(bench, commands=commands))
        apart += decisions
        all_notes += notes(sides)
        known |= {name for one in sides.values() for name in (*one.names, *one.deselected)}
    return SelectedCases(both, tuple(apart), tuple(all_notes), frozenset(known))


def run(found: SelectedCases, limits: Limits, journal: Journal) -> tuple[SequentialTest, str]:
    """Measure until every case is settled.

    Returns
    -------
    SequentialTest
        Pairs and decisions.
    str
        Why the run ended early, ``""`` when it did not.
    """
    test = SequentialTest(list(found.names), limits.thresholds, limits.looks)
    _replay(test, journal.pairs)
    try:
        with Relay(limits.timeouts) as relay:
            partial = _rounds(found, limits, journal, test, relay)
            if limits.alone and not partial:
                _by_themselves(found, limits, test, relay)
    except KeyboardInterrupt:
        test.close("interrupted", judge=False)
        return test, "interrupted"
    if partial:
        test.close(partial)
    journal.end()
    return test, partial


def _rounds(
    found: SelectedCases, limits: Limits, journal: Journal, test: SequentialTest, relay: Relay
) -> str:
    index = 1 + max((pair.index for pair in journal.pairs), default=-1)
    lasted = 0.0
    pairs: list[Pair] = []
    while test.open:
        started = time.monotonic()
        if started + lasted > limits.deadline:
            return _out_of_time(limits, test)
        relay.alone = not calm(pairs)
        pairs = []
        early = False
        try:
            with closing(_round(found, limits, test, index, relay, test.open)) as measured:
                pairs.extend(measured)  # one by one: those before an interruption are in it
        except OutOfTime:
            early = True
        finally:
            if pairs:
                journal.append(pairs)
                test.add(pairs)
        if early:
            return _out_of_time(limits, test)
        if limits.progress is not None:
            limits.progress(test)
        index, lasted = index + 1, time.monotonic() - started
    return ""


def _round(
    found: SelectedCases,
    limits: Limits,
    test: SequentialTest,
    index: int,
    relay: Relay,
    cases: Sequence[str],
) -> Generator[Pair, None, None]:
    """Measure some cases once, bench by bench."""
    rng = np.random.Generator(np.random.PCG64())  # any order will do; pairs keep theirs
    of_bench: dict[Bench, list[str]] = {}
    for name in cases:
        of_bench.setdefault(found.names[name], []).append(name)
    first, *_, last = (*of_bench, *of_bench)
    for bench, names in of_bench.items():
        couple = relay.take(bench.commands, index, bench.options)
        if bench is last:
            relay.start_next(first.commands, index + 1, first.options)
        bursts = shorter(test.of(names), limits.thresholds, bench.burst)
        yield from measure_round(couple, names, rng, limits.timeouts, bursts)
        relay.done()


def _by_themselves(
    found: SelectedCases, limits: Limits, test: SequentialTest, relay: Relay
) -> None:
    """Measure by itself what was found slower beside others, as far as there is time."""
    beside = Counter(found.names.values())
    index = 1 + max((pair.index for pair in test.pairs), default=0)
    slower = [one for one in test.decisions if one.verdict == "regressed"]
    with suppress(OutOfTime):
        for case in dict.fromkeys(one.case for one in slower):
            own = [one for one in slower if one.case == case]
            pairs: list[Pair] = []
            while beside[found.names[case]] > 1 and undecided(own, pairs, limits.looks[0]):
                relay.alone = not calm(pairs[-1:])
                test.again = case
                if limits.progress is not None:
                    limits.progress(test)
                pairs += _round(found, limits, test, index, relay, [case])
                index += 1
            test.retake(pairs, filter(None, (taken_back(one, pairs) for one in own)))


def _replay(test: SequentialTest, pairs: Sequence[Pair]) -> None:
    """Take the pairs of an interrupted run, round by round, as they came."""
    for index in sorted({pair.index for pair in pairs}):
        test.add([pair for pair in pairs if pair.index == index])


def _out_of_time(limits: Limits, test: SequentialTest) -> str:
    return f"the budget of {limits.budget} ended with {plural(len(test.open), 'case')} open"

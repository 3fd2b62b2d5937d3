"""Rounds of pairs until every case is settled or the time is up."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from harness.gate.journal import Journal
from harness.gate.judge import LOOKS
from harness.gate.listing import compared, notes
from harness.gate.lockstep import (
    Commands,
    OutOfTime,
    Patience,
    collect_sides,
    measure_round,
)
from harness.gate.trials import ThresholdsOf, Trials
from harness.gate.values import Decision, Pair
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
    """

    commands: Commands
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
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
class Course:
    """How a run goes.

    Attributes
    ----------
    thresholds : callable
        ``thresholds(case, quantity)``.
    deadline : float
        When it ends, on the monotonic clock.
    budget : str
        The same as the user said it.
    patience : Patience
        How long to wait for a side.
    looks : tuple of int
        Pairs after which a case is looked at.
    progress : callable, optional
        ``progress(trials)``, called after every round.
    """

    thresholds: ThresholdsOf
    deadline: float
    budget: str = ""
    patience: Patience = field(default_factory=Patience)
    looks: tuple[int, ...] = LOOKS
    progress: Callable[[Trials], None] | None = None


def find_cases(benches: Sequence[Bench], patience: Patience) -> Found:
    """Ask both sides what they can measure.

    Raises
    ------
    SideBroken
        If a side does not start or collect.
    """
    both: dict[str, Bench] = {}
    apart: list[Decision] = []
    told: list[str] = []
    known: set[str] = set()
    for bench in benches:
        sides = collect_sides(bench.commands, patience, bench.options)
        names, decisions = compared(sides)
        both |= dict.fromkeys(names, bench)
        apart += decisions
        told += notes(sides)
        known |= {name for one in sides.values() for name in (*one.names, *one.deselected)}
    return Found(both, tuple(apart), tuple(told), frozenset(known))


def run(found: Found, course: Course, journal: Journal) -> tuple[Trials, str]:
    """Measure until every case is settled.

    Returns
    -------
    Trials
        Pairs and decisions.
    str
        Why the run ended early, ``""`` when it did not.
    """
    trials = Trials(list(found.names), course.thresholds, course.looks)
    _replay(trials, journal.pairs)
    try:
        partial = _rounds(found, course, journal, trials)
    except KeyboardInterrupt:
        trials.close("interrupted", judge=False)
        return trials, "interrupted"
    if partial:
        trials.close(partial)
    journal.end()
    return trials, partial


def _rounds(found: Found, course: Course, journal: Journal, trials: Trials) -> str:
    index = 1 + max((pair.index for pair in journal.pairs), default=-1)
    lasted = 0.0
    while trials.open:
        started = time.monotonic()
        if started + lasted > course.deadline:
            return _out_of_time(course, trials)
        pairs: list[Pair] = []
        early = False
        try:
            with closing(_round(found, course, trials, index)) as measured:
                pairs.extend(measured)  # one by one: those before an interruption are in it
        except OutOfTime:
            early = True
        finally:
            if pairs:
                journal.append(pairs)
                trials.add(pairs)
        if early:
            return _out_of_time(course, trials)
        if course.progress is not None:
            course.progress(trials)
        index, lasted = index + 1, time.monotonic() - started
    return ""


def _round(found: Found, course: Course, trials: Trials, index: int) -> Generator[Pair, None, None]:
    """Measure every open case once, bench by bench."""
    rng = np.random.Generator(np.random.PCG64())  # any order will do; pairs keep theirs
    benches = dict.fromkeys(found.names.values())
    for bench in benches:
        names = [name for name in trials.open if found.names[name] == bench]
        if names:
            yield from measure_round(
                bench.commands, names, index, rng, course.patience, bench.options
            )


def _replay(trials: Trials, pairs: Sequence[Pair]) -> None:
    """Take the pairs of an interrupted run, round by round, as they came."""
    for index in sorted({pair.index for pair in pairs}):
        trials.add([pair for pair in pairs if pair.index == index])


def _out_of_time(course: Course, trials: Trials) -> str:
    return f"the budget of {course.budget} ended with {plural(len(trials.open), 'case')} open"

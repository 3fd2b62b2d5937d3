"""Two functions, or two commands, timed against each other: how many times is a faster than b.

A cell is a pair of fresh processes that take turns of a hundredth of a second
(`harness.lockstep`), and gives one ratio: what slows the machine slows both, what differs from
process to process (addresses, the order of hashes) differs from cell to cell. In each process a
call is made once to warm up, then as often as makes a round of a quarter of a millisecond, then
for a burst of 0.2 s and three rounds at least. A turn's value is the median of its rounds, so that
an interruption spoils none; what a long call waited for a processor is taken out of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from harness.code.sources import Sources
from harness.config.experiments import Settings, Speed
from harness.config.kinds import Kind, kinds_of
from harness.errors import UsageError
from harness.experiments import named
from harness.experiments.experiment import Context, Experiment
from harness.experiments.speed.sides import Pair, SideResults, Work
from harness.lockstep.sample import Sample, log_ratio, slope
from harness.timing import WAITED
from harness.types import Outcome

KEYS = ("a", "b", "setup")
"""Those of ``[speed]`` that name code."""
BRIEF = 0.0025
"""Seconds of a call up to which the fixed piece of work is done often enough to tell its speed."""
METRICS = frozenset({"speedup", "a_s", "b_s", "agree", "alone", "waited"})
KINDS: Mapping[str, Kind] = {"agree": "binary", "alone": "binary", "*": "positive"}


def run(context: Context) -> Outcome:
    """Time ``a`` and ``b`` of ``[speed]`` in turns.

    Raises
    ------
    UsageError
        If there is no such table, or one of them cannot be timed.
    """
    speed = context.settings.speed
    if speed is None:
        raise UsageError("experiment 'speed' must be given the table [speed]")
    with Pair(context, speed) as pair:
        return outcome(pair.measured())


def outcome(found: SideResults) -> Outcome:
    """Return the metrics of a pair.

    ``speedup`` is the time of b over that of a. ``alone`` says whether the seconds of both were
    taken without company; the ratio was taken in turns, and does not need that.
    """
    a, b = found.a, found.b
    metrics = {"speedup": ratio(a, b), "a_s": a.seconds, "b_s": b.seconds, "alone": 1.0}
    shares = [side.waited / side.wall for side in (a, b)]
    if not any(map(math.isnan, shares)):  # else the system does not say
        metrics |= {"alone": float(max(shares) <= WAITED), "waited": max(shares)}
    if found.agree is not None:
        metrics["agree"] = float(found.agree)
    return Outcome(metrics=metrics, samples={"a_s": a.turns, "b_s": b.turns})


def ratio(a: Sample, b: Sample) -> float:
    """Return the time of b over that of a, at equal speed of the machine.

    Between long calls the fixed piece of work says little of what went on in them.
    """
    brief = max(a.seconds, b.seconds) <= BRIEF
    return math.exp(log_ratio(a, b, slope((a, b)) if brief else 0.0))


def produces(settings: Settings) -> frozenset[str]:  # noqa: ARG001 - whatever is timed
    """Return the names of the metrics that a cell can leave."""
    return METRICS


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kind of everything that a cell leaves."""
    return kinds_of(produces(settings), KINDS)


def code(settings: Settings, home: str) -> Sources:
    """Return the files that all of it is made of; those that are not there are told by `absent`."""
    found = [(key, _sources(work, settings, home)) for key, work in _given(settings)]
    return Sources(
        tuple(sorted({path for _, one in found for path in one.files})),
        {name: digest for _, one in found for name, digest in one.code.items()},
        {f"{key}: {name}": digest for key, one in found for name, digest in one.address.items()},
    )


def absent(settings: Settings, home: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the functions that are not there, and names in braces that nobody gives."""
    for key, work in _given(settings):
        if isinstance(work, str):
            try:
                named.known(work, home, key)
            except UsageError as error:
                yield ("speed", key), str(error)
        elif wrong := named.unnamed(work, settings.params):
            yield ("speed", key), wrong


def asks(settings: Settings, home: str) -> frozenset[str]:
    """Return the names by which the code asks for something: keys of ``[params]``, or it gets none.

    What is not there asks for nothing; `absent` tells of it.
    """
    return frozenset(name for _, work in _given(settings) for name in _asked(work, home))


def _asked(work: Work, home: str) -> frozenset[str]:
    try:
        return named.parameters(work, home)
    except UsageError:
        return frozenset()


def _sources(work: Work, settings: Settings, home: str) -> Sources:
    if not isinstance(work, str):
        return named.sources(work, settings.params, home)
    try:
        return named.known(work, home).sources
    except UsageError:
        return Sources()


def _given(settings: Settings) -> Iterator[tuple[str, Work]]:
    speed: Speed | None = settings.speed
    for key in KEYS if speed is not None else ():
        if work := getattr(speed, key):
            yield key, work


EXPERIMENT = Experiment(
    name="speed",
    version=1,
    tables=("speed", "params"),
    requires=("speed",),
    run=run,
    alone=True,
    produces=produces,
    kinds=kinds,
    code=code,
    absent=absent,
    asks=asks,
)

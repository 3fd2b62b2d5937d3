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
from collections.abc import Mapping

from harness.config.kinds import Kind, kinds_of
from harness.config.settings import Settings
from harness.errors import UsageError
from harness.experiments.experiment import Context, Experiment
from harness.experiments.speed.sides import Pair, SideResults
from harness.experiments.speed.work import absent, asks, code
from harness.lockstep.sample import Sample, log_ratio, slope
from harness.timing import WAITED
from harness.types import Outcome

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

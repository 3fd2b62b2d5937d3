"""What a side gave, how two sides compare turn by turn, and how closely times follow the machine.

A neighbour on the same core, or a clock that is turned down, slows everything by much the same
factor for milliseconds or minutes. A fixed piece of work beside the rounds shares it: the
regression of log-times on log-speeds, within the turns of one process, says how closely times
follow (`slope`). What computes has a slope near 1, what sleeps or waits for an accelerator a slope
of 0. Both sides of a pair count alike, so that a test which rests on their exchangeability stays
exact.

References
----------
Lavenberg & Welch (1981), A perspective on the use of control variables to increase the efficiency
of Monte Carlo simulations, Management Science 27, 322-335.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.lockstep.process import Message

MOST = 1.2
"""The largest slope believed."""
FAR = 1.0
"""Log-distance from the median from which a turn was interrupted and says nothing of speed."""
BULK = 0.8
"""Share of log-ratios that are taken as they are; larger ones count as the largest of these."""

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One thing measured once by one side's process.

    Attributes
    ----------
    seconds : float
        Time of one call: the median of `turns`; nan when it failed.
    turns : tuple of float
        Seconds of one call in each turn that the process had, in order: the middle of the rounds
        of the turn. The sides of a pair take turns of a hundredth of a second.
    speeds : tuple of float
        Seconds that a fixed piece of work took beside the rounds of each turn; nan if untold.
    mean, rounds
        Mean over all rounds of the process, seconds a call; and how many rounds there were.
    wall, cpu, waited : float
        Seconds the measurement took, processor time of the process in it, and the time its
        threads were ready to run and not running (nan where the system does not say).
    peak : float
        Largest resident set during the measurement, bytes; nan where it cannot be told.
    held : float
        Resident set just before the first round, bytes; nan where it cannot be told, and of
        measurements older than this field.
    device_peak : float
        Largest amount allocated on an accelerator, bytes; nan when none was used.
    error : str
        Why there is no value, ``""`` when there is.
    skipped : bool
        True when it skipped itself; `error` is then its reason.
    """

    seconds: float = math.nan
    turns: tuple[float, ...] = ()
    speeds: tuple[float, ...] = ()
    mean: float = math.nan
    rounds: int = 0
    wall: float = math.nan
    cpu: float = math.nan
    waited: float = math.nan
    peak: float = math.nan
    device_peak: float = math.nan
    held: float = math.nan
    error: str = ""
    skipped: bool = False

    @property
    def taken(self) -> float:
        """What the measurement took above what its process held before, bytes; nan if untold."""
        return max(0.0, self.peak - self.held) if math.isfinite(self.held) else math.nan

    @property
    def waited_share(self) -> float:
        """Share of the measurement in which the process waited for a processor.

        Where the system does not say, what the wall clock has beyond processor time: what sleeps
        is then taken for disturbed.
        """
        if not self.wall > 0:
            return 0.0
        waited = self.waited if math.isfinite(self.waited) else self.wall - self.cpu
        return waited / self.wall


def read(message: Message) -> Sample:
    """Return a side's last message about what it measured as a sample."""
    error = message.get("error") if message["event"] == "sample" else message["text"]
    if error:
        return Sample(error=str(error), skipped=bool(message.get("skipped", False)))
    turns = tuple(float(f"{value:.6g}") for value in message["turns"])
    if not turns or not all(math.isfinite(value) and value > 0 for value in turns):
        return Sample(error=f"a time must be finite and above 0 s, got {min(turns, default=0):g} s")

    def short(value: float | None) -> float:
        return math.nan if value is None else float(f"{value:.6g}")

    def number(name: str) -> float:
        return short(message.get(name))

    return Sample(
        seconds=statistics.median(turns),
        turns=turns,
        speeds=tuple(short(value) for value in message.get("speeds", ())),
        rounds=int(message["rounds"]),
        mean=number("mean"),
        wall=number("wall"),
        cpu=number("cpu"),
        waited=number("waited"),
        peak=number("peak"),
        held=number("held"),
        device_peak=number("device_peak"),
    )


@dataclass(frozen=True)
class TurnPair:
    """A turn of one side and the turn of the other beside it, seconds."""

    one: float
    other: float
    one_speed: float
    other_speed: float

    def log_ratio(self, slope: float) -> float:
        """Return log(other / one) at equal speed of the machine."""
        plain = math.log(self.other / self.one)
        speed = math.log(self.other_speed / self.one_speed)
        return plain - slope * speed if math.isfinite(speed) else plain


def beside(one: Sample, other: Sample) -> tuple[TurnPair, ...]:
    """Return the turns of a side with those of the other beside them, as far as both go."""
    times = zip(one.turns, other.turns, strict=False)
    speeds = zip(one.speeds, other.speeds, strict=False)
    padded = itertools.chain(speeds, itertools.repeat((math.nan, math.nan)))
    return tuple(TurnPair(*time, *speed) for time, speed in zip(times, padded, strict=False))


def log_ratio(one: Sample, other: Sample, slope: float = 0.0) -> float:
    """Return log(other / one), the trimmed mean over turns; nan when either side has none.

    Each side's first turn stands against the other's first and so on: what slowed the machine for
    longer than a turn slowed both, and falls out.

    Parameters
    ----------
    one, other : Sample
        Of two processes that took turns.
    slope : float
        How closely times follow the machine's speed, 0 for not at all: what `slope` returns.
    """
    return _trimmed_mean([pair.log_ratio(slope) for pair in beside(one, other)])


def turn_noise(one: Sample, other: Sample, slope: float = 0.0) -> float:
    """Return the standard deviation of a turn as `log_ratio` counts it; nan of too few turns.

    Over the root of the number of turns it is the standard error of `log_ratio`, by Tukey and
    McLaughlin: the deviation of the winsorized values, over the share that is not trimmed.
    """
    values = sorted(pair.log_ratio(slope) for pair in beside(one, other))
    cut = len(values) // 5
    if not cut:
        return math.nan
    low, high = values[cut], values[-cut - 1]
    winsorized = [min(max(value, low), high) for value in values]
    return statistics.stdev(winsorized) / (1.0 - 2.0 * cut / len(values))


def _trimmed_mean(values: Sequence[float]) -> float:
    """Return the mean without the fifth at either end; nan of nothing."""
    cut = len(values) // 5
    kept = sorted(values)[cut : len(values) - cut]
    return statistics.fmean(kept) if kept else math.nan


def slope(samples: Iterable[Sample]) -> float:
    """Return the common slope of log-times on log-speeds, between 0 and `MOST`.

    Parameters
    ----------
    samples : iterable of Sample
        Of both sides, as many as there are.
    """
    parts = [_deviations(sample) for sample in samples]
    across = sum(float(x @ x) for x, _ in parts)
    along = sum(float(x @ y) for x, y in parts)
    return min(max(along / across, 0.0), MOST) if across > 0 else 0.0


def slope_of_ratios(pairs: Iterable[tuple[Sample, Sample]]) -> float:
    """Return the slope of the log-ratios of turns on those of the speeds beside them.

    Between 0 and `MOST`. `slope` asks how a process follows the machine over all its turns. This
    asks what a difference of speed between two turns that lie side by side says of their times:
    less, since what slows both is no such difference, and what is left of the fixed piece of work
    is in part noise of its own. Swapping two sides changes nothing.

    Parameters
    ----------
    pairs : iterable of (Sample, Sample)
        Two processes that took turns, as often as they did.
    """
    parts = [_ratios(one, other) for one, other in pairs]
    values = np.concatenate(parts) if parts else np.empty((0, 2))
    if not len(values):
        return 0.0
    most = np.quantile(np.abs(values), BULK, axis=0)
    x, y = np.clip(values, -most, most).T
    across = float(x @ x)
    return min(max(float(x @ y) / across, 0.0), MOST) if across > 0 else 0.0


def _ratios(one: Sample, other: Sample) -> Vector:
    """Return log-ratios of speeds and of times of turns, as deviations from their means."""
    both = [
        (math.log(turn.other_speed / turn.one_speed), math.log(turn.other / turn.one))
        for turn in beside(one, other)
        if math.isfinite(turn.one_speed) and math.isfinite(turn.other_speed)
    ]
    values = np.array(both, dtype=np.float64).reshape(-1, 2)
    return values - np.median(values, axis=0) if len(values) else values


def _deviations(sample: Sample) -> tuple[Vector, Vector]:
    """Return log-speeds and log-times of a process's turns, as deviations from their means."""
    both = [
        (math.log(speed), math.log(time))
        for time, speed in zip(sample.turns, sample.speeds, strict=False)
        if math.isfinite(speed)
    ]
    values = np.array(both, dtype=np.float64).reshape(-1, 2)
    if len(values):
        values = values[np.abs(values[:, 1] - np.median(values[:, 1])) < FAR]
    centred = values - values.mean(axis=0) if len(values) else values
    return centred[:, 0], centred[:, 1]

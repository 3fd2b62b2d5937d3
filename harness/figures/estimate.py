"""Estimates with intervals, from the raw values of records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.claims import comparison
from harness.config.kinds import DEFAULT, Kind
from harness.errors import NothingMeasured
from harness.numerals import measured
from harness.statistics import spreads
from harness.types import Archive, Interval, Record, as_float_array
from harness.words import plural

LEVEL = 0.95
SOUND = frozenset(
    {
        "first_inf",
        "first_nan",
        "grew",
        "initial_loss",
        "lr_over_limit",
        "parameters",
        "stability_limit",
    }
)
"""Metrics that mean something even when the run diverged."""


@dataclass(frozen=True)
class Estimate:
    """A number and its doubt.

    Attributes
    ----------
    value : float
        The estimate; nan when any of the values behind it is not finite.
    interval : Interval or None
        None when one value cannot give any.
    n : int
        Number of independent values.
    over : str
        What `n` counts: ``"seeds"``, ``"examples"`` or ``"samples"``.
    lost : int
        How many of the `n` are not finite, or come from runs that diverged.
    middle : str
        What the estimate is: ``"mean"``, ``"median"``, ``"rate"``; ``"value"`` of a fixed number.
    """

    value: float
    interval: Interval | None
    n: int
    over: str
    lost: int = 0
    middle: str = "mean"

    @property
    def half(self) -> float:
        """Half the width of the interval; 0 without one."""
        return (self.interval.high - self.interval.low) / 2 if self.interval else 0.0

    def text(self, unit: str) -> str:
        """Return the estimate in words: ``"97.38 % ± 0.09"`` or ``"3 of 10 diverged"``."""
        if self.lost:
            return f"{self.lost} of {self.n} diverged"
        return measured(self.value, self.interval, unit)

    @property
    def counted(self) -> str:
        """What stands behind the number: ``"10 seeds"``."""
        return plural(self.n, self.over.removesuffix("s"))


def over_seeds(values: Sequence[float], kind: Kind = DEFAULT, over: str = "seeds") -> Estimate:
    """Return the middle of independent values with its 95 % interval, as their kind asks.

    The same middle and the same interval by which claims are judged (`harness.statistics`). Of a
    median of fewer than six values the interval is their range, at the level it has.

    Parameters
    ----------
    values : sequence of float
        One value per seed, example or sample; inf and nan count as lost.
    kind : str
        Of `harness.config.kinds.KINDS`.
    over : str
        What is counted: ``"seeds"``, ``"examples"`` or ``"samples"``.
    """
    array = as_float_array(values)
    lost = int(np.count_nonzero(~np.isfinite(array)))
    if lost:
        return Estimate(math.nan, None, array.size, over, lost)
    spread = spreads.of(array, kind)
    middle, value = spreads.middle(array, spread)
    interval = spreads.shown(spread, LEVEL) if array.size > 1 else None
    return Estimate(value, interval, array.size, over, middle=middle or "value")


def over_pairs(better: Sequence[float], than: Sequence[float], kind: Kind) -> Estimate:
    """Return the middle of the differences between paired values, with the interval of a verdict.

    Parameters
    ----------
    better, than : sequence of float
        The two sides, one value per seed.
    kind : str
        What kind of number their metric is.
    """
    one, other = as_float_array(better), as_float_array(than)
    with np.errstate(invalid="ignore", over="ignore"):
        found = one - other
    if found.size < 2 or not np.isfinite(found).all():
        return over_seeds(found.tolist(), kind)
    judged = comparison.of_difference(one, other, kind, "seeds")
    middle, _ = spreads.middle(found, judged.spread)
    value, interval = judged.measured, judged.shown()
    return Estimate(value, interval, found.size, "seeds", middle=middle or "value")


def over_samples(values: Sequence[float]) -> Estimate:
    """Return the median of timing samples with its distribution-free interval."""
    return over_seeds(values, "positive", "samples")


def of_metric(
    records: Sequence[Record], name: str, archive: Archive, kind: Kind = DEFAULT
) -> Estimate:
    """Estimate a metric, or the mean of a per-example array, over the records of one case.

    Several seeds are averaged over seeds. One run with a per-example array is averaged over
    examples: the interval then speaks of other test examples, not of other seeds.

    Raises
    ------
    NothingMeasured
        If no record holds the name.
    """
    holding = [record for record in records if has(record, name)]
    if not holding:
        raise NothingMeasured(f"no matching record holds the metric {name!r}")
    if len(holding) == 1 and name in holding[0].arrays:
        return over_seeds(archive.array(holding[0], name).ravel().tolist(), kind, "examples")
    if kind == "binary" and any(name in record.arrays for record in holding):
        kind = "share"  # how many of the examples were right
    return over_seeds([scalar(record, name, archive) for record in holding], kind)


def has(record: Record, name: str) -> bool:
    """Whether a record holds a metric or a per-example array of that name."""
    return name == "diverged" or name in record.metrics or name in record.arrays


def scalar(record: Record, name: str, archive: Archive) -> float:
    """Return a metric, or the mean of an array, of one record; nan where the run diverged."""
    if name == "diverged":
        return float(record.status == "diverged")
    if record.status == "diverged" and name not in SOUND:
        return math.nan
    if name in record.metrics:
        return float(record.metrics[name])
    return float(np.mean(np.asarray(archive.array(record, name), dtype=np.float64)))

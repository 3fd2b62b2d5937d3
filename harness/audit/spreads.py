"""The metrics of two machines, as samples of one distribution over seeds."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.alone import is_time
from harness.extras import late
from harness.lines import storable
from harness.types import Record, Scalar

stats = late("scipy.stats")
FALSE_ALARM = 0.01
"""How often equal machines may be told apart, over all metrics of one comparison."""
ROUNDING = 1e-4
"""What sums in another order may change of a mean in single precision, as a share of it."""

Pair = tuple[Record, Record]


@dataclass(frozen=True)
class Spread:
    """One metric of one case on two machines.

    Attributes
    ----------
    axes : mapping
        The case.
    metric : str
        Which number.
    seeds : tuple of int
        How many values on each.
    means : tuple of float
        Their means.
    tolerance : float
        How far these may lie apart when both machines draw from one distribution: Welch's t at
        `FALSE_ALARM` over all metrics compared, and `ROUNDING`.
    alike : bool
        Whether the values of each seed are both finite, or the same inf or nan: if not, no
        tolerance holds, and the means are those of all values.
    """

    suite: str
    axes: Mapping[str, Scalar]
    metric: str
    seeds: tuple[int, int]
    means: tuple[float, float]
    tolerance: float
    alike: bool = True

    @property
    def within(self) -> bool:
        """Whether the means lie no further apart than that."""
        return self.alike and abs(self.means[0] - self.means[1]) <= self.tolerance

    def to_json(self) -> dict[str, Any]:
        """Return it as ``--json`` has it; inf and nan as texts."""
        told: dict[str, Any] = storable({**vars(self), "within": self.within})
        return told


def spreads(pairs: Sequence[Pair], timed: Iterable[str]) -> tuple[Spread, ...]:
    """Return the metrics of pairs of records, case by case, times left out.

    Where a seed has inf or nan on both machines, its other values are compared; where it has that
    on one alone, or another on each, the metric differs. One finite value a machine has no spread.

    Parameters
    ----------
    pairs : sequence of (Record, Record)
        Of one case and seed each, one from each machine.
    timed : iterable of str
        The cases whose cells time something.
    """
    left_out = frozenset(timed)
    cases = defaultdict[str, list[Pair]](list)
    for pair in pairs:
        if pair[0].case not in left_out:
            cases[pair[0].case].append(pair)
    found = [one for own in cases.values() for one in _samples(own)]
    level = FALSE_ALARM / max(1, len(found))
    return tuple(_spread(pair[0], name, a, b, level) for pair, name, a, b in found)


Values = tuple[float, ...]


def _samples(pairs: Sequence[Pair]) -> Iterator[tuple[Pair, str, Values, Values]]:
    for name in pairs[0][0].metrics:
        held = [(a, b) for a, b in pairs if name in a.metrics and name in b.metrics]
        if not held or is_time(held[0][0], name):
            continue
        both = [(one.metrics[name], other.metrics[name]) for one, other in held]
        if all(map(_alike, both)):
            both = [pair for pair in both if math.isfinite(pair[0])]
            if len(both) < 2:
                continue
        a, b = zip(*both, strict=True)
        yield pairs[0], name, a, b


def _alike(values: tuple[float, float]) -> bool:
    """Whether both are finite, or the same inf or nan."""
    a, b = values
    return a == b or (math.isfinite(a) and math.isfinite(b)) or (math.isnan(a) and math.isnan(b))


def _spread(record: Record, name: str, a: Values, b: Values, level: float) -> Spread:
    means = (_mean(a), _mean(b))
    if not all(map(_alike, zip(a, b, strict=True))):
        seeds = (len(a), len(b))
        return Spread(record.suite, record.axes, name, seeds, means, tolerance=0.0, alike=False)
    tolerance = _welch(np.asarray(a), np.asarray(b), level) + ROUNDING * max(map(abs, means))
    return Spread(record.suite, record.axes, name, (len(a), len(b)), means, tolerance)


def _mean(values: Values) -> float:
    with np.errstate(invalid="ignore"):  # inf and -inf have no mean, which nan says
        return float(np.mean(values))


def _welch(a: Any, b: Any, level: float) -> float:
    """Return how far the means of two samples of one distribution may lie apart (Welch 1947)."""
    parts = np.array([side.var(ddof=1) / len(side) for side in (a, b)])
    if not parts.sum():
        return 0.0
    freedom = parts.sum() ** 2 / sum(
        p**2 / (len(s) - 1) for p, s in zip(parts, (a, b), strict=True)
    )
    return float(stats.t.isf(level / 2, freedom) * math.sqrt(parts.sum()))

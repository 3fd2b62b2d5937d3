"""The metrics of two machines, as samples of one distribution over seeds."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.alone import is_time
from harness.late import late
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
    """

    suite: str
    axes: Mapping[str, Scalar]
    metric: str
    seeds: tuple[int, int]
    means: tuple[float, float]
    tolerance: float

    @property
    def within(self) -> bool:
        """Whether the means lie no further apart than that."""
        return abs(self.means[0] - self.means[1]) <= self.tolerance

    def to_json(self) -> dict[str, Any]:
        """Return it as ``--json`` has it."""
        return {**vars(self), "axes": dict(self.axes), "within": self.within}


def spreads(pairs: Sequence[Pair], timed: Iterable[str]) -> tuple[Spread, ...]:
    """Return the metrics of pairs of records, case by case, times left out.

    A metric of one seed, or with inf or nan among its values, has no spread and is left out.

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
        if len(held) < 2 or is_time(held[0][0], name):
            continue
        a, b = (tuple(r.metrics[name] for r in side) for side in zip(*held, strict=True))
        if all(map(math.isfinite, (*a, *b))):
            yield pairs[0], name, a, b


def _spread(record: Record, name: str, a: Values, b: Values, level: float) -> Spread:
    means = (float(np.mean(a)), float(np.mean(b)))
    tolerance = _welch(np.asarray(a), np.asarray(b), level) + ROUNDING * max(map(abs, means))
    return Spread(record.suite, record.axes, name, (len(a), len(b)), means, tolerance)


def _welch(a: Any, b: Any, level: float) -> float:
    """Return how far the means of two samples of one distribution may lie apart (Welch 1947)."""
    parts = np.array([side.var(ddof=1) / len(side) for side in (a, b)])
    if not parts.sum():
        return 0.0
    freedom = parts.sum() ** 2 / sum(
        p**2 / (len(s) - 1) for p, s in zip(parts, (a, b), strict=True)
    )
    return float(stats.t.isf(level / 2, freedom) * math.sqrt(parts.sum()))

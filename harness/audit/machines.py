"""The records of two machines, compared: cell by cell, and as samples of one distribution."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.alone import is_time
from harness.audit.again import UNKNOWN
from harness.audit.findings import Finding, compared
from harness.audit.stages import Arrays
from harness.claims.values import DONE
from harness.errors import UsageError
from harness.extras import late
from harness.lines import storable
from harness.types import Archive, Case, Environment, Record, Scalar

stats = late("scipy.stats")
FALSE_ALARM = 0.01
"""How often equal machines may be told apart, over all metrics of one comparison."""
ROUNDING = 1e-4
"""What sums in another order may change of a mean in single precision, as a share of it."""

Key = tuple[object, ...]
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


@dataclass(frozen=True)
class Machines:
    """What two machines have in common.

    Attributes
    ----------
    findings : tuple of Finding
        Of each cell that both measured.
    spreads : tuple of Spread
        Of each metric, over their seeds.
    """

    findings: tuple[Finding, ...]
    spreads: tuple[Spread, ...]


def records_on(archive: Archive, name: str, suites: Iterable[str]) -> list[Record]:
    """Return the records of a machine.

    Parameters
    ----------
    archive : Archive
        Of several machines.
    name : str
        Any part of what a snapshot says of the hardware, such as ``"H100"`` or ``"2 cores"``, or
        the beginning of an environment class.
    suites : iterable of str
        Whose records.

    Raises
    ------
    UsageError
        If no snapshot says so; names those there are.
    """
    there = {
        key for key, snapshot in archive.environments.items()
        if name.lower() in snapshot.hardware.lower() or snapshot.klass.startswith(name)
    }  # fmt: skip
    if not there:
        known = dict.fromkeys(f"{e.hardware} ({e.klass})" for e in archive.environments.values())
        raise UsageError(
            f"a machine must be part of what records say of their hardware, got {name!r}; "
            f"there are {'; '.join(known)}"
        )
    return [r for suite in suites for r in archive.of(suite) if r.environment in there]


def check_two(
    names: tuple[str, str], first: Sequence[Record], second: Sequence[Record], archive: Archive
) -> None:
    """Refuse two names that are of one machine: it equals itself, whatever it measures.

    Raises
    ------
    UsageError
        If records are of both; names what they were measured on.
    """
    both = {r.environment for r in first} & {r.environment for r in second}
    if both:
        shared = dict.fromkeys(
            f"{e.hardware} ({e.klass})" for e in archive.environments.values() if e.id in both
        )
        raise UsageError(
            f"--between must name two machines, got {names[0]!r} and {names[1]!r}, which both "
            f"mean {'; '.join(shared)}; name a part of the hardware that only one has"
        )


def between(
    first: Sequence[Record],
    second: Sequence[Record],
    cases: Iterable[Case],
    environments: Mapping[str, Environment],
    arrays: Arrays,
) -> Machines:
    """Compare the records of two machines, seed by seed.

    A case is compared with the same on the other machine; where that has it on another device only,
    against that one.

    Parameters
    ----------
    first, second : sequence of Record
        Of each machine.
    cases : iterable of Case
        Which are of interest.
    environments : mapping of str to Environment
        The snapshots of both.
    arrays : callable
        As of `compared`.
    """
    known = {case.id: case for case in cases}
    mine = [r for r in first if r.case in known and r.status in DONE]
    theirs = [r for r in second if r.case in known and r.status in DONE]
    same = {(r.case, r.seed): r for r in theirs}
    alike = {_alike(known[r.case], r.seed): r for r in theirs}
    found = [
        (one, other)
        for one in {(r.case, r.seed): r for r in mine}.values()
        if (other := same.get((one.case, one.seed)) or alike.get(_alike(known[one.case], one.seed)))
    ]
    pairs = [(one, other) for one, other in found if one is not other]
    return Machines(
        tuple(
            compared(
                one,
                other,
                environments.get(one.environment, UNKNOWN),
                environments.get(other.environment, UNKNOWN),
                timed=known[one.case].timed,
                arrays=arrays,
            )
            for one, other in pairs
        ),
        spreads(pairs, [case.id for case in known.values() if case.timed]),
    )


def _alike(case: Case, seed: int) -> Key:
    """Return what two cases share that differ in their device alone."""
    axes = sorted((name, str(value)) for name, value in case.axes.items() if name != "device")
    return case.suite, case.experiment, case.backend, tuple(axes), seed


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
        if all(map(_comparable, both)):
            both = [pair for pair in both if math.isfinite(pair[0])]
            if len(both) < 2:
                continue
        a, b = zip(*both, strict=True)
        yield pairs[0], name, a, b


def _comparable(values: tuple[float, float]) -> bool:
    """Whether both are finite, or the same inf or nan."""
    a, b = values
    return a == b or (math.isfinite(a) and math.isfinite(b)) or (math.isnan(a) and math.isnan(b))


def _spread(record: Record, name: str, a: Values, b: Values, level: float) -> Spread:
    means = (_mean(a), _mean(b))
    if not all(map(_comparable, zip(a, b, strict=True))):
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

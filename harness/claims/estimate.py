"""Estimates: what a claim is about as one number, with the spread that is right for its kind.

The kind of the metric decides (`harness.config.kinds`); what is made of two cases keeps it: the
difference of two medians' metric is a median of differences, that of two means a mean.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

from harness import statistics as hs
from harness.claims.text import Undecided, many
from harness.claims.values import Floats, Values
from harness.config.kinds import Kind
from harness.numerals import earned, number
from harness.statistics import spreads
from harness.statistics.intervals import of_mean
from harness.statistics.spreads import Fixed, Spread
from harness.types import Interval


@dataclass(frozen=True)
class Estimate:
    """One measured quantity.

    Attributes
    ----------
    what : str
        In words: ``"mean"``, ``"median difference"``, ``"mean slope"``.
    measured : float
        The estimate in the metric's own unit.
    n : int
        Independent values behind it.
    over : str
        What n counts.
    spread : Spread
        Its uncertainty, of the logarithm when `log`.
    run : Spread or None
        One further run, for the prediction interval; None where a run has no meaning.
    log : bool
        Whether `spread` and `run` are on the log scale.
    notes : tuple of str
        What the reason must add.
    unit : str
        What it is shown in, as `harness.numerals` has it.
    values : tuple of float
        What it was made of, one for each run; none of examples.
    """

    what: str
    measured: float
    n: int
    over: str
    spread: Spread
    run: Spread | None = None
    log: bool = False
    notes: tuple[str, ...] = ()
    unit: str = ""
    values: tuple[float, ...] = ()

    @property
    def fixed(self) -> bool:
        """Whether chance has no part in it, so that there is nothing to test."""
        return isinstance(self.spread, Fixed)

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval of the estimate in the metric's own unit."""
        return self._back(self.spread.interval(level))

    def shown(self) -> Interval:
        """Return the 95 % interval; of a median of few values, all of them, at their own level."""
        return self._back(spreads.shown(self.spread))

    def inside(self, low: float, high: float) -> float:
        """Return the p-value of "the true value lies in ``[low, high]``"."""
        return spreads.inside(self.spread, self._to(low), self._to(high))

    def outside(self, low: float, high: float) -> float:
        """Return the p-value of "the true value lies outside ``[low, high]``"."""
        return spreads.outside(self.spread, self._to(low), self._to(high))

    def one_run(self, level: float = 0.95) -> Interval:
        """Return the interval of one further run in the metric's own unit.

        Raises
        ------
        ValueError
            If a run has no meaning.
        """
        if self.run is None:
            raise ValueError("no single run is behind this estimate; ask for its interval")
        return self._back(self.run.interval(level))

    def p_run(self, value: float) -> float:
        """Return the p-value of "`value` is one further run"; 0 where a run has no meaning."""
        return spreads.inside(self.run, self._to(value), self._to(value)) if self.run else 0.0

    def words(self) -> str:
        """Return ``"mean 0.9738"``, with the digits that the interval earns."""
        return f"{self.what} {earned(self.measured, self.shown(), self.unit)}".strip()

    def count(self) -> str:
        """Return ``"over 10 seeds"``."""
        return f"over {many(self.n, self.over)}"

    def _back(self, it: Interval) -> Interval:
        return Interval(exp(it.low), exp(it.high), it.level) if self.log else it

    def _to(self, value: float) -> float:
        if not self.log or math.isinf(value):
            return value
        return math.log(value) if value > 0.0 else -math.inf


FEWEST = 5
"""Runs that a median needs to show anything at 5 %: 1 / 2^5 is the first chance below that."""


ROUNDING = 1e-12
"""By how much of their size numbers may differ that have been computed from equal ones."""


def exp(value: float) -> float:
    """Return e to the value; infinite where that is too large for a number."""
    return math.exp(value) if value < math.log(np.finfo(np.float64).max) else math.inf


def binary(values: Floats) -> bool:
    """Whether every one of the values (n,) is 0 or 1."""
    return bool(np.isin(values, (0.0, 1.0)).all())


def several(values: Floats, over: str) -> None:
    """Raise Undecided for values (1,): a single one says nothing of its own spread."""
    if values.size < 2:
        what = "example" if over == "examples" else "run"
        raise Undecided(
            f"one {what} only ({number(float(values[0]))}): it says nothing about its own spread",
            measured=float(values[0]),
            n=1,
            over=over,
        )


def of_side(side: Values) -> Estimate:
    """Return what one case's values have in the middle: mean, median or rate."""
    kind = side.kind
    estimate = of(side.values, kind, side.over)
    spread = estimate.spread
    run: Spread | None = spread.predicted() if isinstance(spread, hs.Location) else None
    if kind == "positive" and (side.values > 0.0).all() and np.isfinite(side.values).all():
        run = _Run(of_mean(np.log(side.values)).predicted()) if np.ptp(side.values) else None
    return replace(estimate, run=None if side.over == "examples" else run, notes=side.notes)


@dataclass(frozen=True)
class _Run:
    """One further run of a positive metric, predicted on the logarithms."""

    logs: hs.Location

    def interval(self, level: float = 0.95) -> Interval:
        it = self.logs.interval(level)
        return Interval(exp(it.low), exp(it.high), level)

    def above(self, bound: float, *, strict: bool = False) -> float:
        return self.logs.above(math.log(bound), strict=strict) if bound > 0.0 else 1.0

    def below(self, bound: float, *, strict: bool = False) -> float:
        return self.logs.below(math.log(bound), strict=strict) if bound > 0.0 else 0.0


def shuffled(values: Floats, over: str) -> Floats:
    """Return examples and rows (n,) in a random order, always the same; seeds as they are.

    A test set may be sorted by class and a file by its numbers, and who bets believes that what
    comes next is like what came before. The order of rows hangs on all of their numbers and not on
    how they are sorted.
    """
    if over == "seeds":
        return values
    if over == "examples":
        return values[np.random.default_rng(0).permutation(values.size)]
    ordered = np.sort(values)
    seed = int.from_bytes(hashlib.sha256(ordered.tobytes()).digest(), "big")
    return ordered[np.random.default_rng(seed).permutation(values.size)]


def unrounded(values: Floats, scale: float) -> Floats:
    """Return the values (n,), all alike where rounding at a scale may be all by which they differ.

    0.91 - 0.90 and 0.85 - 0.84 differ by 1e-16, which is no noise to make an interval of.
    """
    if float(values.max()) - float(values.min()) > ROUNDING * scale:
        return values
    return np.full_like(values, np.median(values))


def of(
    values: Floats,
    kind: Kind,
    over: str,
    what: str = "",
    bounds: tuple[float, float] = (0.0, 1.0),
) -> Estimate:
    """Return the middle of independent values of a kind, and its spread.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        Without nan.
    kind : str
        Of `harness.config.kinds.KINDS`.
    over : str
        What n counts.
    what : str
        Of what it is the middle: ``"difference"``, ``"slope"``; nothing of the metric itself.
    bounds : tuple of float
        Between which values of kind ``share`` lie.

    Raises
    ------
    Undecided
        If there is one value only, or a mean is asked for and a value is infinite.
    """
    several(values, over)
    infinite = int((~np.isfinite(values)).sum())
    if infinite and kind in ("real", "share", "binary"):
        raise Undecided(
            f"{infinite} of {values.size} values are infinite, and have no mean; a metric of kind "
            "'positive' is judged by its median",
            n=values.size,
            over=over,
        )
    if kind == "share":
        values = shuffled(values, over)
    if kind == "real":
        values = unrounded(values, float(np.abs(values).max()))
    spread = spreads.of(values, kind, *bounds)
    middle, size = spreads.middle(values, spread)
    words = f"{middle} {what}".strip()
    return Estimate(words, size, values.size, over, spread, values=each(values, over))


def each(values: Floats, over: str) -> tuple[float, ...]:
    """Return the values that a picture shows one by one: runs, never the examples of a test set."""
    return () if over == "examples" else tuple(values.tolist())

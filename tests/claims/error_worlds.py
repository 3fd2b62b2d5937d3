"""Worlds of the table of error rates: distributions, each with the kind that an author declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness.config.kinds import Kind

Floats = NDArray[np.float64]
Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator, Shape], Floats]
SHARES = ("share", "binary")


@dataclass(frozen=True)
class World:
    """A distribution of one number.

    Attributes
    ----------
    name, kind : str
        As the table has them; the kind decides which middle is meant.
    draw : callable
        ``draw(rng, shape)``: independent values.
    middle : float
        Their mean (real, share, binary) or median (count, positive).
    width : float
        A clear distance: some standard deviations, or a wide gap between quantiles.
    atoms : bool
        Whether single values are likely: then A - B of middle 0 does not mean that neither is
        better, and pairs are two draws of one distribution instead.
    """

    name: str
    kind: Kind
    draw: Draw
    middle: float
    width: float
    atoms: bool = False

    @property
    def steps(self) -> bool:
        """Whether simulated data sets are often the same, so that one judgement serves many."""
        return self.atoms or self.kind in (*SHARES, "count")


def _outliers(rng: np.random.Generator, shape: Shape) -> Floats:
    return rng.normal(1.0, 0.1, shape) + 5.0 * (rng.random(shape) < 0.05)


def _with_inf(rng: np.random.Generator, shape: Shape) -> Floats:
    return np.where(rng.random(shape) < 0.3, np.inf, rng.lognormal(0.0, 1.0, shape))


def _two(low: float, high: float, p_high: float) -> Draw:
    return lambda rng, shape: np.where(rng.random(shape) < p_high, high, low)


def _median(draw: Draw) -> float:
    return float(np.median(draw(np.random.default_rng(99), (2_000_001,))))


def _worlds() -> tuple[World, ...]:
    return (
        World("normal", "real", lambda rng, s: rng.normal(1.0, 0.1, s), 1.0, 0.4),
        World("t, 3 degrees of freedom", "real",
              lambda rng, s: 1.0 + 0.1 * rng.standard_t(3, s), 1.0, 0.8),
        World("accuracy over 300 examples", "real",
              lambda rng, s: rng.binomial(300, 0.97, s) / 300, 0.97, 0.04),
        World("accuracy over 10,000 examples", "real",
              lambda rng, s: rng.binomial(10_000, 0.97, s) / 10_000, 0.97, 0.007),
        World("lognormal", "positive", lambda rng, s: rng.lognormal(0.0, 1.0, s), 1.0, 0.95),
        World("exponential tail", "positive",
              lambda rng, s: 1.0 + rng.exponential(0.3, s), 1.0 + 0.3 * np.log(2.0), 0.6),
        World("normal with 5 % outliers", "positive", _outliers, _median(_outliers), 0.4),
        World("loss of 0.001 or 10", "positive", _two(10.0, 0.001, 0.8), 0.001, 0.0009,
              atoms=True),
        World("lognormal, 30 % infinite", "positive", _with_inf, _median(_with_inf), 1.5),
        World("count", "count", lambda rng, s: rng.poisson(3.2, s).astype(float), 3.0, 2.9,
              atoms=True),
        World("accuracy of two steps, 95:5", "share", _two(0.90, 0.95, 0.95), 0.9475, 0.3),
        World("accuracy over 4 examples", "share",
              lambda rng, s: rng.binomial(4, 0.8, s) / 4, 0.8, 0.45),
        World("0/1 with p = 0.95", "binary",
              lambda rng, s: (rng.random(s) < 0.95).astype(float), 0.95, 0.4),
        World("0/1 with p = 0.5", "binary",
              lambda rng, s: (rng.random(s) < 0.5).astype(float), 0.5, 0.35),
        World("all equal", "real", lambda _, s: np.full(s, 0.5), 0.5, 0.2),
        World("all equal, fixed", "fixed", lambda _, s: np.full(s, 0.5), 0.5, 0.2),
        World("normal, declared fixed", "fixed", lambda rng, s: rng.normal(1.0, 0.1, s), 1.0, 0.4),
        World("real numbers with nan", "real", lambda _, s: np.full(s, np.nan), 1.0, 0.4),
    )  # fmt: skip


WORLDS: Mapping[str, World] = {world.name: world for world in _worlds()}

# -- lines ---------------------------------------------------------------------------------------

X = np.arange(1.0, 6.0)
NOISE: Mapping[str, tuple[Kind, Draw]] = {
    "noise that grows": ("real", lambda rng, s: rng.normal(0.0, 0.3, s)),
    "noise that grows and is skewed": ("positive", lambda rng, s: rng.exponential(0.3, s)),
}


def lines(name: str) -> World:
    """Return the slopes of lines whose noise grows with x: one value a run."""
    kind, _ = NOISE[name]
    centred = X - X.mean()

    def slopes(rng: np.random.Generator, shape: Shape) -> Floats:
        found: Floats = points(name)(rng, shape) @ centred / (centred @ centred)
        return found

    sample = slopes(np.random.default_rng(98), (1_000_001,))
    middle = 0.0 if kind == "real" else float(np.median(sample))
    return World(name, kind, slopes, middle, 3.0 * float(np.std(sample)))


def points(name: str) -> Draw:
    """Return how to draw the points of such lines, shape (..., len(X))."""
    noise = NOISE[name][1]
    return lambda rng, shape: noise(rng, (*shape, X.size)) * X

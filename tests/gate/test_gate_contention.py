"""Whether times follow the machine's speed, and what it does to the noise."""

import math

import numpy as np
import pytest
from gate_pairs import sample

from harness.gate.couples import slope
from harness.gate.values import Pair
from harness.lockstep.sample import MOST
from harness.lockstep.sample import slope as sample_slope


def neighbour(rng, count, follows, slower=1.0, turns=12):
    """Pairs on a machine whose neighbour comes and goes, 1.8 times slower while it is there."""

    def side(factor):
        busy = np.log(1.8) * (rng.random(turns) < 0.5)
        noise = 0.01 * rng.normal(size=turns)
        times = 0.001 * factor * np.exp(follows * busy + noise)
        speeds = 5e-5 * np.exp(busy + 0.01 * rng.normal(size=turns))
        return sample(turns=tuple(times), speeds=tuple(speeds))

    return [Pair("a", index, "base", side(1.0), side(slower)) for index in range(count)]


@pytest.mark.parametrize("follows", [0.0, 0.5, 0.9])
def test_the_slope_is_found(follows):
    pairs = neighbour(np.random.default_rng(0), 20, follows, slower=1.3)
    assert slope(pairs) == pytest.approx(follows, abs=0.02)


def test_a_speed_that_is_known_takes_the_noise_away():
    pairs = neighbour(np.random.default_rng(1), 40, 0.9, slower=1.05)
    plain = np.array([pair.log_ratio("time") for pair in pairs])
    known = np.array([pair.log_ratio("time", slope(pairs)) for pair in pairs])
    assert known.std() < plain.std() / 5
    assert math.exp(np.median(known)) == pytest.approx(1.05, abs=0.005)


def test_the_slope_does_not_know_the_sides():
    pairs = neighbour(np.random.default_rng(2), 10, 0.9, slower=1.2)
    swapped = [Pair("a", p.index, "head", p.head, p.base) for p in pairs]
    assert slope(swapped) == pytest.approx(slope(pairs), rel=1e-12)


def test_without_speeds_there_is_no_slope():
    assert slope([Pair("a", 0, "base", sample(), sample())]) == 0.0
    untold = sample(turns=(1.0, 2.0), speeds=(math.nan, math.nan))
    pair = Pair("a", 0, "base", untold, untold)
    assert slope([pair]) == 0.0
    assert pair.log_ratio("time", 0.9) == 0.0


def test_interrupted_turns_and_wild_slopes_are_not_believed():
    times = 0.001 * np.exp(0.01 * np.random.default_rng(3).normal(size=(2, 20)))
    speeds = 5e-5 * np.exp(0.01 * np.random.default_rng(4).normal(size=(2, 20)))
    one, other = (sample(turns=(*t,), speeds=(*s,)) for t, s in zip(times, speeds, strict=True))
    calm = slope([Pair("a", 0, "base", one, other)])
    times[0, 7], speeds[0, 7] = 0.5, 6e-5
    hit = sample(turns=(*times[0],), speeds=(*speeds[0],))
    assert slope([Pair("a", 0, "base", hit, other)]) == pytest.approx(calm, abs=0.2)
    flat = sample(turns=(1.0, 1.0), speeds=(5e-5, 5e-5))
    steep = sample(turns=(1.0, 2.0), speeds=(5e-5, 6e-5))
    assert slope([Pair("a", 0, "base", flat, steep)]) == MOST


def test_what_slows_both_sides_says_nothing_of_a_difference_between_them():
    """A machine of two speeds, and a piece of work that has noise of its own."""
    rng = np.random.default_rng(5)

    def side(level, own):
        times = 0.001 * np.exp(level + 0.005 * rng.normal(size=20))
        speeds = 5e-5 * np.exp(level + own + 0.03 * rng.normal(size=20))
        return sample(turns=(*times,), speeds=(*speeds,))

    pairs = []
    for index in range(40):
        level = np.log(1.8) * (rng.random(20) < 0.5)
        pairs.append(Pair("a", index, "base", *(side(level, 0.02 * rng.normal()) for _ in "ab")))
    within = sample_slope([side for pair in pairs for side in (pair.base, pair.head)])
    assert within > 0.9
    assert slope(pairs) < 0.1
    plain, followed, old = (
        np.std([pair.log_ratio("time", by) for pair in pairs]) for by in (0.0, slope(pairs), within)
    )
    assert followed < 1.5 * plain < old / 4

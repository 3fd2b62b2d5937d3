"""Whether times follow the machine's speed, and what it does to the noise."""

import math

import numpy as np
import pytest
from gate_pairs import sample

from harness.gate.lockstep import slope
from harness.gate.values import Pair
from harness.lockstep.sample import MOST


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
    calm = [0.001] * 9
    hit = sample(turns=(*calm, 0.5), speeds=(*([5e-5] * 9), 6e-5))
    assert slope([Pair("a", 0, "base", hit, hit)]) == 0.0
    steep = sample(turns=(1.0, 2.0), speeds=(5e-5, 6e-5))
    assert slope([Pair("a", 0, "base", steep, steep)]) == MOST

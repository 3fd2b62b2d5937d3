"""Pairs drawn at random, as if two processes had taken turns."""

from __future__ import annotations

import math

import numpy as np

from harness.gate.values import SIDES, Pair
from harness.lockstep.sample import Sample


def sample(seconds=0.001, *, turns=None, **fields):
    values = {
        "rounds": 10,
        "mean": seconds,
        "wall": 0.2,
        "cpu": 0.2,
        "waited": 0.0,
        "peak": 5e7,
        **fields,
    }
    return Sample(seconds=seconds, turns=turns or (seconds,), **values)


def pair(index=0, ratio=1.0, case="a", base=0.001, **fields):
    return Pair(case, index, SIDES[index % 2], sample(base), sample(base * ratio, **fields))


def noisy(rng, count, slower=1.0, noise=0.02, case="a", draw=None, **fields):
    """`count` pairs whose log-ratios are noise around log(`slower`)."""
    draw = rng.normal if draw is None else draw
    logs = math.log(slower) + noise * np.asarray(draw(size=count))
    return [pair(i, math.exp(log), case, **fields) for i, log in enumerate(logs)]

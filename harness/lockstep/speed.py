"""How closely times follow the speed of the machine.

A neighbour on the same core, or a clock that is turned down, slows everything by much the same
factor for milliseconds or minutes. A fixed piece of work beside the rounds shares it: the
regression of log-times on log-speeds, within the turns of one process, says how closely times
follow. What computes has a slope near 1, what sleeps or waits for an accelerator a slope of 0. Both
sides of a pair count alike, so that a test which rests on their exchangeability stays exact.

References
----------
Lavenberg & Welch (1981), A perspective on the use of control variables to increase the efficiency
of Monte Carlo simulations, Management Science 27, 322-335.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from harness.lockstep.sample import Sample

MOST = 1.2
"""The largest slope believed."""
FAR = 1.0
"""Log-distance from the median from which a turn was interrupted and says nothing of speed."""

Vector = NDArray[np.float64]


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

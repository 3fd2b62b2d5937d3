"""How far a simulated rate may stray from the one it has by right."""

from __future__ import annotations

import math


def slack(rate: float, runs: int) -> float:
    """Four binomial standard deviations: a chance of 1 in 16,000, and the seeds are fixed."""
    return 4.0 * math.sqrt(rate * (1.0 - rate) / runs)


def most(rate: float, runs: int) -> float:
    """The share of `runs` that may be wrong where the chance of it is at most `rate`."""
    return rate + slack(rate, runs)

"""Tests of order over pairs: by the signs of their differences, and by their sizes as well."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from harness.statistics.checks import Values, vector

COUNTED = 13
"""Up to so many differences every pattern of signs is counted."""
RESAMPLES = 9_999
ROUNDING = 1e-12
AT_ONCE = 2_000_000
"""Signs held at a time, so that many pairs need no more memory than few."""


def sign_flip(differences: Values, *, seed: int = 0) -> float:
    """Return the one-sided p-value of "the mean difference is no larger than 0" by sign flips.

    If the differences are symmetric about zero, every pattern of their signs is equally likely.
    Up to 13 differences all patterns are counted; of more, 9,999 are drawn with a fixed seed.

    Parameters
    ----------
    differences : array_like of float, shape (n,)
        One difference per pair.
    seed : int
        Of the generator that draws patterns.

    Returns
    -------
    float
        1.0 when every difference is zero.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21. Phipson & Smyth (2010), Permutation
    p-values should never be zero, Stat. Appl. Genet. Mol. Biol. 9, 39. Not by
    `scipy.stats.permutation_test`, which takes sums that differ by rounding for different where
    the sum seen is near zero, and would be wrong too often.
    """
    array = vector(differences)
    array = array[array != 0.0]  # flipping a zero changes nothing
    if not array.size:
        return 1.0
    unit = array / np.abs(array).max()
    if array.size > COUNTED:
        return _drawn(unit, seed)
    every = np.arange(2**array.size)[:, None] >> np.arange(array.size) & 1
    return _reached(unit, every) / len(every)


def _reached(unit: NDArray[np.float64], flipped: NDArray[Any]) -> int:
    """Return how many patterns have a sum as large as the one seen, equal but for rounding too."""
    slack = ROUNDING * np.abs(unit).sum()
    return int(np.count_nonzero(2.0 * (flipped @ unit) <= slack))


def _drawn(unit: NDArray[np.float64], seed: int) -> float:
    """Return the p-value by `RESAMPLES` drawn patterns, the one seen counted among them."""
    rng = np.random.default_rng(seed)
    reached, block = 1, max(1, AT_ONCE // unit.size)
    for first in range(0, RESAMPLES, block):
        rows = min(block, RESAMPLES - first)
        reached += _reached(unit, rng.integers(0, 2, (rows, unit.size), dtype=np.int8))
    return reached / (RESAMPLES + 1)


def sign_test(for_it: int, against: int) -> float:
    """Return the one-sided p-value of "no more pairs are for it than against"; ties do not count.

    Holds whatever the distribution. For pairs of 0/1 values this is McNemar's exact test.

    References
    ----------
    Conover (1999), Practical Nonparametric Statistics, 3rd ed., section 3.4. McNemar (1947), Note
    on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12, 153-157.
    """
    return float(special.bdtr(against, for_it + against, 0.5)) if for_it + against else 1.0

"""Tests of order over pairs: by the signs of their differences, and by their sizes as well."""

from __future__ import annotations

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
    p-values should never be zero, Stat. Appl. Genet. Mol. Biol. 9, 39. All patterns are counted
    by `scipy.stats.permutation_test`.
    """
    array = vector(differences)
    array = array[array != 0.0]  # flipping a zero changes nothing
    if array.size < 2:
        return 0.5 if array.size and array[0] > 0.0 else 1.0
    unit = array / np.abs(array).max()
    if array.size > COUNTED:
        return _drawn(unit, seed)
    from scipy import stats  # here: it takes half a second, and many verbs never test

    found = stats.permutation_test(
        (unit,), np.sum, permutation_type="samples", vectorized=True,
        alternative="greater", n_resamples=RESAMPLES,
    )  # fmt: skip
    return float(found.pvalue)


def _drawn(unit: NDArray[np.float64], seed: int) -> float:
    """Return the p-value by `RESAMPLES` drawn patterns; scipy draws them pair by pair."""
    rng = np.random.default_rng(seed)
    seen = unit.sum() - ROUNDING * np.abs(unit).sum()
    reached, block = 1, max(1, AT_ONCE // unit.size)  # one: the pattern seen
    for first in range(0, RESAMPLES, block):
        rows = min(block, RESAMPLES - first)
        flipped = rng.integers(0, 2, (rows, unit.size), dtype=np.int8)
        reached += int(np.count_nonzero(unit.sum() - 2.0 * (flipped @ unit) >= seen))
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

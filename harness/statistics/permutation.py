"""Tests of order over pairs: by the signs of their differences, and by their sizes as well."""

from __future__ import annotations

import numpy as np
from scipy import special

from harness.statistics.checks import Values, vector

RESAMPLES = 9_999


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
    p-values should never be zero, Stat. Appl. Genet. Mol. Biol. 9, 39. Computed by
    `scipy.stats.permutation_test`.
    """
    from scipy import stats  # here: it takes half a second, and many verbs never test

    array = vector(differences)
    array = array[array != 0.0]  # flipping a zero changes nothing
    if array.size < 2:
        return 0.5 if array.size and array[0] > 0.0 else 1.0
    found = stats.permutation_test(
        (array / np.abs(array).max(),), np.sum, permutation_type="samples", vectorized=True,
        alternative="greater", n_resamples=RESAMPLES, rng=np.random.default_rng(seed),
    )  # fmt: skip
    return float(found.pvalue)


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

"""P-values: of order over pairs, by the signs of differences; and those of many tests at once."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from harness.extras import late
from harness.statistics.intervals import Values, vector

special = late("scipy.special")

Signs = NDArray[np.float64]
COUNTED = 13
"""Up to so many differences every pattern of signs is counted."""
RESAMPLES = 9_999
ROUNDING = 1e-12
AT_ONCE = 2_000_000
"""Signs drawn at a time, so that many pairs need no more memory than few."""


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
    every = _every(array.size)
    return _reached(unit, every) / len(every)


def _reached(unit: Signs, flipped: Signs) -> int:
    """Return how many patterns have a sum as large as the one seen, equal but for rounding too."""
    slack = ROUNDING * np.abs(unit).sum()
    return int(np.count_nonzero(2.0 * (flipped @ unit) <= slack))


@functools.lru_cache(maxsize=COUNTED)
def _every(n: int) -> Signs:
    """Return every pattern: 1 where a difference is flipped, shape (2**n, n)."""
    return (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(np.float64)


def _drawn(unit: Signs, seed: int) -> float:
    """Return the p-value by `RESAMPLES` drawn patterns, the one seen counted among them."""
    reached = 1 + sum(_reached(unit, flipped) for flipped in _patterns(unit.size, seed))
    return reached / (RESAMPLES + 1)


def _patterns(n: int, seed: int) -> Iterable[Signs]:
    """Return `RESAMPLES` random patterns in blocks; those of few differences are drawn once."""
    return _few(n, seed) if n * RESAMPLES <= AT_ONCE else _blocks(n, seed)


@functools.lru_cache(maxsize=2)
def _few(n: int, seed: int) -> tuple[Signs, ...]:
    return tuple(_blocks(n, seed))


def _blocks(n: int, seed: int) -> Iterator[Signs]:
    rng = np.random.default_rng(seed)
    block = max(1, AT_ONCE // n)
    for first in range(0, RESAMPLES, block):
        rows = min(block, RESAMPLES - first)
        yield rng.integers(0, 2, (rows, n), dtype=np.int8).astype(np.float64)


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


def q_values(p_values: Values) -> NDArray[np.float64]:
    """Return the false-discovery rate at which each hypothesis would just be rejected.

    Parameters
    ----------
    p_values : array_like of float, shape (m,)
        Of *all* tests that were carried out, not only of those that came out small.

    Returns
    -------
    ndarray of float64, shape (m,)
        In the order given. Among those of at most q, a share of q is false on average, where the
        tests are independent or positively dependent.

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate, J. R. Stat. Soc. B 57,
    289-300. As `scipy.stats.false_discovery_control`, which takes half a second to load.
    """
    array = vector(p_values, 0)
    if array.size and not (array.min() >= 0.0 and array.max() <= 1.0):
        raise ValueError(f"p-values must lie between 0 and 1, got {array.min()} to {array.max()}")
    order = np.argsort(array)
    scaled = array[order] * (array.size / np.arange(1, array.size + 1))
    found = np.empty_like(scaled)
    found[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.clip(found, 0.0, 1.0)

"""Exact paired permutation test by sign flips."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from harness.statistics.checks import Values, vector

Alternative = Literal["greater", "less", "two-sided"]
EXACT_UP_TO = 20
_CHUNK = 1 << 21


def sign_flip(
    differences: Values,
    alternative: Alternative = "greater",
    *,
    resamples: int = 9_999,
    seed: int = 0,
) -> float:
    """p-value of "the paired differences are symmetric about zero".

    Under that hypothesis every sign pattern of the differences is equally likely. With at most
    20 differences that are not zero all 2^n patterns are counted; beyond, `resamples` patterns
    are drawn and p = (b + 1) / (m + 1), b being those at least as extreme as what was seen, so
    that the test keeps its level.

    Parameters
    ----------
    differences : array_like of float, shape (n,)
        One difference per pair.
    alternative : {'greater', 'less', 'two-sided'}
        Which mean differences count as extreme.
    resamples : int
        Patterns drawn when enumeration is out of reach.
    seed : int
        Of the generator that draws them.

    Returns
    -------
    float
        The p-value; 1.0 when every difference is zero.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21. Phipson & Smyth (2010), Permutation
    p-values should never be zero, Stat. Appl. Genet. Mol. Biol. 9, 39.
    """
    array = vector(differences)
    array = array[array != 0.0]  # flipping a zero changes nothing
    if not array.size:
        return 1.0
    if alternative == "less":
        array = -array
    exact = array.size <= EXACT_UP_TO
    sums = _all_sums(array) if exact else _drawn_sums(array, resamples, seed)
    extreme = _extreme(sums, array, two_sided=alternative == "two-sided")
    return extreme / sums.size if exact else (extreme + 1) / (resamples + 1)


def _extreme(sums: NDArray[np.float64], array: NDArray[np.float64], *, two_sided: bool) -> int:
    observed = float(array.sum())
    if two_sided:
        sums, observed = np.abs(sums), abs(observed)
    # Equal sums reached by different orders of addition differ by rounding; count them as equal.
    slack = 1e-12 * float(np.abs(array).sum())
    return int(np.count_nonzero(sums >= observed - slack))


def _all_sums(array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums under all sign patterns, shape (2^n,)."""
    sums = np.zeros(1)
    for difference in array:
        sums = np.concatenate([sums + difference, sums - difference])
    return sums


def _drawn_sums(array: NDArray[np.float64], resamples: int, seed: int) -> NDArray[np.float64]:
    """Return the sums under random sign patterns, shape (resamples,)."""
    rng = np.random.Generator(np.random.PCG64(seed))
    total = array.sum()
    rows = max(1, _CHUNK // array.size)
    parts = []
    for start in range(0, resamples, rows):
        count = min(rows, resamples - start)
        bits = np.unpackbits(rng.integers(0, 256, (count, -(-array.size // 8)), dtype=np.uint8), 1)
        parts.append(total - 2.0 * (bits[:, : array.size].astype(np.float64) @ array))
    return np.concatenate(parts)

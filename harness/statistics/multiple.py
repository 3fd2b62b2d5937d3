"""Many tests at once: how many of the findings are chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.statistics.checks import Values, vector


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

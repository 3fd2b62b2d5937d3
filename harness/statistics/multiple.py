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
    289-300. Computed by `scipy.stats.false_discovery_control`.
    """
    from scipy import stats  # here: it takes half a second, and many verbs never test

    array = vector(p_values, 0)
    if not array.size:
        return array
    found: NDArray[np.float64] = stats.false_discovery_control(array, method="bh")
    return found

"""Control of false discoveries over many tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.statistics.checks import Values, probability, vector


def benjamini_hochberg(p_values: Values, rate: float = 0.05) -> NDArray[np.bool_]:
    """Return which hypotheses are rejected with the false-discovery rate held at `rate`.

    With the p-values sorted, the k smallest are rejected for the largest k such that
    ``p_(k) <= k * rate / m``. Holds for independent and for positively dependent tests.

    Parameters
    ----------
    p_values : array_like of float, shape (m,)
        Of *all* tests that were carried out, not only of those that came out small.
    rate : float
        Expected share of false ones among the rejected.

    Returns
    -------
    ndarray of bool, shape (m,)
        In the order given.

    References
    ----------
    Benjamini & Hochberg (1995), Controlling the false discovery rate, JRSS B 57, 289-300.
    """
    array = vector(p_values, 0)
    if ((array < 0) | (array > 1)).any():
        raise ValueError("p-values must lie between 0 and 1")
    order = np.sort(array)
    passed = order <= probability(rate, "rate") * np.arange(1, array.size + 1) / max(array.size, 1)
    limit = order[passed][-1] if passed.any() else -1.0
    rejected: NDArray[np.bool_] = array <= limit
    return rejected

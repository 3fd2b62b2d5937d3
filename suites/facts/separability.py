"""Whether a hyperplane parts two classes of the training examples.

A linear program decides it: are there w and b with ``s_i (w . x_i + b) >= 1`` for all i, s_i the
side of example i? A solution is checked on every example; "infeasible" is the solver's own proof.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

import harness
from harness.datasets.parts import Parts, flat
from harness.errors import CellFailed, DataUnfit

INFEASIBLE = 2
"""``linprog``'s status for a program without a solution."""


@harness.experiment(
    metrics={"separable": "fixed", "examples": "fixed", "features": "fixed"}, backends=["numpy"]
)
def separability(data: Parts, first_class: int = 0, second_class: int = 1) -> Mapping[str, float]:
    """Decide whether two classes are linearly separable.

    Raises
    ------
    DataUnfit
        If the data set has no examples of a class.
    CellFailed
        If the solver neither finds a solution nor proves that there is none.

    References
    ----------
    Mangasarian (1965), Linear and nonlinear separation of patterns by linear programming,
    *Operations Research* 13, 444-452. Solved by HiGHS's interior-point method.
    """
    from scipy import sparse
    from scipy.optimize import linprog

    x, side = _examples(data, first_class, second_class)
    signed = side[:, np.newaxis] * np.column_stack([x, np.ones(len(x))])
    found = linprog(
        np.zeros(signed.shape[1]),
        A_ub=sparse.csr_array(-signed),
        b_ub=-np.ones(len(signed)),
        bounds=(None, None),
        method="highs-ipm",
    )
    if found.status not in (0, INFEASIBLE):
        raise CellFailed(f"the linear program must be decided, got: {found.message}")
    wrong = len(x) if found.x is None else int(np.sum(signed @ found.x <= 0))
    return {
        "separable": found.status == 0 and not wrong,
        "examples": len(x),
        "features": x.shape[1],
    }


def _examples(
    data: Parts, first: int, second: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the examples of both classes (n, d), inputs always 0 left out, and +1 or -1 (n,)."""
    y = np.asarray(data.y_train)
    for label in (first, second):
        if not np.any(y == label):
            raise DataUnfit(f"[params] must name classes of the data, got {label}, which has none")
    rows = np.flatnonzero((y == first) | (y == second))
    x = flat(data.x_train[rows]).astype(np.float64)
    x = x[:, x.any(axis=0)]
    # Divided by one number, as a solver likes it; that moves no hyperplane.
    return x / np.abs(x).max(), np.where(y[rows] == first, 1.0, -1.0)

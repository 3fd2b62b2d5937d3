"""Probe ``separability``: whether a hyperplane parts two classes of the training examples.

A linear program decides it: are there w and b with ``s_i (w . x_i + b) >= 1`` for all i, s_i the
side of example i? A solution is checked on every example; "infeasible" is the solver's own proof.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt
from scipy import sparse
from scipy.optimize import linprog

from harness.config.settings import Settings
from harness.config.table import Table
from harness.datasets.parts import flat, parts
from harness.errors import DataUnfit, HarnessError, Skip, UsageError
from harness.experiments.experiment import Context
from harness.experiments.probe.probe import Probe
from harness.types import Outcome

INFEASIBLE = 2
"""``linprog``'s status for a program without a solution."""


class Params(Table):
    """The two classes."""

    first_class: NonNegativeInt = 0
    second_class: NonNegativeInt = 1


def run(context: Context, params: Params) -> Outcome:
    """Decide whether the two classes are linearly separable.

    Raises
    ------
    Skip
        For backends other than NumPy; the program is SciPy's.
    UsageError
        If the data set is missing, or has no examples of a class.
    HarnessError
        If the solver neither finds a solution nor proves that there is none.

    References
    ----------
    Mangasarian (1965), Linear and nonlinear separation of patterns by linear programming,
    *Operations Research* 13, 444-452. Solved by HiGHS's interior-point method.
    """
    if context.backend.name != "numpy":
        raise Skip(f"SciPy solves the program, not the {context.backend.name} backend")
    x, side = _examples(context, params)
    signed = side[:, np.newaxis] * np.column_stack([x, np.ones(len(x))])
    found = linprog(
        np.zeros(signed.shape[1]),
        A_ub=sparse.csr_array(-signed),
        b_ub=-np.ones(len(signed)),
        bounds=(None, None),
        method="highs-ipm",
    )
    if found.status not in (0, INFEASIBLE):
        raise HarnessError(f"the linear program must be decided, got: {found.message}")
    wrong = len(x) if found.x is None else int(np.sum(signed @ found.x <= 0))
    return Outcome(
        metrics={
            "separable": float(found.status == 0 and not wrong),
            "examples": float(len(x)),
            "features": float(x.shape[1]),
        }
    )


def _examples(context: Context, params: Params) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the examples of both classes (n, d), inputs always 0 left out, and +1 or -1 (n,)."""
    data, dataset = context.settings.data, context.dataset
    if data is None or dataset is None:
        raise UsageError("the probe 'separability' must have a [data] table")
    split = parts(dataset, data)
    y = np.asarray(split.y_train)
    for label in (params.first_class, params.second_class):
        if not np.any(y == label):
            raise DataUnfit(f"[params] must name classes of the data, got {label}, which has none")
    rows = np.flatnonzero((y == params.first_class) | (y == params.second_class))
    x = flat(split.x_train[rows]).astype(np.float64)
    x = x[:, x.any(axis=0)]
    # Divided by one number, as a solver likes it; that moves no hyperplane.
    return x / np.abs(x).max(), np.where(y[rows] == params.first_class, 1.0, -1.0)


def _produces(settings: Settings, params: Params) -> frozenset[str]:  # noqa: ARG001
    return frozenset({"separable", "examples", "features"})


PROBE = Probe("separability", run, _produces, Params, requires=("data",))

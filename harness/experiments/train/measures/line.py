"""Measures of a fitted plane: its distance to the best fit, and to the plane data were drawn from.

Of a single linear layer with one output on regression targets; other networks give nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from harness.datasets.parts import flat
from harness.experiments.train.keep import is_line, line_metrics
from harness.experiments.train.measures.measure import Measure, Trained, Values, always

Floats = NDArray[np.float64]


def least_squares(trained: Trained) -> Values:
    """Return how far training is from the solution of least squares, which it approaches.

    ``least_squares_distance`` is the Euclidean distance of weights and bias from it,
    ``least_squares_loss`` the mean squared error there on the training examples, the smallest
    there is.
    """
    found = _parameters(trained)
    if found is None:
        return {}
    x, y = _examples(trained)
    wide = np.column_stack([x, np.ones(len(x))]) if len(found) > x.shape[1] else x
    best = np.linalg.lstsq(wide, y, rcond=None)[0]
    residual = y - wide @ best
    return {
        "least_squares_distance": float(np.linalg.norm(found - best)),
        "least_squares_loss": float(residual @ residual / len(y)),
    }


def parameter_error(trained: Trained) -> Values:
    """Return the Euclidean distance of weights and bias from those the data were drawn from.

    Only for ``generator = "linear"`` at ``scale = "raw"``, where the two can be compared.
    """
    found, data = _parameters(trained), trained.task.data
    table = data.synthetic
    if found is None or table is None or table.generator != "linear" or data.scale != "raw":
        return {}
    true = np.zeros(flat(trained.split.x_train).shape[1] + 1)
    true[: len(table.coefficients)], true[-1] = table.coefficients, table.intercept
    return {"parameter_error": float(np.linalg.norm(found - true[: len(found)]))}


def _parameters(trained: Trained) -> Floats | None:
    """Return the weights, then the bias if there is one; None for other networks."""
    placed = trained.task.placed
    if not is_line(placed) or np.issubdtype(trained.split.y_train.dtype, np.integer):
        return None
    return np.array(list(line_metrics(placed, trained.after).values()))


def _examples(trained: Trained) -> tuple[Floats, Floats]:
    """Return the training examples (n, d) and targets (n,), in float64."""
    split = trained.split
    x = flat(trained.task.scaler.apply(split.x_train, np.float64))
    return x, np.asarray(split.y_train, np.float64).ravel()


MEASURES = (
    Measure("least_squares", least_squares, always("least_squares_distance", "least_squares_loss")),
    Measure("parameter_error", parameter_error, always("parameter_error")),
)

"""Measures of progress: when the loss has reached where it ends, and how far it has come."""

from __future__ import annotations

import numpy as np

from harness.experiments.train.history import curve
from harness.experiments.train.measures.measure import Measure, Trained, Values, always

MARGIN = 1e-3
"""Share of the last loss within which every later point must stay."""


def settled(trained: Trained) -> Values:
    """Return the x of the first point of the ``train_loss`` series after which nothing happens.

    From ``settled_at`` on, every point lies within `MARGIN` of the last. The more points
    ``log_every`` asks for, the finer the answer; nan where the loss ends at inf or nan.
    """
    series = curve(trained.history)
    y = np.asarray(series.y)
    if not np.isfinite(y[-1]):
        return {"settled_at": float("nan")}
    astray = np.flatnonzero(~(np.abs(y - y[-1]) <= MARGIN * abs(y[-1])))
    return {"settled_at": float(series.x[astray[-1] + 1 if len(astray) else 0])}


def loss_ratio(trained: Trained) -> Values:
    """Return the last point of the ``train_loss`` series over its first."""
    y = curve(trained.history).y
    with np.errstate(all="ignore"):  # of a training that diverged, or began at nothing
        return {"loss_ratio": float(np.divide(y[-1], y[0]))}


MEASURES = (
    Measure("settled", settled, always("settled_at")),
    Measure("loss_ratio", loss_ratio, always("loss_ratio")),
)

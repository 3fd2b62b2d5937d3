"""Measures of how the loss went: a spike on the way, and the range of its last quarter."""

from __future__ import annotations

import numpy as np

from harness.experiments.train.history import curve
from harness.experiments.train.measures.measure import Measure, Trained, Values, always

SPIKE = 0.1
"""Share of the first loss that the curve must rise at once to count as a spike."""


def spike(trained: Trained) -> Values:
    """Return the steepest rise of the ``train_loss`` series between two of its points.

    ``spiked`` is 1 when it is above `SPIKE` times the first loss. If so, ``spike_from`` and
    ``spike_to`` are the losses before and after it, and ``spike_at`` the x of the latter.
    """
    series = curve(trained.history)
    y = np.asarray(series.y)
    if len(y) < 2 or not np.isfinite(y).all():
        return {}
    top = int(np.diff(y).argmax()) + 1
    if y[top] - y[top - 1] <= SPIKE * y[0]:
        return {"spiked": 0.0}
    found = {"spike_from": y[top - 1], "spike_to": y[top], "spike_at": series.x[top]}
    return {"spiked": 1.0, **{name: float(value) for name, value in found.items()}}


def late_loss(trained: Trained) -> Values:
    """Return the lowest, mean and highest loss of a step in the last quarter of training."""
    losses = trained.history.losses
    late = losses[-max(1, len(losses) // 4) :]
    with np.errstate(invalid="ignore", over="ignore"):  # of a training that diverged
        return {
            "late_lowest": float(late.min()),
            "late_mean": float(late.mean()),
            "late_highest": float(late.max()),
        }


MEASURES = (
    Measure("spike", spike, always("spiked", "spike_from", "spike_to", "spike_at")),
    Measure("late_loss", late_loss, always("late_lowest", "late_mean", "late_highest")),
)

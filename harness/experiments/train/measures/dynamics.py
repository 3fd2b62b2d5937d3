"""Measures of how the loss went: jitter, spikes, how far it came and when it settled."""

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


def loss_jitter(trained: Trained) -> Values:
    """Return the spread of the loss's steps, and the largest rise of the logged curve.

    ``loss_jitter`` is the standard deviation of the change from one step to the next over the
    last quarter of the steps; ``largest_rise`` the most that the ``train_loss`` series goes up
    from one point to the next, 0 if it never does.
    """
    losses = trained.history.losses
    last = losses[len(losses) - max(2, len(losses) // 4) :]
    points = np.asarray(curve(trained.history).y)
    with np.errstate(invalid="ignore", over="ignore"):  # of a training that diverged
        jitter = float(np.diff(last).std()) if len(last) > 1 else 0.0
        return {"loss_jitter": jitter, "largest_rise": float(np.diff(points).max(initial=0.0))}


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
    Measure("spike", spike, always("spiked", "spike_from", "spike_to", "spike_at")),
    Measure("late_loss", late_loss, always("late_lowest", "late_mean", "late_highest")),
    Measure("loss_jitter", loss_jitter, always("loss_jitter", "largest_rise")),
    Measure("settled", settled, always("settled_at")),
    Measure("loss_ratio", loss_ratio, always("loss_ratio")),
)

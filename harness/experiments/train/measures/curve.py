"""Measure ``loss_jitter``: how restless the loss is near the end of training."""

from __future__ import annotations

import numpy as np

from harness.experiments.train.history import curve
from harness.experiments.train.measures.measure import Measure, Trained, Values, always


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


MEASURES = (Measure("loss_jitter", loss_jitter, always("loss_jitter", "largest_rise")),)

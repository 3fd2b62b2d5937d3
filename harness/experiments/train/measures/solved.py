"""Measure ``solved``: whether the network has learnt its training examples without exception."""

from __future__ import annotations

import numpy as np

from harness.experiments.train.measures.measure import Measure, Trained, Values, always

MIDDLE = 0.5
"""Between targets 0 and 1."""


def solved(trained: Trained) -> Values:
    """Return 1 if every training example is answered right, else 0.

    Of class labels the largest score must be the label's; of float targets, which must be 0 or 1
    for that, every output must lie on the side of 0.5 of its target.
    """
    backend, network = trained.context.backend, trained.task.network
    right = True
    for x, y, _ in trained.blocks():
        outputs, wanted = backend.array(network.predict(x)), backend.array(y)
        if np.issubdtype(wanted.dtype, np.integer):
            right &= bool((outputs.argmax(axis=1) == wanted).all())
        else:
            right &= bool(((outputs > MIDDLE) == (wanted > MIDDLE)).all())
    return {"solved": float(right)}


MEASURES = (Measure("solved", solved, always("solved")),)

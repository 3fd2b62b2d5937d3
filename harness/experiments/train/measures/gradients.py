"""Measure ``gradient_norms``: how much signal reaches each layer, before training and after."""

from __future__ import annotations

import numpy as np

from harness.backends.protocol import Network
from harness.config.layers import Conv2d, Linear
from harness.config.settings import Settings
from harness.experiments.train.measures.measure import Measure, Trained, Values, kinds, matrices
from harness.types import Array


def gradient_norms(trained: Trained) -> Values:
    """Return the norm of d loss / d W over all training examples, layer by layer.

    ``initial_gradient_norm_<i>`` at the initial weights and ``gradient_norm_<i>`` at the final
    ones, of the i-th layer with weights (from 1), in evaluation mode, penalties included.
    """
    networks = {
        "initial_gradient_norm": trained.initial_network(),
        "gradient_norm": trained.task.network,
    }
    return {
        f"{name}_{i}": float(np.linalg.norm(grad.astype(np.float64)))
        for name, network in networks.items()
        for i, grad in enumerate(matrices(_gradients(trained, network)), start=1)
    }


def _gradients(trained: Trained, network: Network) -> dict[str, Array]:
    """Return the gradients of the loss over all training examples, block by block."""
    summed = trained.task.train.reduction == "sum"
    whole = len(trained.split.x_train)
    total: dict[str, Array] = {}
    for x, y, size in trained.blocks():
        share = 1.0 if summed else size / whole
        for name, grad in network.gradients(x, y).items():
            total[name] = total.get(name, 0) + share * grad
    # The order of the layers: a backward pass may give them from the last to the first.
    return {name: total[name] for name in trained.after}


def _names(settings: Settings) -> frozenset[str]:
    layers = sum(kind in (Linear, Conv2d) for kind in kinds(settings))
    kinds_of_norm = ("initial_gradient_norm", "gradient_norm")
    return frozenset(f"{name}_{i}" for name in kinds_of_norm for i in range(1, layers + 1))


MEASURES = (Measure("gradient_norms", gradient_norms, _names),)

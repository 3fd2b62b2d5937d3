"""A network with a declared gradient, so that the optimizer of any backend can be given it.

A linear layer without bias, inputs the rows of the unit matrix, mean squared error: with d
weights w and targets y the gradient is ``2 / d * (w - y)``, so the targets ``w - d / 2 * g`` make
it g. Nothing but the protocol of networks is used. In float64 g comes out within a few units in
the last place of w.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.backends.protocol import Handle
from harness.config.layers import Linear
from harness.config.model import Model, place
from harness.config.train import Train
from harness.experiments.experiment import Context

Vector = NDArray[np.float64]


class Driven:
    """Weights that a backend's optimizer moves along given gradients.

    Parameters
    ----------
    context : Context
        Backend and device.
    train : Train
        The optimizer and its learning rate; the loss is replaced.
    start : sequence of float
        Initial weights.
    """

    def __init__(self, context: Context, train: Train, start: Sequence[float]) -> None:
        plain = train.model_copy(update={"loss": "mse", "reduction": "mean"})
        model = Model(layers=(Linear(out=1, bias=False),))
        placed = place(model, (len(start),), 1)
        weights = {"0.weight": np.array([start], dtype=np.float64)}
        unused = context.streams.generator("dropout")
        self._context, self._dtype = context, np.dtype(train.dtype)
        self._network = context.backend.network(placed, weights, plain, context.device, unused)
        self._x = self._put(np.eye(len(start)))

    @property
    def weights(self) -> Vector:
        """The weights as they are now, (d,) float64."""
        return np.array(self._network.weights()["0.weight"][0], dtype=np.float64)

    def step(self, gradient: Vector) -> Vector:
        """Take one step along a gradient (d,); return the change of the weights, (d,)."""
        before = self.weights
        wanted = before - len(before) / 2 * gradient
        self._network.step(self._x, self._put(wanted[:, None]))
        return self.weights - before

    def _put(self, array: Vector) -> Handle:
        return self._context.backend.put(array.astype(self._dtype), self._context.device)

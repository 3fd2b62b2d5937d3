"""What the optimizer of any backend is given: declared gradients, those of a function among them.

A network for it is a linear layer without bias, inputs the rows of the unit matrix, mean squared
error: with d weights w and targets y the gradient is ``2 / d * (w - y)``, so the targets
``w - d / 2 * g`` make it g. Nothing but the protocol of networks is used. In float64 g comes out
within a few units in the last place of w.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.backends.protocol import Handle
from harness.config.layers import Linear
from harness.config.model import Model, place
from harness.config.table import Table
from harness.config.train import Train
from harness.errors import UsageError
from harness.experiments.experiment import Context
from harness.types import Outcome, Series

Vector = NDArray[np.float64]
POINTS = 20


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


class Surface(Table):
    """``f(w) = sum_i  c_i / 2 * w_i**2 + height * (1 - cos(frequency * w_i))``.

    Attributes
    ----------
    start
        Where the parameters begin.
    curvatures
        c, one per parameter: a bowl, or with unequal values a ravine; negative for a peak.
    height, frequency
        Of the bumps, none by default.
    """

    name: str = ""
    start: tuple[float, ...] = ()
    curvatures: tuple[float, ...] = ()
    height: float = 0.0
    frequency: float = 1.0

    def value(self, w: Vector) -> float:
        """Return f(w) of w (d,)."""
        bumps = self.height * (1 - np.cos(self.frequency * w))
        return float((0.5 * np.array(self.curvatures) * w**2 + bumps).sum())

    def gradient(self, w: Vector) -> Vector:
        """Return its gradient, (d,)."""
        bumps = self.height * self.frequency * np.sin(self.frequency * w)
        return np.array(self.curvatures) * w + bumps


def names(surface: Surface) -> frozenset[str]:
    """Return the names of what `run` leaves."""
    each = ("final", "moved", "reversals", "left", "distance")
    indexed = {f"{name}_{i}" for name in each for i in range(len(surface.start))}
    return frozenset({"value", "initial_value", "rose", "path_over_distance", "value_at", *indexed})


def run(context: Context, train: Train, surface: Surface) -> Outcome:
    """Take ``[train] steps`` steps.

    Returns
    -------
    Outcome
        By parameter i: ``final_<i>``; ``moved_<i>``, the length of its path; ``distance_<i>``, how
        far the end is from the start; ``left_<i>``, ``|final / start|``; ``reversals_<i>``, how
        often its direction changed. Of all: ``initial_value`` and
        ``value`` of f, ``rose`` (0 or 1), ``path_over_distance`` (the length of the whole path
        over the distance of its ends, nan without a move), the series ``value_at``.

    Raises
    ------
    UsageError
        If the steps are missing, or there is not one curvature per parameter.
    """
    if train.steps is None or len(surface.curvatures) != len(surface.start):
        raise UsageError(
            "a surface must have as many curvatures as start values, and [train] its steps; got "
            f"{len(surface.curvatures)}, {len(surface.start)} and steps = {train.steps}"
        )
    driven = Driven(context, train, surface.start)
    path = [driven.weights]
    for _ in range(train.steps):
        driven.step(surface.gradient(path[-1]))
        path.append(driven.weights)
    return _outcome(surface, np.array(path))


def _outcome(surface: Surface, path: Vector) -> Outcome:
    values = np.array([surface.value(w) for w in path])
    kept = np.unique(np.linspace(0, len(path) - 1, POINTS).round().astype(int))
    x = [float(step) for step in kept]
    metrics = {
        "initial_value": float(values[0]),
        "value": float(values[-1]),
        "rose": float(values[-1] > values[0]),
        "path_over_distance": _detour(path),
    }
    for i, w in enumerate(path.T):
        metrics |= {f"{name}_{i}": value for name, value in _journey(w).items()}
    return Outcome(metrics=metrics, series={"value_at": Series(x, values[kept].tolist())})


def _journey(w: Vector) -> dict[str, float]:
    steps = np.diff(w)
    ways = np.sign(steps[steps != 0])
    return {
        "final": float(w[-1]),
        "moved": float(np.abs(steps).sum()),
        "distance": float(abs(w[-1] - w[0])),
        "left": float(abs(w[-1] / w[0])) if w[0] else float("nan"),
        "reversals": float((ways[1:] != ways[:-1]).sum()),
    }


def _detour(path: Vector) -> float:
    length = float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())
    distance = float(np.linalg.norm(path[-1] - path[0]))
    return length / distance if distance else float("nan")

"""What a measure is, and what it may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from harness.backends.protocol import Handle, Network, decays
from harness.config.experiments import Settings
from harness.config.model import layers_of
from harness.datasets.parts import Parts
from harness.experiments.experiment import Context
from harness.experiments.tasks import Task
from harness.experiments.train.history import History
from harness.experiments.train.loop import targets
from harness.types import Array

BLOCK_BYTES = 64 * 2**20
"""Memory that the scaled examples of one block may take."""


@dataclass(frozen=True)
class Trained:
    """A training that has ended.

    Attributes
    ----------
    context : Context
        The cell's.
    task : Task
        With the trained network.
    split : Parts
        Its examples.
    before, after : dict of str to ndarray
        Parameters by name, at the start and at the end.
    history : History
        The loss of every step.
    """

    context: Context
    task: Task
    split: Parts
    before: Mapping[str, Array]
    after: Mapping[str, Array]
    history: History

    def initial_network(self) -> Network:
        """Return the network as it was before training."""
        streams = self.context.streams.generator("dropout")  # unused: evaluation drops nothing
        task, device = self.task, self.context.device
        return self.context.backend.network(task.placed, self.before, task.train, device, streams)

    def blocks(self) -> Iterator[tuple[Handle, Handle, int]]:
        """Yield the training examples block by block: x (m, *shape) scaled, y, and m."""
        x, dtype = self.split.x_train, self.task.train.dtype
        y = targets(self.split.y_train, dtype)
        put, device = self.context.backend.put, self.context.device
        width = int(np.prod(x.shape[1:])) * np.dtype(dtype).itemsize
        size = max(1, BLOCK_BYTES // width)
        for start in range(0, len(x), size):
            rows = slice(start, start + size)
            here = put(self.task.scaler.apply(x[rows], dtype), device)
            yield here, put(y[rows], device), len(y[rows])


Values = dict[str, float]


@dataclass(frozen=True)
class Measure:
    """An entry of the table of measures.

    Attributes
    ----------
    name : str
        As suites write it in ``[train] measure``.
    run : callable
        ``run(trained)`` returns metrics by name; none where the model has no such thing.
    produces : callable
        ``produces(settings)`` returns every name that `run` can give with those settings.
    """

    name: str
    run: Callable[[Trained], Values]
    produces: Callable[[Settings], frozenset[str]]


def always(*names: str) -> Callable[[Settings], frozenset[str]]:
    """Return a `Measure.produces` that does not look at the settings."""
    return lambda _settings: frozenset(names)


def matrices(weights: Mapping[str, Array]) -> list[Array]:
    """Return the weights (out, in, ...) of linear layers and convolutions, layer by layer."""
    return [value for name, value in weights.items() if decays(name, value.ndim)]


def kinds(settings: Settings) -> list[type]:
    """Return the kind of every layer of ``[model]``."""
    return [type(layer) for layer in layers_of(settings.model, 1)] if settings.model else []

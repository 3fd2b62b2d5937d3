"""What several experiments share: a network with the data to feed it, a search of neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harness.backends.initial import initial_weights
from harness.backends.protocol import Network
from harness.config.data import Data
from harness.config.experiments import Knn
from harness.config.model import PlacedLayer, place
from harness.config.train import Train
from harness.datasets.dataset import Dataset
from harness.datasets.parts import Parts, flat, parts
from harness.datasets.scaling import Scaler
from harness.errors import DataUnfit, UsageError
from harness.experiments.experiment import Context
from harness.types import Array


@dataclass(frozen=True)
class Task:
    """What is to be learned, and by what: a network, the data and the tables of both.

    Attributes
    ----------
    network : Network
        With initial weights of the cell's ``init`` stream.
    placed : tuple of PlacedLayer
        Its layers.
    data, train : Data, Train
        What it is to be fed and how.
    dataset : Dataset
        The decoded data, whole.
    split : Parts
        The part of it that `data` asks for.
    """

    network: Network
    placed: tuple[PlacedLayer, ...]
    data: Data
    train: Train
    dataset: Dataset
    split: Parts

    @cached_property
    def scaler(self) -> Scaler:
        """The scale of `data`, its statistics taken once."""
        return Scaler.of(self.data, self.split)

    def examples(self, first: int | None = None) -> tuple[Array, Array]:
        """Return the training examples in host memory, or the first so many of them.

        Returns
        -------
        tuple of ndarray
            Examples (n, *shape), scaled, in the dtype of ``[train]``; labels (n,) int64 or
            targets (n, outputs) in that dtype.
        """
        dtype = np.dtype(self.train.dtype)
        x, y = self.split.x_train[:first], np.asarray(self.split.y_train[:first])
        labels = np.issubdtype(y.dtype, np.integer)
        return self.scaler.apply(x, dtype), y.astype(np.int64 if labels else dtype)


@dataclass(frozen=True)
class Start:
    """What a training begins with: a `Task` whose network is not built yet.

    Attributes
    ----------
    weights : mapping of str to ndarray
        Initial weights, of the cell's ``init`` stream, float64.
    placed, data, train, dataset, split
        As in `Task`.
    """

    weights: Mapping[str, NDArray[np.float64]]
    placed: tuple[PlacedLayer, ...]
    data: Data
    train: Train
    dataset: Dataset
    split: Parts

    def network(self, context: Context) -> Network:
        """Build the network."""
        dropout = context.streams.generator("dropout")
        return context.backend.network(
            self.placed, self.weights, self.train, context.device, dropout
        )

    def task(self, network: Network) -> Task:
        """Return the task of a network."""
        return Task(network, self.placed, self.data, self.train, self.dataset, self.split)


def start(context: Context, asked_by: str, split: Parts | None = None) -> Start:
    """Draw the initial weights of ``[model]`` for ``[data]`` and ``[train]``.

    Parameters
    ----------
    context : Context
        The cell's.
    asked_by : str
        Named in the message when something is missing, e.g. ``"workload 'train'"``.
    split : Parts, optional
        The parts of the data where they are known: of another cell on the same data.

    Raises
    ------
    UsageError
        If one of the three tables or the data set is missing.
    ShapeError
        If the layers do not fit the data.
    """
    settings, dataset = context.settings, context.dataset
    data, model, train = settings.data, settings.model, settings.train
    if data is None or model is None or train is None or dataset is None:
        given = {"data": data and dataset, "model": model, "train": train}
        missing = ", ".join(f"[{name}]" for name, table in given.items() if table is None)
        raise UsageError(
            f"{asked_by} must be given [data], [model] and [train]; "
            f"{missing} is missing, add it to the suite"
        )
    placed = place(model, dataset.facts.shape, dataset.facts.outputs)
    weights = initial_weights(placed, model.init, context.streams.generator("init"))
    own = parts(dataset, data) if split is None else split
    return Start(weights, placed, data, train, dataset, own)


def build(context: Context, asked_by: str) -> Task:
    """Build the network of ``[model]`` for ``[data]`` and ``[train]``, see `start`."""
    begun = start(context, asked_by)
    return begun.task(begun.network(context))


def features(x: Array, scaler: Scaler) -> Array:
    """Return examples as rows of scaled features, float32 (n, d)."""
    return flat(scaler.apply(x, np.float32))


def check_neighbors(knn: Knn, available: int) -> None:
    """Raise UsageError unless some k is asked for and none exceeds the examples searched."""
    if not knn.n_neighbors:
        raise UsageError("[knn] n_neighbors must name at least one k, got an empty list")
    if max(knn.n_neighbors) > available:
        raise DataUnfit(
            f"[knn] n_neighbors must be at most {available}, the training examples searched, "
            f"got {max(knn.n_neighbors)}; raise [data] n_train or drop the larger k"
        )

"""k-nearest-neighbour classification: one search, then a vote for every k.

Distances are Euclidean over flattened examples. The label with most votes wins, the smallest of
the labels that share the most (as ``np.argmax(np.bincount(votes))`` does). Cross-validation cuts
the training examples into folds in order, as the CS231n assignments do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from harness import digest
from harness.backends.protocol import Backend
from harness.config.experiments import Knn, Settings
from harness.config.kinds import Kind, kinds_of, of_accuracy
from harness.datasets.parts import Parts, parts
from harness.datasets.scaling import Scaler
from harness.errors import DataUnfit, UsageError
from harness.experiments.experiment import Context, Experiment
from harness.experiments.tasks import check_neighbors, features
from harness.types import Array, Outcome, Series

PANEL_NEIGHBORS = 5
"""Neighbours kept per test image of a panel."""
PANEL = {"panel_images", "panel_neighbors", "panel_labels", "panel_neighbor_labels"}
"""Arrays of a panel."""

Labels = NDArray[np.int64]
Distances = NDArray[np.float32]


@dataclass(frozen=True)
class _Job:
    """One cell's search: with what, where, over which examples of how many classes."""

    backend: Backend
    device: str
    knn: Knn
    split: Parts
    scaler: Scaler
    classes: int

    def search(self, train: Array, test: Array, k: int) -> tuple[Distances, Labels]:
        """Return distances and indices (m, k) of the rows of `train` nearest to each of `test`."""
        here, there = self.backend.put(train, self.device), self.backend.put(test, self.device)
        return self.backend.neighbors(here, there, k, self.knn.implementation)


def run(context: Context) -> Outcome:
    """Classify the test examples, or cross-validate on the training examples.

    Raises
    ------
    UsageError
        If the data are not classes, some k exceeds the training examples, there are more folds
        than training examples, or a panel is asked of data that are not images.
    """
    job = _job(context)
    return _cross_validate(job) if job.knn.cv_folds else _classify(job)


def vote(labels: Labels, ks: Sequence[int], classes: int) -> dict[int, Labels]:
    """Return the winning label for every k.

    Parameters
    ----------
    labels : ndarray of int64, shape (m, max(ks))
        Labels of the neighbours, nearest first, each in ``[0, classes)``.
    ks : sequence of int
        Numbers of neighbours that vote.
    classes : int
        Number of classes.

    Returns
    -------
    dict of int to ndarray of int64, shape (m,)
        In order of k: the label with most votes among the first k neighbours.
    """
    counts = np.zeros((len(labels), classes), dtype=np.int64)
    winners: dict[int, Labels] = {}
    counted = 0
    for k in sorted(set(ks)):
        counts += _count(labels[:, counted:k], classes)
        counted = k
        # argmax returns the first of equal counts, which is the smallest label.
        winners[k] = counts.argmax(axis=1)
    return winners


def _count(labels: Labels, classes: int) -> Labels:
    """Return how often each class occurs in each row, (m, classes)."""
    rows = np.arange(len(labels), dtype=np.int64)[:, np.newaxis] * classes
    cells = np.bincount((rows + labels).ravel(), minlength=len(labels) * classes)
    return cells.reshape(len(labels), classes)


def _job(context: Context) -> _Job:
    data, knn, dataset = context.settings.data, context.settings.knn, context.dataset
    if data is None or knn is None or dataset is None:
        raise UsageError("experiment 'knn' must be given the tables [data] and [knn]")
    if not np.issubdtype(dataset.y_train.dtype, np.integer):
        raise DataUnfit(
            f"experiment 'knn' must be given classes, got targets of {dataset.y_train.dtype} "
            f"in data set {data.dataset!r}; choose a data set with class labels"
        )
    split, classes = parts(dataset, data), dataset.facts.outputs
    scaler = Scaler.of(data, split)
    return _Job(context.backend, context.device, knn, split, scaler, classes)


def _classify(job: _Job) -> Outcome:
    knn, split, scaler = job.knn, job.split, job.scaler
    check_neighbors(knn, len(split.y_train))
    k = max(*knn.n_neighbors, PANEL_NEIGHBORS if knn.panel else 1)
    train, test = features(split.x_train, scaler), features(split.x_test, scaler)
    distances, indices = job.search(train, test, min(k, len(train)))
    predicted = vote(split.y_train[indices], knn.n_neighbors, job.classes)
    accuracy = {k: float(np.mean(predicted[k] == split.y_test)) for k in predicted}
    best = best_of(accuracy)
    nearest = distances[:, 0].astype(np.float32)
    return Outcome(
        metrics={
            **_named("accuracy", accuracy),
            "best_accuracy": accuracy[best],
            "best_k": float(best),
            "nearest_distance": float(nearest.mean(dtype=np.float64)),
        },
        series={"accuracy": _series(accuracy)},
        arrays={
            "correct": (predicted[best] == split.y_test).astype(np.uint8),
            "nearest_distance": nearest,
            "predictions": _small(predicted[best]),
            "labels": _small(split.y_test),
            **_panel(knn.panel, split, indices),
        },
        digests={**_data_digest(split), "neighbors": digest.of_arrays(indices)},
    )


def _cross_validate(job: _Job) -> Outcome:
    knn, n = job.knn, len(job.split.y_train)
    if not 2 <= knn.cv_folds <= n:
        raise DataUnfit(f"[knn] cv_folds must be 0, or 2 to {n}, got {knn.cv_folds}")
    check_neighbors(knn, n - -(-n // knn.cv_folds))
    train = features(job.split.x_train, job.scaler)
    folds = np.array_split(np.arange(n), knn.cv_folds)
    table = np.array([_fold(job, train, fold) for fold in folds])
    accuracy = dict(zip(sorted(set(knn.n_neighbors)), table.mean(axis=0).tolist(), strict=True))
    return Outcome(
        metrics={**_named("cv_accuracy", accuracy), "best_k": float(best_of(accuracy))},
        series={"cv_accuracy": _series(accuracy)},
        arrays={"cv_fold_accuracy": table},
        digests=_data_digest(job.split),
    )


def _fold(job: _Job, train: Array, fold: Labels) -> list[float]:
    """Return the accuracy on one fold for every k, smallest k first."""
    ks, labels = job.knn.n_neighbors, job.split.y_train
    rest = np.setdiff1d(np.arange(len(train)), fold)
    _, indices = job.search(train[rest], train[fold], max(ks))
    predicted = vote(labels[rest][indices], ks, job.classes)
    return [float(np.mean(winners == labels[fold])) for winners in predicted.values()]


def best_of(accuracy: Mapping[int, float]) -> int:
    """Return the smallest k that reaches the best accuracy."""
    best = max(accuracy.values())
    return min(k for k, value in accuracy.items() if value == best)


def _named(name: str, accuracy: Mapping[int, float]) -> dict[str, float]:
    return {f"{name}_k{k}": value for k, value in accuracy.items()}


def _series(accuracy: Mapping[int, float]) -> Series:
    return Series([float(k) for k in accuracy], list(accuracy.values()))


def _small(labels: Labels) -> Array:
    """Return labels as uint8; as uint16 where there are more than 256 classes."""
    return labels.astype(np.promote_types(np.uint8, np.min_scalar_type(int(labels.max()))))


def _data_digest(split: Parts) -> dict[str, str]:
    used = (split.x_train, split.y_train, split.x_test, split.y_test)
    return {"data": digest.of_arrays(*used)}


def _panel(count: int, split: Parts, indices: Labels) -> dict[str, Array]:
    """Return the first `count` test images and their nearest training images, channels last."""
    if not count:
        return {}
    if split.x_train.ndim != 4:
        raise DataUnfit(
            f"[knn] panel must be 0 for examples that are not images, got {count} "
            f"for examples of shape {split.x_train.shape[1:]}"
        )
    nearest = indices[:count, :PANEL_NEIGHBORS]
    return {
        "panel_images": _channels_last(split.x_test[:count]),
        "panel_neighbors": _channels_last(split.x_train[nearest]),
        "panel_labels": _small(split.y_test[:count]),
        "panel_neighbor_labels": _small(split.y_train[nearest]),
    }


def _channels_last(images: Array) -> Array:
    return np.ascontiguousarray(np.moveaxis(images, -3, -1))


def produces(settings: Settings) -> frozenset[str]:
    """Return the names of the metrics, series and arrays that a cell leaves."""
    knn = settings.knn or Knn()
    if knn.cv_folds:
        names = {f"cv_accuracy_k{k}" for k in knn.n_neighbors}
        return frozenset(names | {"best_k", "cv_accuracy", "cv_fold_accuracy"})
    names = {f"accuracy_k{k}" for k in knn.n_neighbors}
    names |= {"accuracy", "best_accuracy", "best_k", "nearest_distance"}
    names |= {"correct", "predictions", "labels"}
    return frozenset(names | (PANEL if knn.panel else set()))


KINDS: Mapping[str, Kind] = {"correct": "binary", "best_k": "count", "nearest_distance": "positive"}


def kinds(settings: Settings) -> Mapping[str, Kind]:
    """Return the kind of everything that a cell leaves."""
    knn, data = settings.knn or Knn(), settings.data
    examples = None if data is None else (data.n_train if knn.cv_folds else data.n_test)
    return kinds_of(produces(settings), {"*accuracy*": of_accuracy(examples), **KINDS})


EXPERIMENT = Experiment(
    name="knn",
    version=1,
    tables=("data", "knn"),
    requires=("data", "knn"),
    run=run,
    produces=produces,
    kinds=kinds,
)

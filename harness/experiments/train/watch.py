"""Evaluations during training: the series of ``[train] evaluate_every``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.datasets.parts import Parts
from harness.experiments import batches
from harness.experiments.experiment import Context
from harness.experiments.tasks import Task
from harness.experiments.train.evaluation import Evaluator
from harness.types import Series


class Watcher:
    """Evaluates a network every so many epochs, and keeps what it saw.

    Parameters
    ----------
    context, task, split : Context, Task, Parts
        As of the training; an evaluation in mode ``train`` draws dropout masks, as it would.

    Attributes
    ----------
    points : dict of str to list of (float, float)
        Epoch and value, by name of the metric.
    """

    def __init__(self, context: Context, task: Task, split: Parts) -> None:
        self._all = (context, task, split)
        per_epoch = batches.steps_per_epoch(task.train, len(split.x_train))
        self._per_epoch, self._every = per_epoch, task.train.evaluate_every * per_epoch
        self.points: dict[str, list[tuple[float, float]]] = {}

    def __call__(self, steps: int) -> None:
        """Evaluate when the last of `steps` closed an epoch whose turn it is."""
        if steps % self._every:
            return
        for name, value in Evaluator(*self._all).metrics().items():
            self.points.setdefault(name, []).append((steps / self._per_epoch, value))

    def series(self) -> dict[str, Series]:
        """Return the metrics over the epoch, 1 after the first pass."""
        return {
            name: Series([x for x, _ in points], [y for _, y in points])
            for name, points in self.points.items()
        }


def setbacks(series: Mapping[str, Series]) -> dict[str, float]:
    """Return how often evaluations got worse, and how far the last is behind the best.

    Parameters
    ----------
    series : mapping of str to Series
        From `Watcher.series`; a name that ends in ``loss`` is better when smaller.

    Returns
    -------
    dict
        ``<name>_setbacks``, evaluations worse than the one before, and ``<name>_from_best``, the
        distance of the last from the best, at least 0.
    """
    found: dict[str, float] = {}
    for name, points in series.items():
        values = np.asarray(points.y) * (1.0 if name.endswith("loss") else -1.0)
        with np.errstate(invalid="ignore"):  # of a training that diverged
            found[f"{name}_setbacks"] = float((np.diff(values) > 0).sum())
            found[f"{name}_from_best"] = float(values[-1] - values.min())
    return found

"""What a training leaves, on its way and at its end: metrics, series, arrays and digests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np

from harness import digest
from harness.config.model import parameter_count
from harness.config.train import CLASS_LOSSES, Loss
from harness.datasets.parts import Parts
from harness.errors import DataUnfit
from harness.experiments import batches
from harness.experiments.experiment import Context
from harness.experiments.tasks import Task
from harness.experiments.train.evaluation import Evaluator, Shown
from harness.experiments.train.history import History, curve, divergence, first
from harness.experiments.train.keep import arrays_kept, line_of
from harness.experiments.train.measures import measured
from harness.experiments.train.measures.measure import Trained
from harness.types import Array, Outcome, Series

SHORT = 16
"""Digits of the digests of losses: enough to see a difference, and a record has many."""


def check_loss(loss: str, split: Parts) -> None:
    """Refuse a loss that does not fit the targets."""
    classes = bool(np.issubdtype(split.y_train.dtype, np.integer))
    if classes != (loss in CLASS_LOSSES):
        found = "class labels" if classes else "float targets"
        fitting = [name for name in get_args(Loss) if (name in CLASS_LOSSES) == classes]
        wanted = f"{', '.join(fitting[:-1])} or {fitting[-1]}"
        raise DataUnfit(f"[train] loss must be {wanted} for {found}, got {loss!r}")


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


def stored(trained: Trained, during: Mapping[str, Series], shown: Shown | None = None) -> Outcome:
    """Return what is stored of a training, and the series of what was watched.

    `shown` keeps examples for the evaluation of others on the same data.
    """
    task, history, after = trained.task, trained.history, trained.after
    evaluator = Evaluator(trained.context, task, trained.split, shown)
    line, fitted = line_of(task, trained.split, after)
    series = curve(history)
    metrics = {
        "train_loss": series.y[-1],
        "initial_loss": float(history.losses[0]),
        "parameters": float(parameter_count(task.placed)),
        "grew": _grew(series.y[-1], float(history.losses[0])),
        "nan_weights": float(any(np.isnan(weight).any() for weight in after.values())),
        **_events(history),
        **evaluator.metrics(),
        **line,
        **measured(trained),
        **setbacks(during),
    }
    return Outcome(
        metrics=metrics,
        series={"train_loss": series, **during},
        arrays={**arrays_kept(task.train, task.placed, after, evaluator), **fitted},
        digests=_digests(trained),
        diverged=divergence(history) or _broken(after),
    )


def _events(history: History) -> dict[str, float]:
    steps = {f"first_{kind}": first(history, kind) for kind in ("inf", "nan")}
    return {name: float(history.x(step)) for name, step in steps.items() if step is not None}


def _grew(last: float, initial: float) -> float:
    """Return 1 if training ended above the loss it began with, or at nan; else 0."""
    return 0.0 if last <= initial else 1.0


def _broken(weights: Mapping[str, Array]) -> str:
    """Return a reason when the last update alone broke the weights, which no loss has seen."""
    finite = all(np.isfinite(weight).all() for weight in weights.values())
    return "" if finite else "weights hold inf or nan after the last step"


def _digests(trained: Trained) -> dict[str, str]:
    """Return the stages in the order in which they can first differ between two runs."""
    losses = trained.history.losses.astype(np.float64)
    return {
        "data": trained.task.dataset.used.fingerprint,
        "initial_weights": digest.of_weights(trained.before),
        "batch_order": trained.history.order,
        # before the first update and after it: what one step computes
        "first_step": digest.of_arrays(losses[:2])[:SHORT],
        "losses": digest.of_arrays(losses)[:SHORT],
        "final_weights": digest.of_weights(trained.after),
    }

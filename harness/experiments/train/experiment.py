"""Training: the same loop for every backend, from equal weights over equal batches.

The initial weights, the order of the batches and the dropout masks come from the cell's own
streams, drawn in NumPy. Metrics, series and arrays are listed in ``docs/suites.md``;
`initial_loss` is the loss of the first step's batch before any update, which is that of all
training examples when ``batch_size = "full"``. `grew` is 1 when the last logged loss is not below
or at it, `nan_weights` 1 when some parameter is nan at the end, else 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np

from harness import digest
from harness.config.shapes import parameter_count
from harness.config.train import CLASS_LOSSES, Loss
from harness.datasets.parts import Parts
from harness.errors import DataUnfit, Skip
from harness.experiments import tasks
from harness.experiments.experiment import Context, Experiment
from harness.experiments.train.evaluation import Evaluator
from harness.experiments.train.history import History, curve, divergence, first
from harness.experiments.train.keep import arrays_kept, line_of
from harness.experiments.train.loop import fit
from harness.experiments.train.measures import Trained, measured
from harness.experiments.train.names import complaints, kinds, produces
from harness.experiments.train.watch import Watcher, setbacks
from harness.types import Array, Outcome, Series


def run(context: Context) -> Outcome:
    """Train a network and evaluate it.

    Raises
    ------
    UsageError
        If a table is missing, or the loss does not fit the targets.
    ShapeError
        If the layers do not fit the data.
    Skip
        If the device is not here.
    """
    reason = context.backend.absent(context.device)
    if reason is not None:
        raise Skip(reason)
    task = tasks.build(context, "experiment 'train'")
    split = task.split
    _check_loss(task.train.loss, split)
    before = task.network.weights()
    watcher = Watcher(context, task, split) if task.train.evaluate_every else None
    history = fit(context, task, split, watcher)
    during = watcher.series() if watcher is not None else {}
    after = task.network.weights()
    return _outcome(Trained(context, task, split, before, after, history), during)


def _check_loss(loss: str, split: Parts) -> None:
    classes = bool(np.issubdtype(split.y_train.dtype, np.integer))
    if classes != (loss in CLASS_LOSSES):
        found = "class labels" if classes else "float targets"
        fitting = [name for name in get_args(Loss) if (name in CLASS_LOSSES) == classes]
        wanted = f"{', '.join(fitting[:-1])} or {fitting[-1]}"
        raise DataUnfit(f"[train] loss must be {wanted} for {found}, got {loss!r}")


def _outcome(trained: Trained, during: Mapping[str, Series]) -> Outcome:
    task, history, after = trained.task, trained.history, trained.after
    evaluator = Evaluator(trained.context, task, trained.split)
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
    return {
        "data": trained.task.dataset.used.fingerprint,
        "initial_weights": digest.of_weights(trained.before),
        "batch_order": trained.history.order,
        "final_weights": digest.of_weights(trained.after),
    }


EXPERIMENT = Experiment(
    name="train",
    version=1,
    tables=("data", "model", "train"),
    requires=("data", "train", "model"),
    run=run,
    produces=produces,
    kinds=kinds,
    complaints=complaints,
)

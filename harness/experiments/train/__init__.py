"""Training: the same loop for every backend, from equal weights over equal batches.

The initial weights, the order of the batches and the dropout masks come from the cell's own
streams, drawn in NumPy. Metrics, series and arrays are listed in ``docs/suites.md``;
`initial_loss` is the loss of the first step's batch before any update, which is that of all
training examples when ``batch_size = "full"``. `grew` is 1 when the last logged loss is not below
or at it, `nan_weights` 1 when some parameter is nan at the end, else 0.
"""

from __future__ import annotations

from harness.errors import Skip
from harness.experiments import tasks
from harness.experiments.experiment import Context, Experiment
from harness.experiments.train.loop import fit
from harness.experiments.train.measures.measure import Trained
from harness.experiments.train.names import complaints, kinds, produces
from harness.experiments.train.outcome import Watcher, check_loss, stored
from harness.experiments.train.together import shared, side_by_side
from harness.types import Outcome


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
    check_loss(task.train.loss, split)
    before = task.network.weights()
    watcher = Watcher(context, task, split) if task.train.evaluate_every else None
    history = fit(context, task, split, watcher)
    during = watcher.series() if watcher is not None else {}
    after = task.network.weights()
    return stored(Trained(context, task, split, before, after, history), during)


EXPERIMENT = Experiment(
    name="train",
    version=1,
    tables=("data", "model", "train"),
    requires=("data", "train", "model"),
    run=run,
    produces=produces,
    kinds=kinds,
    complaints=complaints,
    together=shared,
    run_together=side_by_side,
)

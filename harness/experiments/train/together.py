"""Cells that differ in their seed or their learning rate, trained side by side.

Every member begins with its own initial weights and sees its own batches, drawn from its own
streams as when it is trained alone, so its losses are the same up to the rounding of one step and
what the training makes of it. What is asked of the trained network is then asked of each alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from harness.backends.stacks import stackable
from harness.config.data import Data
from harness.config.model import Model, ShapeError, lay, layers_of
from harness.config.settings import Settings
from harness.config.train import Train
from harness.errors import Skip
from harness.experiments import tasks
from harness.experiments.experiment import Context, Shared
from harness.experiments.tasks import Start, Task
from harness.experiments.train.history import History
from harness.experiments.train.loop import closes, feed_of, loss_after
from harness.experiments.train.measures import Trained
from harness.experiments.train.members import Member, fit
from harness.experiments.train.names import facts_of
from harness.experiments.train.outcome import check_loss, outcome
from harness.types import Array, Outcome

Weights = Mapping[str, Array]


def together(settings: Settings) -> Shared | None:
    """Return what cells share that can be trained side by side: all but the learning rate.

    What is asked of the trained network may differ as well.
    """
    train, model = settings.train, settings.model
    if train is None or model is None or not stackable(layers_of(model, 1), train):
        return None
    rule = train.optimizer.model_copy(update={"lr": None})
    asked = {
        "log_every": 0,
        "evaluate": (),
        "measure": (),
        "keep": (),
    }  # of each when it is trained
    shared = train.model_copy(update={"lr": None, "optimizer": rule, **asked})
    try:
        size = _size(settings.data, model, train)
    except ShapeError:  # which the cell tells, when it runs by itself
        return None
    return Shared(settings.model_copy(update={"train": shared}), size)


def _size(data: Data | None, model: Model, train: Train) -> int:
    """Return the bytes of a batch, and of what layers make of it on the way up and down."""
    facts = facts_of(data)
    every = facts.n_train if data is None or data.n_train is None else data.n_train
    examples = every if train.batch_size == "full" else train.batch_size
    placed = lay(layers_of(model, facts.outputs), facts.shape)
    floats = math.prod(facts.shape) + 2 * sum(math.prod(step.shape_out) for step in placed)
    return examples * floats * np.dtype(train.dtype).itemsize


def side_by_side(contexts: Sequence[Context]) -> list[Callable[[], Outcome]]:
    """Train the networks of all cells; return for each what evaluates it.

    Raises
    ------
    UsageError, ShapeError, Skip
        As for a training alone; and where the cells' data are of different sizes.
    """
    first = contexts[0]
    reason = first.backend.absent(first.device)
    if reason is not None:
        raise Skip(reason)
    starts = _starts(contexts)
    for start in starts:
        check_loss(start.train.loss, start.split)
    stack, members = fit(contexts, starts)
    network = starts[0].network(first)  # one for all, since each is asked before the next
    return [
        partial(
            _evaluated, context, start.task(network), start.weights, member, stack.weights(number)
        )
        for number, (context, start, member) in enumerate(
            zip(contexts, starts, members, strict=True)
        )
    ]


def _starts(contexts: Sequence[Context]) -> list[Start]:
    """Return what every training begins with; parts of the same data are taken once."""
    starts: list[Start] = []
    for context in contexts:
        same = starts and context.dataset is starts[0].dataset
        split = starts[0].split if same else None
        starts.append(tasks.start(context, "experiment 'train'", split))
    return starts


def _evaluated(
    context: Context, task: Task, drawn: Weights, member: Member, after: Weights
) -> Outcome:
    """Ask of a trained member what its cell asks."""
    train, split = task.train, task.split
    before = {name: value.astype(train.dtype) for name, value in drawn.items()}
    task.network.load(after)
    closing = closes(train) and not member.stopped
    last = loss_after(task, feed_of(context, task, split)) if closing else None
    history = History(member.values, member.per_epoch, train.log_every, last, member.order)
    return outcome(Trained(context, task, split, before, after, history), {})

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

from harness.backends.protocol import Network, Stack
from harness.backends.stacks import stackable
from harness.config.data import Data
from harness.config.experiments import Settings
from harness.config.layers import Flatten
from harness.config.model import Model, ShapeError, lay, layers_of
from harness.config.train import Train
from harness.errors import Skip
from harness.experiments import batches, tasks
from harness.experiments.experiment import Context, Shared
from harness.experiments.tasks import Start, Task
from harness.experiments.train.evaluation import Shown
from harness.experiments.train.history import History
from harness.experiments.train.loop import closes
from harness.experiments.train.measures.measure import Trained
from harness.experiments.train.members import Member, by_feed, fit, same_examples
from harness.experiments.train.names import facts_of
from harness.experiments.train.outcome import check_loss, stored
from harness.types import Array, Outcome

Weights = Mapping[str, Array]


def shared(settings: Settings) -> Shared | None:
    """Return what cells share that can be trained side by side.

    All but the learning rate, how large a penalty is that there is, and what is asked of the
    trained network.
    """
    train, model = settings.train, settings.model
    if train is None or model is None or not stackable(layers_of(model, 1), train):
        return None
    rule = train.optimizer.model_copy(update={"lr": None})
    differing = {
        "lr": None,
        "optimizer": rule,
        "l2": float(train.l2 > 0),
        "l1": float(train.l1 > 0),
        "log_every": 0,
        "evaluate": (),
        "measure": (),
        "keep": (),
    }
    common = settings.model_copy(update={"train": train.model_copy(update=differing)})
    try:
        return _sized(common, settings.data, model, train)
    except ShapeError:  # which the cell tells, when it runs by itself
        return None


def _sized(common: Settings, data: Data | None, model: Model, train: Train) -> Shared:
    """Return what cells share, with the bytes of a batch and of what layers make of it."""
    facts = facts_of(data)
    every = facts.n_train if data is None or data.n_train is None else data.n_train
    examples = every if train.batch_size == "full" else train.batch_size
    placed = lay(layers_of(model, facts.outputs), facts.shape)
    shapes = [step.shape_out for step in placed if not isinstance(step.layer, Flatten)]
    one = examples * np.dtype(train.dtype).itemsize
    batch, made = one * math.prod(facts.shape), 2 * one * sum(map(math.prod, shapes))
    if data is None or data.dataset == "synthetic":  # every cell has data of its own
        return Shared(common, batch + made)
    return Shared(common, made, batch, "seed" if batches.drawn(train, every) else "all")


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
    order = by_feed(contexts, starts)
    stack, members = fit([contexts[at] for at in order], [starts[at] for at in order])
    last = _last(stack, starts, members)
    networks, shown = _networks(first, starts), Shown() if same_examples(starts) else None
    found = {
        at: partial(
            _evaluated, contexts[at], starts[at].task(networks[at]), starts[at].weights,
            _history(starts[at].train, members[place], last[place]), stack.weights(place), shown,
        )
        for place, at in enumerate(order)
    }  # fmt: skip
    return [found[at] for at in range(len(contexts))]


def _networks(context: Context, starts: Sequence[Start]) -> list[Network]:
    """Return a network for each cell: one for all of equal penalties, asked one after the other."""
    made: dict[tuple[float, float], Network] = {}
    for start in starts:
        if (start.train.l2, start.train.l1) not in made:
            made[start.train.l2, start.train.l1] = start.network(context)
    return [made[start.train.l2, start.train.l1] for start in starts]


def _last(stack: Stack, starts: Sequence[Start], members: Sequence[Member]) -> Sequence[float]:
    """Return each member's loss after its last update, nan where nobody asks for it."""
    if any(closes(start.train) for start in starts) and not all(m.stopped for m in members):
        return list(map(float, stack.whole_losses()))
    return [math.nan] * len(starts)


def _history(train: Train, member: Member, last: float) -> History:
    after = last if closes(train) and not member.stopped else None
    return History(member.values, member.per_epoch, train.log_every, after, member.order)


def _starts(contexts: Sequence[Context]) -> list[Start]:
    """Return what every training begins with; parts of the same data are taken once."""
    starts: list[Start] = []
    for context in contexts:
        same = starts and context.dataset is starts[0].dataset
        split = starts[0].split if same else None
        starts.append(tasks.start(context, "experiment 'train'", split))
    return starts


def _evaluated(
    context: Context,
    task: Task,
    drawn: Weights,
    history: History,
    after: Weights,
    shown: Shown | None,
) -> Outcome:
    """Ask of a trained member what its cell asks."""
    before = {name: value.astype(task.train.dtype) for name, value in drawn.items()}
    task.network.load(after)
    return stored(Trained(context, task, task.split, before, after, history), {}, shown)

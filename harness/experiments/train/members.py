"""The training loop of networks side by side: blocks of steps, and what becomes of each member.

Members that see the same batches share a feed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from harness.backends.protocol import Pool, Stack, Stacks, learning_rate
from harness.config.train import Train
from harness.datasets.scaling import Scaler
from harness.devices import DEVICES
from harness.errors import UsageError
from harness.experiments import batches
from harness.experiments.batches import Index
from harness.experiments.experiment import Context
from harness.experiments.tasks import Start
from harness.experiments.train.loop import SYNC_EVERY, Rate, schedule, steps_of, targets
from harness.types import Array

BLOCK = SYNC_EVERY
"""Most steps between looks at the losses: as many as a training alone takes on an accelerator."""


def same_examples(starts: Sequence[Start]) -> bool:
    """Whether all trainings are of the same examples."""
    return all(start.split is starts[0].split for start in starts)


def _feeds(contexts: Sequence[Context], starts: Sequence[Start]) -> list[Hashable]:
    """Return for every member what it has in common with those that see the same batches."""
    drawn = batches.drawn(starts[0].train, len(starts[0].split.x_train))
    return [
        (id(start.split), context.streams if drawn else None)
        for context, start in zip(contexts, starts, strict=True)
    ]


def by_feed(contexts: Sequence[Context], starts: Sequence[Start]) -> list[int]:
    """Return the members (places in `contexts`) feed by feed, in order of their first."""
    feeds = _feeds(contexts, starts)
    return sorted(range(len(feeds)), key=lambda place: feeds.index(feeds[place]))


def _feed_count(contexts: Sequence[Context], starts: Sequence[Start]) -> int:
    """Return how many feeds the members share, see `harness.backends.protocol.Stack`.

    As many as there are members where these do not stand feed by feed in equal numbers, or have
    examples of their own.
    """
    keys = _feeds(contexts, starts)
    sizes = [len(list(group)) for _, group in groupby(keys)]
    even = len(set(sizes)) == 1 and len(sizes) == len(set(keys))
    return len(sizes) if even and same_examples(starts) else len(keys)


class Member:
    """One training among those that go on together.

    Attributes
    ----------
    per_epoch : int
        Steps of one pass over its examples.
    stopped : bool
        Whether it has diverged and ``[train]`` ends it there.
    """

    def __init__(self, train: Train, per_epoch: int, *, at_once: bool) -> None:
        self.per_epoch, self.stopped = per_epoch, False
        self._stops, self._at_once = train.after_divergence == "stop", at_once
        self._losses: list[Array] = []
        self._order = hashlib.sha256()

    def add(self, losses: Array, rows: Array | None) -> None:
        """Add the steps of a block: their losses (steps,) and rows (steps, batch)."""
        if self.stopped:
            return
        taken = len(losses)
        bad = np.flatnonzero(~np.isfinite(losses))
        if self._stops and len(bad):
            self.stopped, losses = True, losses[: bad[0] + 1]
            # Where the device is waited for, the steps of the block were taken before it was seen.
            taken = len(losses) if self._at_once else taken
        self._losses.append(losses)
        self._order.update(b"all" * taken if rows is None else rows[:taken].tobytes())

    @property
    def values(self) -> NDArray[np.float64]:
        """The losses of its steps, up to and with the one that ended it."""
        return np.concatenate(self._losses)

    @property
    def order(self) -> str:
        """SHA-256 over the rows of its batches."""
        return self._order.hexdigest()


def fit(contexts: Sequence[Context], starts: Sequence[Start]) -> tuple[Stack, list[Member]]:
    """Train the networks of all cells, in the order of their feeds, to their ends.

    Raises
    ------
    UsageError
        If the backend stacks nothing, or the cells' data are of different sizes.
    """
    first, train = contexts[0], starts[0].train
    shapes = {start.split.x_train.shape for start in starts}
    if not isinstance(first.backend, Stacks) or len(shapes) > 1:
        raise UsageError(
            "cells that are trained together must have a backend that stacks networks, and "
            f"examples of one shape, got {first.backend.name} and {sorted(shapes)}"
        )
    n, at_once = len(starts[0].split.x_train), DEVICES.get(first.device).host
    per_epoch = batches.steps_per_epoch(train, n)
    trains, weights = [start.train for start in starts], [start.weights for start in starts]
    members = [Member(own, per_epoch, at_once=at_once) for own in trains]
    stack = first.backend.stack(starts[0].placed, weights, trains, first.device, _pool(starts))
    _run(stack, members, _Blocks(contexts, starts, steps_of(train, per_epoch), per_epoch))
    return stack, members


def _run(stack: Stack, members: Sequence[Member], blocks: _Blocks) -> None:
    waiting: Array | None = None
    first = True
    for rows, seen, rates in blocks:  # drawn while the device takes the steps before
        if not first:
            _seen(stack, members, waiting)
            if all(member.stopped for member in members):
                return
        stack.train(seen, rates)
        waiting, first = rows, False
    _seen(stack, members, waiting)


def _seen(stack: Stack, members: Sequence[Member], rows: Array | None) -> None:
    losses = stack.losses()
    for number, member in enumerate(members):
        feed = 0 if rows is None else number * rows.shape[1] // len(members)
        member.add(losses[:, number], None if rows is None else rows[:, feed])


class _Blocks:
    """Blocks of steps of one size: rows of each feed, rows of the pool, learning rates."""

    def __init__(
        self, contexts: Sequence[Context], starts: Sequence[Start], total: int, per_epoch: int
    ) -> None:
        self._total = total
        count, same = _feed_count(contexts, starts), same_examples(starts)
        each = slice(None, None, len(starts) // count)
        self._draws = [
            batches.draw(
                start.train, len(start.split.x_train),
                context.streams.generator("shuffle"), start.split.y_train,
            )
            for context, start in zip(contexts[each], starts[each], strict=True)
        ]  # fmt: skip
        self._rates = _rates([start.train for start in starts], total, per_epoch)
        n = len(starts[0].split.x_train)
        self._whole = batches.whole(starts[0].train, n)
        self._offsets = None if same else np.arange(count)[:, None] * n

    def __iter__(self) -> Iterator[tuple[Array | None, Array | None, Array]]:
        for begin in range(0, self._total, BLOCK):
            steps = min(BLOCK, self._total - begin)
            for rows, count in self._drawn(steps):
                shown = rows if rows is None or self._offsets is None else rows + self._offsets
                yield rows, shown, self._at(begin, count)
                begin += count

    def _drawn(self, steps: int) -> Iterator[tuple[Array | None, int]]:
        """Yield the rows (steps, feeds, batch) of the next steps, those of one size together."""
        if self._whole:
            yield None, steps
            return
        taken = [[_rows(next(draw)) for draw in self._draws] for _ in range(steps)]
        for _, group in groupby(taken, key=lambda step: len(step[0])):
            some = list(group)
            yield np.array(some), len(some)

    def _at(self, begin: int, count: int) -> Array:
        """Return the learning rates of some steps, (steps, members)."""
        if isinstance(self._rates, np.ndarray):
            return np.tile(self._rates, (count, 1))
        steps = range(begin, begin + count)
        return np.array([[rate(step) for rate in self._rates] for step in steps])


def _rows(index: Index) -> Array:
    assert index is not None, "a step that sees everything has no rows"
    return index


def _rates(trains: Sequence[Train], total: int, per_epoch: int) -> Array | list[Rate]:
    """Return the learning rates of all members, as functions of the step where they change."""
    changing = [schedule(train, total, per_epoch) for train in trains]
    found = [rate for rate in changing if rate is not None]
    return found or np.array([learning_rate(train) for train in trains])


def _pool(starts: Sequence[Start]) -> Pool:
    """Return the examples of all cells: one for all where they are the same."""
    train = starts[0].train
    if same_examples(starts):
        start = starts[0]
        scaler = Scaler.of(start.data, start.split)
        y = targets(start.split.y_train, train.dtype)
        return Pool(start.split.x_train, y, partial(scaler.apply, dtype=np.dtype(train.dtype)))
    x = [Scaler.of(s.data, s.split).apply(s.split.x_train, train.dtype) for s in starts]
    y = np.concatenate([targets(start.split.y_train, train.dtype) for start in starts])
    return Pool(np.concatenate(x), y, shared=False)

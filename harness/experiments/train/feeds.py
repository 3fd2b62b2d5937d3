"""Which of the members that are trained together see the same batches: they share a feed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import groupby

from harness.experiments import batches
from harness.experiments.experiment import Context
from harness.experiments.tasks import Start


def shared(starts: Sequence[Start]) -> bool:
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


def count(contexts: Sequence[Context], starts: Sequence[Start]) -> int:
    """Return how many feeds the members share, see `harness.backends.protocol.Stack`.

    As many as there are members where these do not stand feed by feed in equal numbers, or have
    examples of their own.
    """
    keys = _feeds(contexts, starts)
    sizes = [len(list(group)) for _, group in groupby(keys)]
    even = len(set(sizes)) == 1 and len(sizes) == len(set(keys))
    return len(sizes) if even and shared(starts) else len(keys)

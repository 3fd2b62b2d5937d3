"""Which processors a round runs on: the same for both sides, others for the next round.

A shared machine's processors are not equally fast: each has its own neighbours. Two sides that
take turns on one of them meet the same ones, and keep its caches in the same state.
"""

from __future__ import annotations

import os
from collections.abc import Sequence


def available() -> tuple[int, ...]:
    """Return the processors this process may use; none where the system does not say."""
    if not hasattr(os, "sched_getaffinity"):
        return ()
    return tuple(sorted(os.sched_getaffinity(0)))


def of_round(index: int, threads: int, processors: Sequence[int]) -> frozenset[int]:
    """Return the processors of a round, one a thread, in turn.

    Parameters
    ----------
    index : int
        Number of the round.
    threads : int
        How many threads the libraries of a side may use, at least 1.
    processors : sequence of int
        Those there are.

    Returns
    -------
    frozenset of int
        Empty when there are no more processors than threads: then any will do.
    """
    count = len(processors)
    if threads >= count:
        return frozenset()
    return frozenset(processors[(index * threads + k) % count] for k in range(threads))


def refused() -> str:
    """Return why no processor can be chosen here, ``""`` where one can.

    The choice is tried on this thread, and undone.
    """
    if not hasattr(os, "sched_setaffinity"):
        return "the system has no such call"
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        kept = os.sched_getaffinity(0) == {min(before)}
        os.sched_setaffinity(0, before)
    except OSError as error:  # a sandbox forbids it
        return (error.strerror or str(error)).lower()
    return "" if kept else "the system takes no notice"


def keep(process: int, processors: frozenset[int]) -> None:
    """Keep a process that has just begun, and all it will start, on some processors."""
    if not processors:
        return
    try:
        os.sched_setaffinity(process, processors)
    except OSError:
        # It has ended, or a sandbox forbids it (`refused`): no condition of a verdict.
        return

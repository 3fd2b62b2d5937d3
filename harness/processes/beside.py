"""Many things done side by side, in children that are forked from here.

They have what this process has, and what they are to do is not sent to them; only their results
travel. Where nothing forks, and where there is one thing or one processor, all is done here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def beside(
    call: Callable[[Item], Result], items: Sequence[Item], processes: int | None = None
) -> list[Result]:
    """Call a function with each item, and return what it returns, in order.

    Parameters
    ----------
    call : callable
        Its results, and what it raises, can be pickled.
    items : sequence of object
        One call each.
    processes : int, optional
        At most; as many as processors unless given.
    """
    most = min(processors() if processes is None else processes, len(items))
    # Elsewhere children begin with an empty memory: handing them everything takes longer.
    if most < 2 or sys.platform != "linux":
        return [call(item) for item in items]
    import multiprocessing  # here: most commands need no child
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context("fork")
    with _Work(call, items), ProcessPoolExecutor(most, mp_context=context) as pool:
        return list(pool.map(_one, range(len(items))))


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class _Work:
    """What the children do: they have it from the process that they are forked from."""

    here: ClassVar[list[_Work]] = []

    def __init__(self, call: Callable[[Any], Any], items: Sequence[Any]) -> None:
        self.call, self.items = call, items

    def __enter__(self) -> None:
        _Work.here.append(self)

    def __exit__(self, *_: object) -> None:
        _Work.here.pop()


def _one(index: int) -> Any:
    work = _Work.here[-1]
    return work.call(work.items[index])

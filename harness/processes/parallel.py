"""Many things done side by side, in children that are forked from here.

They have what this process has, and what they are to do is not sent to them; only their results
travel. Where nothing forks, and where there is one thing or one processor, all is done here.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def parallel_map(
    call: Callable[[Item], Result], items: Sequence[Item], processes: int | None = None
) -> list[Result]:
    """Call a function with each item, and return what it returns, in order.

    Parameters
    ----------
    call : callable
        Its results, and what it raises, can be pickled. It must not compute with torch, whose
        threads a forked child does not have.
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
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    context, done = multiprocessing.get_context("fork"), list[Result]()
    # A child that is killed, as where memory is short, leaves its part to this process.
    with (
        contextlib.suppress(BrokenProcessPool),
        ProcessPoolExecutor(most, context, _begin, (call, items)) as pool,
    ):
        for result in pool.map(_one, range(len(items))):
            done.append(result)
    return done + [call(item) for item in items[len(done) :]]


@contextlib.contextmanager
def beside(call: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Let a function be called in a child while the block goes on; gives what returns its result.

    Parameters
    ----------
    call : callable
        As of `parallel_map`. Where the child has no result, whatever the reason, it is called here.
    """
    if sys.platform != "linux" or processors() < 2:
        yield call
        return
    import multiprocessing  # as above

    context = multiprocessing.get_context("fork")
    heard, said = context.Pipe(duplex=False)
    child = context.Process(target=_tell, args=(call, said), daemon=True)

    def result() -> Result:
        try:
            found: Result = heard.recv()
        except EOFError:
            return call()
        return found

    child.start()
    said.close()
    try:
        with heard:
            yield result
    finally:
        child.kill()
        child.join()


def _tell(call: Callable[[], object], said: Any) -> None:
    with contextlib.suppress(BaseException):  # it is called again where it is waited for
        said.send(call())


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Look for no garbage inside the block, whose objects are needed to its end.

    What nothing refers to goes as ever; looking for what refers to itself takes a tenth of the
    time, and finds nothing.
    """
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


_WORK: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []
"""In a child, what it does; it has that from the process that it is forked from."""


def _begin(call: Callable[[Any], Any], items: Sequence[Any]) -> None:
    gc.disable()  # a part is looked through once, when it is done: looking takes a seventh longer
    _WORK[:] = [(call, items)]


def _one(index: int) -> Any:
    [(call, items)] = _WORK
    try:
        return call(items[index])
    finally:
        gc.collect(0)  # what is young; the rest was kept on purpose

"""Many pictures at once: known ones from the cache, the others drawn side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from harness.figures import kept
from harness.figures.drawing import Picture, Request
from harness.figures.registry import painted

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

KEPT = 20_000
"""Records of a picture from which its key in the cache takes longer than to draw it."""
FEWEST = 8
"""Pictures to draw from which more than one process is worth its start."""


def draw_all(requests: Sequence[Request]) -> list[Picture]:
    """Draw many pictures.

    Parameters
    ----------
    requests : sequence of Request
        What to draw, as `harness.figures.request` makes it.

    Returns
    -------
    list of Picture
        In the order of `requests`, as `harness.figures.draw` returns them.
    """
    found = [kept.get(request) if len(request.records) < KEPT else None for request in requests]
    missing = [request for request, one in zip(requests, found, strict=True) if one is None]
    drawn = iter(_drawn(missing))
    return [next(drawn) if one is None else one for one in found]


def _drawn(requests: Sequence[Request]) -> Iterable[Picture]:
    processes = min(_processors(), len(requests) // (FEWEST // 2))
    # Elsewhere children begin with an empty memory: handing them every record takes longer.
    if processes < 2 or sys.platform != "linux":
        return [_draw(request) for request in requests]
    import harness.figures.canvas  # noqa: F401 the children have the libraries then

    with _Requests(requests), _pool(processes) as pool:
        return list(pool.map(_draw_one, range(len(requests))))


def _pool(processes: int) -> ProcessPoolExecutor:
    import multiprocessing  # here: most commands draw nothing
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("fork"))


class _Requests:
    """What the children draw: they have it from the process that they are forked from."""

    here: Sequence[Request] = ()

    def __init__(self, requests: Sequence[Request]) -> None:
        self._requests = requests

    def __enter__(self) -> None:
        _Requests.here = self._requests

    def __exit__(self, *_: object) -> None:
        _Requests.here = ()


def _draw_one(index: int) -> Picture:
    return _draw(_Requests.here[index])


def _draw(request: Request) -> Picture:
    watched, seen = kept.seeing(request)
    picture = painted(watched)
    if picture.svg and len(request.records) < KEPT:
        kept.put(request, kept.Drawn(picture, seen.arrays))
    return picture


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1

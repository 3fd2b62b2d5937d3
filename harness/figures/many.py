"""Many pictures at once: known ones from the cache, the others drawn side by side."""

from __future__ import annotations

from collections.abc import Sequence

from harness.figures import cache
from harness.figures.drawing import Picture, Request
from harness.figures.registry import painted
from harness.processes.parallel import parallel_map, processors

KEPT = 20_000
"""Records of a picture from which its key in the cache takes about as long as drawing it."""
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
    found = [cache.get(request) if len(request.records) < KEPT else None for request in requests]
    missing = [request for request, one in zip(requests, found, strict=True) if one is None]
    drawn = iter(_drawn(missing))
    return [next(drawn) if one is None else one for one in found]


def _drawn(requests: Sequence[Request]) -> list[Picture]:
    processes = min(processors(), len(requests) // (FEWEST // 2))
    if processes > 1:
        import harness.figures.canvas  # noqa: F401 the children have the libraries then
    return parallel_map(_draw, requests, processes)


def _draw(request: Request) -> Picture:
    watched, seen = cache.seeing(request)
    picture = painted(watched)
    if picture.svg and len(request.records) < KEPT:
        cache.put(request, cache.Drawn(picture, seen.arrays))
    return picture

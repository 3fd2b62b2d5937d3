"""Many pictures at once: known ones from the cache, the others drawn side by side.

A picture is kept by the digest of what it shows: the figure's table, the records and the kinds of
their numbers, the colours, and everything that draws: the harness and its libraries. Which arrays
it shows is known once it is drawn; they are kept with it by their own digests, and read again
before it is taken.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from pydantic import TypeAdapter

from harness import digest
from harness.cache import Cache, source
from harness.errors import StoreError
from harness.figures.claimed import shows
from harness.figures.drawing import Picture, Request
from harness.figures.registry import painted
from harness.processes.parallel import parallel_map, processors
from harness.types import Archive, Array, Record

KEPT = 20_000
"""Records of a picture from which its key in the cache takes about as long as drawing it."""
FEWEST = 8
"""Pictures to draw from which more than one process is worth its start."""
CACHE = Cache("pictures", 256 * 1024**2)
_LIBRARIES = ("matplotlib", "seaborn", "pandas", "numpy", "scipy")


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
    keys = [key_of(request) if len(request.records) < KEPT else "" for request in requests]
    found = [get(*pair) if pair[1] else None for pair in zip(requests, keys, strict=True)]
    pairs = zip(requests, keys, strict=True)
    missing = [pair for pair, one in zip(pairs, found, strict=True) if one is None]
    drawn = iter(_drawn(missing))
    return [next(drawn) if one is None else one for one in found]


def _drawn(asked: Sequence[tuple[Request, str]]) -> list[Picture]:
    processes = min(processors(), len(asked) // (FEWEST // 2))
    if processes > 1:
        import harness.figures.canvas  # noqa: F401 the children have the libraries then
    return parallel_map(_draw, asked, processes)


def _draw(asked: tuple[Request, str]) -> Picture:
    request, key = asked
    watched, seen = seeing(request)
    picture = painted(watched)
    if picture.svg and key:
        arrays = tuple((*place, said) for place, said in seen.arrays.items())
        CACHE.put(key, _form().dump_json(Drawn(picture, arrays)))
    return picture


class WatchedArchive:
    """An archive that remembers which arrays were taken from it."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.arrays: dict[tuple[str, str, str], str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)

    def array(self, record: Record, name: str) -> Array:
        """Return a stored array of a record."""
        found = self._archive.array(record, name)
        self.arrays[record.cell, record.started, name] = digest.of_arrays(found)
        return found


@dataclass(frozen=True)
class Drawn:
    """A picture, and the arrays in it: cell, time, name and digest of each."""

    picture: Picture
    arrays: tuple[tuple[str, str, str, str], ...]


@cache
def _form() -> TypeAdapter[Drawn]:
    return TypeAdapter(Drawn)


def get(request: Request, key: str) -> Picture | None:
    """Return the picture of a request by its key, None where it was not drawn of the same."""
    data = CACHE.get(key)
    if data is None:
        return None
    drawn = _form().validate_json(data)
    return drawn.picture if _shows_the_same(drawn, request) else None


def seeing(request: Request) -> tuple[Request, WatchedArchive]:
    """Return a request whose archive remembers what is taken from it, and that archive."""
    seen = WatchedArchive(request.archive)
    return replace(request, archive=cast(Archive, seen)), seen


def key_of(request: Request) -> str:
    """Return the digest of all that a picture shows, but for the arrays."""
    environments = request.archive.environments
    cases = dict.fromkeys(record.case for record in request.records)
    used = dict.fromkeys(record.environment for record in request.records)
    text = repr(
        (
            _made_by(),
            request.figure,
            request.theme,
            sorted(request.words.items()),
            request.unit,
            [claim for claim in request.suite.claims if shows(request.figure, claim)],
            request.records,
            {case: sorted(request.kinds.get(case, {}).items()) for case in cases},
            {name: environments[name].hardware for name in used if name in environments},
        )
    )
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


@cache
def _made_by() -> str:
    """Return the digest of what draws: our source, Python and the libraries."""
    from importlib import metadata  # here: most commands draw nothing

    versions = [f"{name} {metadata.version(name)}" for name in _LIBRARIES]
    return " ".join([source(), sys.version, *versions])


def _shows_the_same(drawn: Drawn, request: Request) -> bool:
    by_cell = {(record.cell, record.started): record for record in request.records}
    try:
        return all(
            digest.of_arrays(request.array(by_cell[cell, started], name)) == said
            for cell, started, name, said in drawn.arrays
        )
    except (KeyError, StoreError):  # lost since: drawn anew, it says so
        return False

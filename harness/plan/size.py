"""How many cells a suite asks for, counted before any is made.

A grid is a product: three lists of a thousand values are a thousand million cells, which no memory
holds and no machine finishes. What is larger than the limit is refused before it is expanded. A
case, whose settings are validated, takes twenty times the memory of a cell: fewer are let through.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError
from harness.words import plural

MOST_CELLS, MOST_CASES = 1_000_000, 100_000
"""What one suite may ask for at one profile, unless `VARIABLE` says otherwise."""
VARIABLE = "HARNESS_MAX_CELLS"


@dataclass(frozen=True)
class GridSize:
    """What one grid asks for: where it stands, its axes, its repetitions and whose those are."""

    position: int
    axes: Mapping[str, list[Any]]
    seeds: int
    own_seeds: bool

    @property
    def cases(self) -> int:
        """How many cases it makes at most; those that cannot exist are counted too."""
        return math.prod(map(len, self.axes.values()))

    @property
    def cells(self) -> int:
        """How many cells it makes at most."""
        return self.cases * self.seeds


def most_cells() -> int:
    """Return the limit.

    Raises
    ------
    UsageError
        If the environment variable holds no positive integer.
    """
    text = os.environ.get(VARIABLE, "").replace("_", "").replace(",", "").strip()
    if not text:
        return MOST_CELLS
    if not (text.isdecimal() and len(text) < 20 and int(text) > 0):
        raise UsageError(f"{VARIABLE} must be a positive integer, got {os.environ[VARIABLE]!r}")
    return int(text)


def most_cases() -> int:
    """Return the limit of cases: what was asked for, where it was."""
    most = most_cells()
    return MOST_CASES if most == MOST_CELLS else most


def complaints(asked: list[GridSize]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the grids that are too large; all of them together when none is alone."""
    found = list(_complaints(asked, "cells", most_cells()))
    yield from found or _complaints(asked, "cases", most_cases())


def _complaints(
    asked: list[GridSize], what: str, limit: int
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    counts = [(grid, grid.cells if what == "cells" else grid.cases) for grid in asked]
    large = [(grid, count) for grid, count in counts if count > limit]
    for grid, count in large:
        place = _place(grid, limit) if what == "cells" else ("grid", grid.position)
        yield place, _too_many(count, what, limit, f" ({_product(grid, what)})")
    total = sum(count for _, count in counts)
    if total > limit and not large:
        yield ("grid",), _too_many(total, what, limit, f" in {plural(len(asked), 'grid')}")


def refuse(cells: int, what: str, cases: int = 0) -> None:
    """Refuse more cells, or cases, than the limit.

    Raises
    ------
    UsageError
        If there are more.
    """
    for name, count, limit in (("cells", cells, most_cells()), ("cases", cases, most_cases())):
        if count > limit:
            raise UsageError(f"{what} {_too_many(count, name, limit)}")


def _place(grid: GridSize, limit: int) -> tuple[str | int, ...]:
    if grid.seeds <= limit:
        return ("grid", grid.position)
    return ("grid", grid.position, "seeds") if grid.own_seeds else ("seeds", "count")


def _product(grid: GridSize, what: str) -> str:
    factors = [f"{len(values):,} {axis}" for axis, values in grid.axes.items() if len(values) > 1]
    seeds = [f"{grid.seeds:,} seed" + "s" * (grid.seeds > 1)] if what == "cells" else []
    return " x ".join([*factors, *seeds])


def _too_many(count: int, what: str, limit: int, how: str = "") -> str:
    return (
        f"must make at most {limit:,} {what}, got {count:,}{how}; "
        f"make it smaller, split the suite, or raise the limit with {VARIABLE}"
    )

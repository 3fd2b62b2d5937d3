"""How many cells a suite asks for, counted before any is made.

A grid is a product: three lists of a thousand values are a thousand million cells, which no memory
holds and no machine finishes. What is larger than the limit is refused before it is expanded.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import UsageError
from harness.words import plural

MOST_CELLS = 100_000
"""Cells that one suite may ask for at one profile, unless `VARIABLE` says otherwise."""
VARIABLE = "HARNESS_MAX_CELLS"


@dataclass(frozen=True)
class GridSize:
    """What one grid asks for: where it stands, its axes, its repetitions and whose those are."""

    position: int
    axes: Mapping[str, list[Any]]
    seeds: int
    own_seeds: bool

    @property
    def cells(self) -> int:
        """How many cells it makes at most; those that cannot exist are counted too."""
        return math.prod(map(len, self.axes.values())) * self.seeds


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


def complaints(asked: list[GridSize]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the grids that are too large; all of them together when none is alone."""
    limit = most_cells()
    large = [grid for grid in asked if grid.cells > limit]
    for grid in large:
        yield _place(grid, limit), _too_many(grid.cells, limit, f" ({_product(grid)})")
    total = sum(grid.cells for grid in asked)
    if total > limit and not large:
        yield ("grid",), _too_many(total, limit, f" in {plural(len(asked), 'grid')}")


def refuse(cells: int, what: str) -> None:
    """Refuse more cells than the limit.

    Raises
    ------
    UsageError
        If there are more.
    """
    if cells > (limit := most_cells()):
        raise UsageError(f"{what} {_too_many(cells, limit)}")


def _place(grid: GridSize, limit: int) -> tuple[str | int, ...]:
    if grid.seeds <= limit:
        return ("grid", grid.position)
    return ("grid", grid.position, "seeds") if grid.own_seeds else ("seeds", "count")


def _product(grid: GridSize) -> str:
    factors = [f"{len(values):,} {axis}" for axis, values in grid.axes.items() if len(values) > 1]
    return " x ".join([*factors, f"{grid.seeds:,} seed" + "s" * (grid.seeds > 1)])


def _too_many(cells: int, limit: int, how: str = "") -> str:
    return (
        f"must make at most {limit:,} cells, got {cells:,}{how}; "
        f"make it smaller, split the suite, or raise the limit with {VARIABLE}"
    )

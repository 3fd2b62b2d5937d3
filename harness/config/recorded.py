"""The ``[records]`` table: a file of numbers that one already has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.config.table import Table

Path = Annotated[str, Field(min_length=1)]
RECORDED = "recorded"
"""The experiment of a suite that has a file in place of one."""


class Recorded(Table):
    """A file that is read in place of running anything; a row of it is one independent run.

    Columns of text tell cases apart, and so does any column that a claim or a figure selects by.
    The other columns of numbers are metrics.

    Attributes
    ----------
    file
        Its path from the folder of the suite, or several of one kind: CSV, parquet, JSON lines, a
        JSON list, or what pytest-benchmark wrote.
    axes
        Further columns that tell cases apart.
    ignore
        Columns of text that do not: when a run was made, who made it.
    pair
        The column whose equal values pair the rows of two cases; ``seed`` where there is one. In
        no column, rows are paired in the order of the file.
    rows
        ``examples``: a row is one test example, and claims over examples are about them.
    hardware
        Where the numbers were measured, in words, for claims that name their hardware.
    """

    file: Path | Annotated[tuple[Path, ...], Field(min_length=1)]
    axes: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    pair: str = ""
    rows: Literal["runs", "examples"] = "runs"
    hardware: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """The files, be it one or several."""
        return (self.file,) if isinstance(self.file, str) else self.file

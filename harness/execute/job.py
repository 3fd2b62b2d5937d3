"""What goes to a cell's process and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from harness.datasets.dataset import Roots
from harness.execute.protocol import Source
from harness.types import Cell, Outcome


@dataclass(frozen=True)
class Job:
    """A cell and what its process needs to run it.

    Attributes
    ----------
    name : str
        Cell id.
    cell : Cell
        What to run.
    roots : Roots
        Where data lies.
    use : mapping of str to str
        Data sets to stand in for others.
    threads : int
        Threads the process may use.
    since : int
        A time before its case was made, in nanoseconds: of older files nothing has changed.
    kind : str
        What cells have in common that may follow each other in one process; ``""`` for a cell that
        needs a process of its own.
    libraries : tuple of str
        Modules that take long to import and that it needs.
    members : tuple of (str, Cell)
        The cells that run together, with their ids; none where `cell` runs by itself. The budget
        of `cell` is that of all of them.
    fingerprint : str
        Of the data set that its id speaks of; ``""`` where it reads none from files.
    """

    name: str
    cell: Cell
    roots: Roots
    use: Mapping[str, str]
    threads: int
    since: int = 0
    kind: str = ""
    libraries: tuple[str, ...] = ()
    members: tuple[tuple[str, Cell], ...] = ()
    fingerprint: str = ""

    @property
    def source(self) -> Source | None:
        """The data set that it reads, if any."""
        data = self.cell.case.settings.data
        return None if data is None else (data, self.roots, self.use)


@dataclass(frozen=True)
class Answer:
    """What a cell's process says at its end.

    Attributes
    ----------
    status : {'ok', 'diverged', 'skipped', 'failed'}
        How it went.
    reason : str
        Why, unless all went well.
    trace : str
        The traceback of a failure.
    outcome : Outcome
        Plain data only, see `harness.execute.outcome`.
    wall_s, cpu_s : float
        Seconds of the experiment, and processor time of the process.
    peak_rss : int
        Bytes.
    mode : str
        ``"together"`` for a cell that ran in a group.
    parts : mapping of str to Answer
        Of a group, the answer of each cell by its id.
    """

    status: Literal["ok", "diverged", "skipped", "failed"]
    reason: str = ""
    trace: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_rss: int = 0
    mode: str = ""
    parts: Mapping[str, Answer] = field(default_factory=dict)

"""What goes between the runner, what starts its cells, and a cell: jobs and messages.

Orders go to the server pickled, behind their length: they come from the runner, which is trusted.
Events come back as lines of JSON. What a cell itself leaves is read by `harness.execute.wire`.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from harness import top

if TYPE_CHECKING:  # who starts the server has not imported these yet
    from harness.config.data import Data
    from harness.datasets.dataset import Roots
    from harness.types import Cell

_LENGTH = struct.Struct("!I")
LOG = "log"
"""Name of the log in a cell's folder."""
READY = b"ready\n"
"""What the server says when it has what it was told to have."""
MOST_WAITING = 8
"""Processes that wait for another cell, over all kinds."""
REST = ""
"""In place of a cell's name: the processes that wait for another cell are no longer wanted."""

How = Literal["exit", "timeout", "memory", "unstarted"]


@dataclass(frozen=True)
class ProcessContext:
    """What a cell's process takes over from the runner."""

    folder: str
    path: tuple[str, ...]
    environ: Mapping[str, str]

    @classmethod
    def current(cls) -> ProcessContext:
        """Return those of this process; the folder is the root of the project it works in."""
        try:
            folder = str(top.of(Path.cwd()))
        except OSError:  # it has been deleted
            folder = ""
        return cls(folder, tuple(sys.path), dict(os.environ))

    def apply(self) -> None:
        """Make them those of this process."""
        if self.folder:
            os.chdir(self.folder)
        sys.path[:] = self.path
        for name in set(os.environ) - set(self.environ):
            del os.environ[name]
        os.environ.update(self.environ)


@dataclass(frozen=True)
class Order:
    """A cell to start.

    Attributes
    ----------
    name : str
        What events call it.
    folder : str
        A folder of its own, for its answer and its log.
    budget : float
        Seconds until it is killed.
    memory : int
        Bytes from which it is killed; 0 for no bound.
    job : bytes
        The pickled `harness.execute.protocol.Job`.
    context : bytes
        The pickled `ProcessContext`, as the runner has it.
    kind : str
        Its process may run further cells of the same kind afterwards, and may have run such
        before; ``""`` for a process of its own.
    """

    name: str
    folder: str
    budget: float
    memory: int
    job: bytes
    context: bytes = field(repr=False)
    kind: str = ""


Source: TypeAlias = "tuple[Data, Roots, Mapping[str, str]]"
"""A data set as a suite names it, where data lie, and what stands in for what."""


@dataclass(frozen=True)
class Common:
    """What cells will need: modules to import and data to look at once, before any of them starts.

    A process that is forked then knows that the decoded data are whole.
    """

    libraries: tuple[str, ...]
    data: tuple[Source, ...] = ()


Message = Order | Common | str
"""What the runner says; text is the name of a cell to kill, or `REST`."""


@dataclass(frozen=True)
class Ended:
    """A cell has ended, and whatever it had started.

    Attributes
    ----------
    name : str
        As in its `Order`.
    how : {'exit', 'timeout', 'memory', 'unstarted'}
        By itself, killed for its budget or its memory, or not started at all.
    code : int
        Exit code; minus the number of the signal that killed it.
    wall_s : float
        Seconds it took.
    text : str
        Why it was not started.
    fresh : bool
        Whether its process had run no cell before.
    """

    name: str
    how: How
    code: int = 0
    wall_s: float = 0.0
    text: str = ""
    fresh: bool = True


def frame(message: Message) -> bytes:
    """Return the bytes of a message to the server."""
    data = pickle.dumps(message)
    return _LENGTH.pack(len(data)) + data


def frames(buffer: bytearray) -> Iterator[Any]:
    """Take the whole messages from the front of a buffer."""
    while len(buffer) >= _LENGTH.size:
        (length,) = _LENGTH.unpack_from(buffer)
        if len(buffer) < _LENGTH.size + length:
            return
        data = bytes(buffer[_LENGTH.size : _LENGTH.size + length])
        del buffer[: _LENGTH.size + length]
        yield pickle.loads(data)  # noqa: S301 - written by the runner


def line(event: Ended) -> bytes:
    """Return the line of an event."""
    return json.dumps(asdict(event)).encode("ascii") + b"\n"


def lines(buffer: bytearray) -> Iterator[Ended]:
    """Take the whole events from the front of a buffer.

    Raises
    ------
    ValueError, TypeError
        If there is something else.
    """
    while b"\n" in buffer:
        text, _, rest = bytes(buffer).partition(b"\n")
        buffer[:] = rest
        yield Ended(**json.loads(text))


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

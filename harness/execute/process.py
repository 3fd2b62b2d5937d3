"""A process of cells as the server sees it: what it runs, what it prints, how it ended."""

from __future__ import annotations

import contextlib
import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

from harness.execute.logs import BoundedLog
from harness.execute.protocol import LOG, Ended, How, Order, frame

try:
    import fcntl
except ImportError:  # Windows, which has no fork either
    fcntl = None  # type: ignore[assignment]

_CHUNK = 1 << 20
READS = 16
"""Chunks from one process before the others have their turn."""
_TAKE = 5.0  # seconds a process that waits may need to take an order


@dataclass
class Process:
    """One process of cells.

    Attributes
    ----------
    pid : int
        Its number.
    printed : int
        The pipe of what it prints.
    line : socket or None
        To hand it further orders; None where it runs one cell.
    kind : str
        Of its cells.
    order : Order or None
        What it runs; None while it waits.
    log : BoundedLog or None
        Of that cell.
    since : float
        When it began to run it, or to wait.
    served : int
        Cells that it has run before.
    how : str
        ``"timeout"`` or ``"memory"`` once it is killed for that.
    code : int or None
        Exit code, known once it has ended.
    ended : float
        When that was.
    heard : bytearray
        What came on its line.
    doomed : bool
        Whether it has been told to end.
    """

    pid: int
    printed: int
    line: socket.socket | None
    kind: str
    order: Order | None = None
    log: BoundedLog | None = None
    since: float = 0.0
    served: int = 0
    how: How = "exit"
    code: int | None = None
    ended: float = 0.0
    heard: bytearray = field(default_factory=bytearray)
    doomed: bool = False

    @property
    def runs(self) -> bool:
        """Whether it lives and has a cell to run."""
        return self.code is None and self.order is not None

    @property
    def waits(self) -> bool:
        """Whether it lives and waits for another cell."""
        return self.code is None and self.order is None and not self.doomed

    @property
    def deadline(self) -> float:
        """When its cell must have ended."""
        assert self.order is not None
        return self.since + self.order.budget

    def begin(self, order: Order, started: float) -> None:
        """Note what it runs from now on."""
        self.order, self.since = order, started
        self.log = BoundedLog(Path(order.folder) / LOG)

    def hand_over(self, order: Order) -> bool:
        """Give it another cell; False where nobody takes it."""
        assert self.line is not None
        started = time.monotonic()
        try:
            self.line.settimeout(_TAKE)
            self.line.sendall(frame(order))
            self.line.setblocking(False)
        except OSError:
            return False
        self.begin(order, started)
        return True

    def read(self) -> bytes | None:
        """Take what it has printed: a chunk, None when there is no more now, ``b""`` at its end."""
        try:
            data = os.read(self.printed, _CHUNK)
        except BlockingIOError:
            return None
        if data and self.log is not None:
            self.log.add(data)
        return data

    def cell_ended(self) -> Ended:
        """Return how its cell ended; it has none from now on."""
        assert self.order is not None
        for _ in range(READS):  # a pipe holds no more than that
            if not self.read():
                break
        if self.log is not None:
            self.log.close()
        now = time.monotonic() if self.code is None else self.ended
        seconds, fresh = now - self.since, self.served == 0
        ended = Ended(self.order.name, self.how, self.code or 0, seconds, fresh=fresh)
        self.order, self.log, self.since = None, None, time.monotonic()
        self.served += 1
        return ended

    def close(self) -> None:
        """Close the server's ends of its pipe and line."""
        if self.line is not None:
            self.line.close()
        with contextlib.suppress(OSError):
            os.close(self.printed)


def widen(pipe: int) -> None:
    """Let a pipe hold more, where the system allows it, so that who prints much waits less."""
    if fcntl is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)

"""What a process of cells does after the fork: one cell, or several of a kind one after another.

A process that may stay (its order has a kind) notes its global state before its first cell and
puts it back after each; then it says so on its line to the server and waits for the next order.
It ends instead after a failure, and when anything is not as it was: a process or a thread that
runs on, a setting that cannot be put back, more memory. Ending is always right: the next cell then
has a fresh process.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
import sys
import traceback
from os import _exit  # by this name, whatever an experiment makes of the module's
from pathlib import Path
from typing import NoReturn

from harness import backends
from harness.execute import worker
from harness.execute.protocol import Job, Order, frames
from harness.execute.state import State
from harness.processes.family import adopt_orphans, die_with_parent, end_children

_CHUNK = 1 << 16


def become(order: Order, line: socket.socket | None, printing: int, server: int) -> NoReturn:
    """Be a process of cells.

    Parameters
    ----------
    order : Order
        Its first cell.
    line : socket or None
        To the server, for further ones; None where it is the only one.
    printing : int
        The pipe for what is printed.
    server : int
        Process id of the server.
    """
    code = 1
    try:
        _stand_alone(server, printing)
        _carry_out(order, line)
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may climb into the server's loop
        traceback.print_exc()
    finally:
        _leave(code)


def done(name: str) -> bytes:
    """Return what a process says when a cell has ended and it waits for the next."""
    return name.encode() + b"\n"


def _carry_out(order: Order, line: socket.socket | None) -> None:
    pickle.loads(order.context).apply()  # noqa: S301 - from the runner, as the job
    job: Job = pickle.loads(order.job)  # noqa: S301
    own, state = os.getpid(), None if line is None else _noted(job)
    while worker.main(job, Path(order.folder)) and os.getpid() == own:
        if line is None or state is None or state.restored():
            return
        following = _next(line, order.name)
        if following is None:
            return
        order = following
        job = pickle.loads(order.job)  # noqa: S301


def _noted(job: Job) -> State | None:
    """Return the state before the first cell, with the threads that every cell of a kind has."""
    with contextlib.suppress(Exception):  # its library is broken, say: the cell itself will tell
        backends.get(job.cell.case.backend).threads(job.threads)
        return State()
    return None


def _next(line: socket.socket, name: str) -> Order | None:
    """Say that a cell has ended, and wait for the next; None when there will be none."""
    heard = bytearray()
    with contextlib.suppress(OSError):  # the cell closed all that was open
        line.sendall(done(name))
        while data := line.recv(_CHUNK):
            heard += data
            for order in frames(heard):
                return order if isinstance(order, Order) else None
    return None


def _stand_alone(server: int, printing: int) -> None:
    """Cut the fork off from the server: its own session, streams and signals."""
    signal.set_wakeup_fd(-1)
    for name in ("SIGCHLD", "SIGTERM", "SIGPIPE"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # as Python itself has it
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    for stream in (1, 2):
        os.dup2(printing, stream)
    os.close(printing)
    die_with_parent(server)
    adopt_orphans()
    # When memory runs out, the system shall end a cell, not who looks after it.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")


def _leave(code: int) -> NoReturn:
    """End the process without the handlers of what it imported, which might hang."""
    with contextlib.suppress(BaseException):
        sys.stderr.flush()
    if sys.platform != "linux":  # nobody adopts what it leaves
        with contextlib.suppress(BaseException):
            end_children(os.getpid())
    _exit(code)

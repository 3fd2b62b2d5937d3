"""The process that starts cells: it has imported the libraries once, each cell is a fork of it.

It is one thread and one loop, so that it may fork, and does what cannot wait for the runner, which
may be busy writing: it reads what cells print, ends those that outlive their budget or take too
much memory, and sweeps up what an ended cell leaves. Its own children are cells, and whatever
they left: every cell adopts its own orphans, the server those of ended cells. It computes
nothing itself, so that no pool of threads is inherited. When the runner's end of the socket
closes, however the runner ended, it ends everything.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pickle
import selectors
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from os import _exit  # by this name, whatever an experiment makes of the module's
from pathlib import Path

from harness.execute import worker
from harness.execute.logs import Bounded
from harness.execute.protocol import LOG, Ended, How, Order, frames, line
from harness.processes.family import (
    adopt_orphans,
    children,
    die_with_parent,
    end_children,
    end_tree,
    go_on_without_parent,
    kill,
    sweep,
    takes_more,
)

try:
    import fcntl
except ImportError:  # Windows, which has no fork either
    fcntl = None  # type: ignore[assignment]

READY = b"ready\n"
_CHUNK = 1 << 20
_READS = 16  # from one cell before the others have their turn
_MEMORY_PAUSE = 0.05  # seconds between two looks at the memory of cells that have a bound
_SWEEP_PAUSE = 0.002
_LONGEST_SWEEP = 10.0  # seconds for what ended cells left


@dataclass
class _Running:
    order: Order
    pid: int
    printed: int
    log: Bounded
    started: float
    how: How = "exit"
    code: int | None = None  # known once it has ended
    ended: float = 0.0

    @property
    def deadline(self) -> float:
        return self.started + self.order.budget


class Server:
    """The loop.

    Parameters
    ----------
    control : socket
        To the runner.
    """

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.orders = bytearray()
        self.events = bytearray()
        self.running: dict[str, _Running] = {}
        self.selector = selectors.DefaultSelector()
        self.woken, self.wake = os.pipe()
        self.pid = os.getpid()
        self.own = children()
        self.adopts = adopt_orphans()
        self.open = True
        self.looked = 0.0

    def serve(self) -> None:
        """Do the runner's orders until it is gone, then end what runs."""
        self.control.setblocking(False)
        for end in (self.woken, self.wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self.wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(self.control, selectors.EVENT_READ, self._listen)
        self.selector.register(self.woken, selectors.EVENT_READ, self._awake)
        while self.open:
            self._turn()
        self._end_all()

    def _turn(self) -> None:
        for key, _ in self.selector.select(self._pause()):
            if isinstance(key.data, _Running):
                for _ in range(_READS):
                    if not self._read(key.data):
                        break
            else:
                key.data()
        self._reap()  # first: who ended in time while the server was stopped is not late
        self._bound()
        self._report()
        self._speak()

    def _pause(self) -> float | None:
        """Return the seconds until something is due by itself."""
        alive = [one for one in self.running.values() if one.code is None]
        if len(alive) < len(self.running) or self.events:
            return _SWEEP_PAUSE
        due = [one.deadline - time.monotonic() for one in alive if one.how == "exit"]
        due += [_MEMORY_PAUSE for one in alive if one.order.memory]
        return max(0.0, min(due)) if due else None

    def _listen(self) -> None:
        try:
            data = self.control.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.open = False
        self.orders += data
        for message in frames(self.orders):
            if isinstance(message, Order):
                self._start(message)
            elif message in self.running:
                self._kill(self.running[message])

    def _awake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.woken, _CHUNK)

    def _start(self, order: Order) -> None:
        printed, printing = os.pipe()
        started = time.monotonic()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(printed)
            os.close(printing)
            self.events += line(Ended(order.name, "unstarted", text=str(error)))
            return
        if pid == 0:
            self._become(order, printing)
        os.close(printing)
        os.set_blocking(printed, False)
        _widen(printed)
        log = Bounded(Path(order.folder) / LOG)
        one = self.running[order.name] = _Running(order, pid, printed, log, started)
        self.selector.register(printed, selectors.EVENT_READ, one)

    def _become(self, order: Order, printing: int) -> None:
        """Be the cell's process, in the fork; never returns."""
        code = 1
        try:
            _stand_alone(self.pid, printing)
            self._let_go()
            code = _carry_out(order)
        except BaseException:  # noqa: BLE001 - nothing may climb into the server's loop
            traceback.print_exc()
        finally:
            _leave(code)

    def _let_go(self) -> None:
        """Close what is the server's."""
        self.selector.close()
        self.control.close()
        for end in (self.woken, self.wake, *(one.printed for one in self.running.values())):
            with contextlib.suppress(OSError):
                os.close(end)

    def _read(self, one: _Running) -> bool:
        """Take what a cell has printed; False when there is no more."""
        try:
            data = os.read(one.printed, _CHUNK)
        except BlockingIOError:
            return False
        if data:
            one.log.add(data)
        elif one.printed in self.selector.get_map():
            self.selector.unregister(one.printed)
        return bool(data)

    def _bound(self) -> None:
        """Kill the cells that outlive their budget or take too much memory."""
        now = time.monotonic()
        look = now - self.looked >= _MEMORY_PAUSE
        for one in self.running.values():
            if one.code is not None or one.how != "exit":
                continue
            if now >= one.deadline:
                one.how = "timeout"
            elif look and one.order.memory and takes_more(one.pid, one.order.memory):
                one.how = "memory"
            if one.how != "exit":
                self._kill(one)
        if look:
            self.looked = time.monotonic()

    def _kill(self, one: _Running) -> None:
        if one.code is not None:  # its number may be another's by now
            return
        # Where the orphans of an ended cell come here, they are swept up afterwards.
        (kill if self.adopts else end_tree)(one.pid)

    def _reap(self) -> None:
        for one in self.running.values():
            if one.code is None:
                pid, status = os.waitpid(one.pid, os.WNOHANG)
                if pid:
                    one.code, one.ended = os.waitstatus_to_exitcode(status), time.monotonic()

    def _report(self) -> None:
        """Report ended cells, once all that they started has ended."""
        ended = [one for one in self.running.values() if one.code is not None]
        alive = {one.pid for one in self.running.values() if one.code is None}
        if not ended or (not sweep(alive | self.own) and not _overdue(ended)):
            return
        for one in ended:
            while self._read(one):
                pass
            one.log.close()
            if one.printed in self.selector.get_map():
                self.selector.unregister(one.printed)
            os.close(one.printed)
            del self.running[one.order.name]
            wall = one.ended - one.started
            self.events += line(Ended(one.order.name, one.how, one.code or 0, wall))

    def _speak(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self.events:
                try:
                    del self.events[: self.control.send(self.events)]
                except (BrokenPipeError, ConnectionError):
                    self.open = False
                    return

    def _end_all(self) -> None:
        for one in self.running.values():
            self._kill(one)
        until = time.monotonic() + _LONGEST_SWEEP
        while not sweep(self.own) and time.monotonic() < until:
            time.sleep(_SWEEP_PAUSE)


def _widen(pipe: int) -> None:
    """Let a pipe hold more, where the system allows it, so that who prints much waits less."""
    if fcntl is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)


def _overdue(ended: list[_Running]) -> bool:
    """Whether what is left cannot be ended: it waits for a device, say."""
    return time.monotonic() - min(one.ended for one in ended) > _LONGEST_SWEEP


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


def _carry_out(order: Order) -> int:
    order.context.apply()
    worker.main(pickle.loads(order.job), Path(order.folder))  # noqa: S301 - from the runner
    return 0


def _leave(code: int) -> None:
    """End the cell's process without the handlers of what it imported, which might hang."""
    with contextlib.suppress(BaseException):
        sys.stderr.flush()
    if sys.platform != "linux":  # nobody adopts what it leaves
        with contextlib.suppress(BaseException):
            end_children(os.getpid())
    _exit(code)


def main(preload: str, number: int) -> None:
    """Serve the runner at the other end of a socket.

    Parameters
    ----------
    preload : str
        The module that imports what cells need.
    number : int
        File descriptor of the socket.
    """
    go_on_without_parent()  # to notice it, and end the cells
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(  # type: ignore[union-attr]
            encoding="utf-8", errors="backslashreplace", line_buffering=True
        )
    control = socket.socket(fileno=number)
    importlib.import_module(preload)
    gc.collect()
    gc.freeze()  # what is here to stay is not moved about in every fork
    control.sendall(READY)
    Server(control).serve()
    os._exit(0)

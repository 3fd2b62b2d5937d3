"""The process that starts cells: it has imported the libraries once, cells run in forks of it.

It is one thread and one loop, so that it may fork, and does what cannot wait for the runner, which
may be busy writing: it reads what cells print, ends those that outlive their budget or take too
much memory, and sweeps up what an ended process leaves. A process whose cell has a kind may wait
for another cell of it, if it is as it was before the first (`harness.execute.forked`).

Its own children are these processes, and whatever they left: every one of them adopts its own
orphans, the server those of ended ones. It computes nothing itself, so that no pool of threads is
inherited. When the runner's end of the socket closes, however the runner ended, it ends everything.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial

from harness import datasets
from harness.execute.forked import become, done
from harness.execute.process import READS, Process, widen
from harness.execute.protocol import MOST_WAITING, READY, REST, Common, Ended, Order, frames, line
from harness.processes.family import (
    adopt_orphans,
    children,
    end_tree,
    go_on_without_parent,
    kill,
    sweep,
    takes_more,
)
from harness.seeding import Streams

_CHUNK = 1 << 20
_MEMORY_PAUSE = 0.05  # seconds between two looks at the memory of cells that have a bound
_SWEEP_PAUSE = 0.002
_LONGEST_SWEEP = 10.0  # seconds for what ended cells left
_LONGEST_WAIT = 30.0  # seconds a process waits for another cell of its kind


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
        self.processes: list[Process] = []
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
        self._listen_to(self.control, self._take_orders)
        self._listen_to(self.woken, self._awake)
        while self.open:
            self._turn()
        self._end_all()

    def _listen_to(self, end: socket.socket | int, react: Callable[[], None]) -> None:
        self.selector.register(end, selectors.EVENT_READ, react)

    def _forget(self, end: socket.socket | int) -> None:
        if end in self.selector.get_map():
            self.selector.unregister(end)

    def _turn(self) -> None:
        for key, _ in self.selector.select(self._pause()):
            key.data()
        self._reap()  # first: who ended in time while the server was stopped is not late
        self._bound()
        self._report()
        self._rest(self._waited_too_long())
        self._speak()

    def _pause(self) -> float | None:
        """Return the seconds until something is due by itself."""
        if self.events or any(one.code is not None for one in self.processes):
            return _SWEEP_PAUSE
        running = [one for one in self.processes if one.runs]
        due = [one.deadline - time.monotonic() for one in running if one.how == "exit"]
        due += [_MEMORY_PAUSE for one in running if one.order and one.order.memory]
        due += [_LONGEST_WAIT for one in self.processes if one.waits]
        return max(0.0, min(due)) if due else None

    def _take_orders(self) -> None:
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
            elif isinstance(message, Common):
                self._fetch(message)
            elif message == REST:
                self._rest([one for one in self.processes if one.waits])
            else:
                self._stop(message)

    def _awake(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self.woken, _CHUNK)

    def _fetch(self, common: Common) -> None:
        rng = Streams("", 0).generator("data")
        wanted: list[Callable[[], object]] = [
            *(partial(importlib.import_module, name) for name in common.libraries),
            *(partial(datasets.load, data, roots, rng, use) for data, roots, use in common.data),
        ]
        for fetch in wanted:
            # Optional, or broken: a cell that needs it says so itself.
            with contextlib.suppress(Exception):
                fetch()
        gc.collect()
        gc.freeze()  # what is here to stay is not moved about in every fork
        self.events += READY

    def _start(self, order: Order) -> None:
        for one in self.processes:
            if one.waits and one.kind == order.kind:
                if one.hand_over(order):
                    return
                self._kill(one)
        self._fork(order)

    def _fork(self, order: Order) -> None:
        printed, printing = os.pipe()
        stays = bool(order.kind) and self.adopts
        ours, theirs = socket.socketpair() if stays else (None, None)
        started = time.monotonic()
        try:
            pid = os.fork()
        except OSError as error:
            _close(printed, printing, ours, theirs)
            self.events += line(Ended(order.name, "unstarted", text=str(error)))
            return
        if pid == 0:
            _close(printed, ours)
            self._let_go()
            become(order, theirs, printing, self.pid)
        _close(printing, theirs)
        os.set_blocking(printed, False)
        widen(printed)
        one = Process(pid, printed, ours, order.kind)
        one.begin(order, started)
        self.processes.append(one)
        self._listen_to(printed, partial(self._read, one))
        if ours is not None:
            ours.setblocking(False)
            self._listen_to(ours, partial(self._hear, one))

    def _let_go(self) -> None:
        """Close what is the server's, in a fork."""
        self.selector.close()
        self.control.close()
        _close(self.woken, self.wake)
        for one in self.processes:
            one.close()

    def _read(self, one: Process) -> None:
        for _ in range(READS):
            if not (more := one.read()):
                break
        if more == b"":
            self._forget(one.printed)

    def _hear(self, one: Process) -> None:
        """Take what a process says on its line: that its cell has ended, or nothing any more."""
        assert one.line is not None
        try:
            data = one.line.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._forget(one.line)
        one.heard += data
        if not one.heard or one.how != "exit":
            return
        if one.order is not None and one.heard == done(one.order.name):
            one.heard.clear()
            self.events += line(one.cell_ended())
        elif one.order is None or not done(one.order.name).startswith(one.heard):
            self._kill(one)  # a cell has got hold of it

    def _bound(self) -> None:
        """Kill the cells that outlive their budget or take too much memory."""
        now = time.monotonic()
        look = now - self.looked >= _MEMORY_PAUSE
        for one in self.processes:
            if not one.runs or one.how != "exit":
                continue
            bound = one.order.memory if one.order else 0
            if now >= one.deadline:
                one.how = "timeout"
            elif look and bound and takes_more(one.pid, bound):
                one.how = "memory"
            if one.how != "exit":
                self._kill(one)
        if look:
            self.looked = time.monotonic()

    def _stop(self, name: str) -> None:
        for one in self.processes:
            if one.order is not None and one.order.name == name:
                self._kill(one)

    def _kill(self, one: Process) -> None:
        if one.code is not None:  # its number may be another's by now
            return
        one.doomed = True
        # Where the orphans of an ended cell come here, they are swept up afterwards.
        (kill if self.adopts else end_tree)(one.pid)

    def _rest(self, waiting: Iterable[Process]) -> None:
        """End processes that wait."""
        for one in waiting:
            self._kill(one)

    def _waited_too_long(self) -> list[Process]:
        waiting = sorted((one for one in self.processes if one.waits), key=lambda one: one.since)
        until = time.monotonic() - _LONGEST_WAIT
        late = [one for one in waiting if one.since <= until]
        return late or waiting[: max(0, len(waiting) - MOST_WAITING)]

    def _reap(self) -> None:
        for one in self.processes:
            if one.code is None:
                pid, status = os.waitpid(one.pid, os.WNOHANG)
                if pid:
                    one.code, one.ended = os.waitstatus_to_exitcode(status), time.monotonic()

    def _report(self) -> None:
        """Report ended cells, once all that they started has ended."""
        ended = [one for one in self.processes if one.code is not None]
        alive = {one.pid for one in self.processes if one.code is None}
        if not ended or (not sweep(alive | self.own) and not _overdue(ended)):
            return
        for one in ended:
            if one.order is not None:
                self.events += line(one.cell_ended())
            self._forget(one.printed)
            if one.line is not None:
                self._forget(one.line)
            one.close()
            self.processes.remove(one)

    def _speak(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self.events:
                try:
                    del self.events[: self.control.send(self.events)]
                except (BrokenPipeError, ConnectionError):
                    self.open = False
                    return

    def _end_all(self) -> None:
        for one in self.processes:
            self._kill(one)
        until = time.monotonic() + _LONGEST_SWEEP
        while not sweep(self.own) and time.monotonic() < until:
            time.sleep(_SWEEP_PAUSE)


def _overdue(ended: list[Process]) -> bool:
    """Whether what is left cannot be ended: it waits for a device, say."""
    return time.monotonic() - min(one.ended for one in ended) > _LONGEST_SWEEP


def _close(*ends: socket.socket | int | None) -> None:
    for end in ends:
        if isinstance(end, socket.socket):
            end.close()
        elif end is not None:
            with contextlib.suppress(OSError):
                os.close(end)


def main(number: int) -> None:
    """Serve the runner at the other end of a socket.

    Parameters
    ----------
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
    gc.freeze()
    gc.enable()
    control.sendall(READY)
    Server(control).serve()
    os._exit(0)

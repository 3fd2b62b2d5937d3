"""The runner's end of the server of cells: start it, exchange messages with it, notice its end."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from typing import IO

from harness.errors import HarnessError
from harness.execute.protocol import READY, Common, Ended, Message, Source, frame, lines
from harness.processes.family import end_tree, is_stopped

_CODE = (
    "import gc, json, sys; gc.disable(); sys.path[:] = json.loads(sys.argv[1]); "
    "from harness.execute.server import main; main(int(sys.argv[2]))"
)
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""A fork would start a pool for as many as the library was loaded with, which spins for a while."""
_START = 600.0  # seconds: the libraries come from a cold disk, at worst
_SEND = 30.0  # seconds for an order to be taken
_END = 15.0  # seconds the server has to end what runs
_LOOK = 1.0  # seconds of silence after which a look is taken whether somebody stopped it
_MOST_WAKES = 10


class ServerEnded(HarnessError):
    """The server of cells has ended, or answers no more."""


class Client:
    """One server and the socket to it."""

    def __init__(self) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the server
        ours, theirs = socket.socketpair()
        # Python's own start in a clean room: the folder it is started in is not on its path.
        words = [json.dumps(sys.path), str(theirs.fileno())]
        self._process = subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, "-P", "-c", _CODE, *words],
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs.fileno(),),
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,  # Ctrl-C is the runner's; it ends its cells itself
        )
        theirs.close()
        self._socket = ours
        self._socket.settimeout(_SEND)
        self._heard = bytearray()
        self._imported = set[str]()
        self._seen: list[Source] = []
        self._owed = 1  # greetings: that it runs, and that it has imported each of several lots
        self._wakes = 0

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._process.poll() is None

    def expect(self, libraries: Iterable[str], data: Iterable[Source] = ()) -> None:
        """Have the server fetch what cells need beside what else is to do; no cell may run."""
        new = [name for name in dict.fromkeys(libraries) if name not in self._imported]
        unseen = [source for source in data if source not in self._seen]
        if new or unseen:
            self.send(Common(tuple(new), tuple(unseen)))
            self._imported.update(new)
            self._seen += unseen
            self._owed += 1

    def prepare(self, libraries: Iterable[str] = (), data: Iterable[Source] = ()) -> None:
        """Have the server fetch what cells need, and wait until it can start them; none may run.

        Raises
        ------
        HarnessError
            If it ends before; says what it printed last.
        """
        try:
            self.expect(libraries, data)
            while self._owed:
                self._greeted()
                self._owed -= 1
        except ServerEnded as ended:
            self.destroy()
            raise HarnessError(
                f"the process that starts cells cannot start: {_last(self._said) or ended}"
            ) from ended

    def _greeted(self) -> None:
        until = time.monotonic() + _START
        while not self._heard.startswith(READY):
            if time.monotonic() > until or not self._listen(until - time.monotonic()):
                raise ServerEnded("took too long")
        del self._heard[: len(READY)]

    def send(self, message: Message) -> None:
        """Order a cell, or have one killed by its name.

        Raises
        ------
        ServerEnded
            If nobody takes it.
        """
        try:
            self._socket.sendall(frame(message))
        except OSError as error:
            raise ServerEnded(str(error)) from error

    def events(self, timeout: float) -> list[Ended]:
        """Return what has ended, after at most `timeout` seconds.

        Raises
        ------
        ServerEnded
            If the server has ended or speaks rubbish.
        """
        self._listen(timeout)
        try:
            return list(lines(self._heard))
        except (ValueError, TypeError) as error:
            raise ServerEnded(str(error)) from error

    def destroy(self) -> None:
        """Kill the server; its cells end with it."""
        if self.alive:
            end_tree(self._process.pid)
        self._socket.close()
        self._process.wait()

    def close(self) -> None:
        """Let the server end whatever runs, and itself; one that is not ready has nothing to."""
        if self._owed:
            self.destroy()
            return
        self._socket.close()
        self._resume()
        try:
            self._process.wait(_END)
        except subprocess.TimeoutExpired:
            self.destroy()

    def _listen(self, timeout: float) -> bool:
        """Take what has come; False when nothing came in time."""
        until = time.monotonic() + timeout
        try:
            while not self._speaks(until):
                if time.monotonic() >= until:
                    return False
                self._wake()
            data = self._socket.recv(1 << 16)
        except (OSError, ValueError) as error:
            raise ServerEnded(str(error)) from error
        if not data:
            raise ServerEnded("its end of the line is closed")
        self._heard += data
        return True

    def _speaks(self, until: float) -> bool:
        patience = max(0.0, min(until - time.monotonic(), _LOOK))
        return bool(select.select([self._socket], [], [], patience)[0])

    def _wake(self) -> None:
        """Let a server go on that somebody stopped; its cells have run on meanwhile."""
        if not is_stopped(self._process.pid):
            return
        self._wakes += 1
        if self._wakes > _MOST_WAKES:
            raise ServerEnded("it is stopped again and again")
        self._resume()

    def _resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)


_SHARED: list[Client] = []


def begin() -> None:
    """Start the server of this process beside what else is to do, where cells are forked."""
    if hasattr(os, "fork") and not (_SHARED and _SHARED[0].alive):
        drop()
        _SHARED.append(Client())


def expect(libraries: Iterable[str]) -> None:
    """Have the server of this process import modules beside what else is to do, if one forks."""
    begin()
    for server in _SHARED:
        with contextlib.suppress(ServerEnded):  # who needs it then starts another, or says why
            server.expect(libraries)


def shared() -> Client:
    """Return the server of this process when it is ready, started when there is none.

    Raises
    ------
    HarnessError
        If it cannot be started.
    """
    begin()
    _SHARED[0].prepare()
    return _SHARED[0]


@atexit.register
def drop() -> None:
    """End the server of this process, if there is one."""
    while _SHARED:
        with contextlib.suppress(OSError):
            _SHARED.pop().close()


def _last(output: IO[bytes]) -> str:
    output.seek(0)
    lines = output.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""

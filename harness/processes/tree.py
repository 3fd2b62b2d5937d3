"""Commands that end together with everything they started.

A program that is not ours may leave workers that wait for ever, daemons in sessions of their own,
children that ignore SIGTERM or hold a pipe open. On Linux a command is run under a supervisor
(`harness.processes.supervise`) that is handed what others orphan and ends all of it. What a program
kills with its supervisor is handed on to this process, and ended here. Elsewhere its descendants
and its process group are ended. Ctrl-C and SIGTERM can wait meanwhile (`postponed`).
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from harness.processes.family import adopt_orphans, children, end_tree, sweep_sessions

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
SUPERVISOR = Path(__file__).with_name("supervise.py")
NOT_STARTED = 127
"""Exit code of a supervised command that could not be started; its last words say why."""
GRACE = 8.0
"""Seconds that a tree gets to end when asked to: those of the supervisor, and a margin."""
_SUPERVISED = sys.platform == "linux"
_PAUSE = 0.002
_supervisors: set[int] = set()
"""Of the trees that have not been ended yet."""
_STARTING = threading.Lock()
"""Between the start of a supervisor and its entry among them, nobody sweeps."""


@contextlib.contextmanager
def postponed() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait until the end of the block.

    Who asks a second time, while processes are ended and folders removed, would otherwise be the
    one who leaves them behind. Keep the block short. In another thread than the main one nothing
    has to wait.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: dict[int, FrameType | None] = {}
    before = {number: signal.signal(number, came.__setitem__) for number in _SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for number, frame in came.items():
            _deliver(number, frame, before[signal.Signals(number)])


def _deliver(number: int, frame: FrameType | None, handler: Any) -> None:
    if callable(handler):
        handler(number, frame)
    elif handler == signal.SIG_DFL:
        os.kill(os.getpid(), number)


class Tree:
    """A command that is started, and all that it starts; a context manager that leaves nothing.

    Parameters
    ----------
    arguments : sequence of str
        The command.
    **options : Any
        Of `subprocess.Popen`, but for ``pass_fds`` and ``start_new_session``: the command has a
        session of its own, so that Ctrl-C is for the caller, who ends it himself.

    Attributes
    ----------
    process : subprocess.Popen
        Its streams and its exit code are those of the command.
    """

    def __init__(self, arguments: Sequence[str], **options: Any) -> None:
        self._lifeline: socket.socket | None = None
        if not _SUPERVISED:
            self.process = subprocess.Popen(arguments, start_new_session=True, **options)  # noqa: S603 - the user's own
            return
        self._before = children()
        self._lifeline, heard = socket.socketpair()
        adopt_orphans()
        try:
            supervisor = (sys.executable, "-I", "-S", str(SUPERVISOR), str(heard.fileno()))
            with _STARTING:
                self.process = subprocess.Popen(  # noqa: S603 - the user's own
                    (*supervisor, *arguments),
                    start_new_session=True,
                    pass_fds=(heard.fileno(),),
                    **options,
                )
                _supervisors.add(self.process.pid)
        except BaseException:
            self._let_go()
            raise
        finally:
            heard.close()

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self, grace: float = GRACE) -> None:
        """End what still runs of the tree, and wait until it has.

        Parameters
        ----------
        grace : float
            Seconds it may take; what the kernel does not end until then is left.
        """
        if self._lifeline is not None:
            with contextlib.suppress(OSError):  # the other end is gone already
                self._lifeline.shutdown(socket.SHUT_WR)
        if not _SUPERVISED or not _ended(self.process, grace):
            end_tree(self.process.pid)
            _ended(self.process, grace)
        if self._lifeline is not None:
            _supervisors.discard(self.process.pid)
            if not _bidden_farewell(self._lifeline):
                self._end_what_is_left(grace)
            self._let_go()

    def _end_what_is_left(self, grace: float) -> None:
        """End what came to this process when the supervisor was killed."""
        last = time.monotonic() + grace
        while time.monotonic() < last:
            with _STARTING:
                if sweep_sessions(self._before | _supervisors):
                    return
            time.sleep(_PAUSE)

    def _let_go(self) -> None:
        if self._lifeline is not None:
            self._lifeline.close()
            self._lifeline = None
            adopt_orphans(adopt=False)


def _bidden_farewell(lifeline: socket.socket) -> bool:
    """Whether the supervisor said that everything has ended."""
    lifeline.setblocking(False)
    try:
        return bool(lifeline.recv(1))
    except OSError:  # it says nothing, and holds the line; or it was killed before it heard us
        return False


def _ended(process: subprocess.Popen[Any], grace: float) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(grace)
    return process.returncode is not None

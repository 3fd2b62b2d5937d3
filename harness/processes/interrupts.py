"""Delay Ctrl-C and SIGTERM until the cleaning up is done."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


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

"""SIGTERM ends a command as Ctrl-C does, with an exit code of its own."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from harness.cli import codes

_asked: list[int] = []


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Raise `KeyboardInterrupt` for a SIGTERM inside, so that what was finished is kept."""
    _asked.clear()
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what signals do
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def code() -> int:
    """Return the exit code of an interrupted command: as shells say it, 128 and the signal."""
    return codes.TERMINATED if _asked else codes.INTERRUPTED


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001 - as signals call
    _asked.append(number)
    raise KeyboardInterrupt

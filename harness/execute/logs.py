"""What cells print and raise: a bounded log for each, its last lines for a reason, and errors.

A log keeps the beginning and the end of what was printed and counts what it leaves out, so that a
cell may print as much as it likes.
"""

from __future__ import annotations

import contextlib
import os
import traceback
from collections import deque
from pathlib import Path

from harness.code.project import Project
from harness.execute.outcome import shortened
from harness.words import plain

HEAD = TAIL = 512 * 1024
"""Bytes kept of the beginning and of the end."""
MOST_LOGS = 2_000
MOST_BYTES = 256 * 1024 * 1024
"""Logs kept in a folder, and their bytes: the newest."""

PRINTED = "; it printed last: "
"""Between a reason and the quote of what was printed."""
LONGEST_TRACE = 20_000
_INSTALLED = frozenset({"site-packages", "dist-packages"})


class BoundedLog:
    """A log being written: its beginning at once, its end when it is closed.

    Parameters
    ----------
    path : Path
        Made with the first bytes; a cell that prints nothing has no log.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written = 0
        self._left_out = 0
        self._tail: deque[bytes] = deque()
        self._held = 0

    def add(self, data: bytes) -> None:
        """Take what was printed."""
        head = data[: max(0, HEAD - self._written)]
        if head:
            self._write(head)
            self._written += len(head)
        rest = data[len(head) :]
        if rest:
            self._tail.append(rest)
            self._held += len(rest)
        while self._tail and self._held - len(self._tail[0]) >= TAIL:
            dropped = len(self._tail.popleft())
            self._held -= dropped
            self._left_out += dropped

    def close(self) -> None:
        """Write the end."""
        if self._left_out:
            self._write(f"\n... {self._left_out} bytes left out ...\n".encode())
        if self._tail:
            self._write(b"".join(self._tail))
        self._tail.clear()

    def _write(self, data: bytes) -> None:
        # A full disk costs the log, not the cell; what the cell itself needs of it will tell.
        with contextlib.suppress(OSError), self.path.open("ab") as file:
            file.write(data)


def last_lines(path: Path, count: int = 3, longest: int = 300) -> str:
    """Return the last lines of a log as one line of plain text; ``""`` when there is none."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 4096))
        text = file.read(4096).decode("utf-8", "backslashreplace").replace("\r", "\n")
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return shortened(plain(" | ".join(lines[-count:]).replace("\t", " ")), longest)
    return ""


def quoted(reason: str, log: Path) -> str:
    """Return a reason with the last lines of a log, if there are any."""
    lines = last_lines(log)
    return f"{reason}{PRINTED}{lines}" if lines else reason


def append(path: Path, text: str) -> None:
    """Add text, such as a traceback, to a log."""
    with contextlib.suppress(OSError), path.open("a", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")


def keep(log: Path, target: Path) -> None:
    """Move a log to where it is kept, in place of an earlier one of the same cell."""
    with contextlib.suppress(OSError):
        target.unlink(missing_ok=True)
        if log.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            log.replace(target)


def prune(folder: Path) -> None:
    """Delete the oldest logs beyond what is kept."""
    with contextlib.suppress(OSError):
        found = [(path.stat(), path) for path in folder.glob("*.log")]
        room, left = MOST_BYTES, MOST_LOGS
        for facts, path in sorted(found, key=lambda one: one[0].st_mtime, reverse=True):
            room, left = room - facts.st_size, left - 1
            if room < 0 or left < 0:
                path.unlink(missing_ok=True)


def reason(error: BaseException, home: str) -> str:
    """Return what was raised and where, whatever its ``str`` does.

    Parameters
    ----------
    error : BaseException
        As caught.
    home : str
        The folder of the suite's file: the place named is the innermost of the project around it,
        for what a library refuses is the matter of who called it.

    Returns
    -------
    str
        ``"ValueError: no such tree (bench/forest.py:12)"``.
    """
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - a user's class may raise anything
        text = "its text cannot be had"
    name = type(error).__name__
    message = f"{name}: {text}" if text else name
    return f"{shortened(plain(message))} ({_place(error, home)})"


def trace(error: BaseException) -> str:
    """Return the traceback, its middle left out where it is very long."""
    try:
        lines = traceback.format_exception(error)
    except Exception:  # noqa: BLE001 - as above
        lines = traceback.format_tb(error.__traceback__)
    return shortened(plain("".join(lines)), LONGEST_TRACE)


def _place(error: BaseException, home: str) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    named = (_in_project(frame, home) for frame in reversed(frames if home else ()))
    last = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}"  # noqa: PTH119
    return next((place for place in named if place), last)


def _in_project(frame: traceback.FrameSummary, home: str) -> str:
    """Return a frame's place from the root of the project on, ``""`` where it is not in it."""
    root, file = Project.of(home).root.resolve(), Path(frame.filename).resolve()
    if not file.is_relative_to(root) or _INSTALLED & {*file.parts}:
        return ""
    return f"{file.relative_to(root).as_posix()}:{frame.lineno}"

"""What cells print: a bounded log for each, and its last lines for a reason.

A log keeps the beginning and the end of what was printed and counts what it leaves out, so that a
cell may print as much as it likes.
"""

from __future__ import annotations

import contextlib
import os
from collections import deque
from pathlib import Path

from harness.execute.outcome import shortened
from harness.words import plain

HEAD = TAIL = 512 * 1024
"""Bytes kept of the beginning and of the end."""
MOST_LOGS = 2_000
MOST_BYTES = 256 * 1024 * 1024
"""Logs kept in a folder, and their bytes: the newest."""

PRINTED = "; it printed last: "
"""Between a reason and the quote of what was printed."""


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

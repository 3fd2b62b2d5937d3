"""Files of lines that only grow.

A line counts once its newline is on disk, so a power cut can only tear the last one; a torn last
line is left out with a note, and set aside when the file is next opened for writing. Lines are
never changed.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from harness.errors import StoreError


class LineFile:
    """One file of lines.

    Parameters
    ----------
    path : Path
        Made by the first `append`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, notes: list[str]) -> list[str]:
        """Return the whole lines; what was left out is told to `notes`."""
        if not self.path.exists():
            return []
        whole, newline, tail = self._parts()
        if tail:
            notes.append(f"{self.path}: the last line was cut off ({len(tail)} bytes) and dropped")
        # not splitlines(), for which characters inside a JSON text end a line, too
        return (whole + newline).decode("utf-8").split("\n")[:-1]

    def mend(self) -> None:
        """Move a torn last line to ``<name>.torn``."""
        if not self.path.exists():
            return
        whole, newline, tail = self._parts()
        if tail:
            with self.path.with_name(f"{self.path.name}.torn").open("ab") as aside:
                aside.write(tail + b"\n")
            with self.path.open("rb+") as file:
                file.truncate(len(whole) + len(newline))

    def append(self, line: str) -> None:
        """Write a line for good."""
        with self.path.open("ab") as file:
            file.write(line.encode("utf-8") + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _parts(self) -> tuple[bytes, bytes, bytes]:
        return self.path.read_bytes().rpartition(b"\n")


@contextlib.contextmanager
def locked(folder: Path, option: str) -> Iterator[None]:
    """Hold the lock of a folder, which is made if need be.

    Parameters
    ----------
    folder : Path
        Where to write.
    option : str
        The option of the command line that names another folder.

    Raises
    ------
    StoreError
        If another process is writing to the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        _lock(lock, folder, option)
        yield


def _lock(file: IO[str], folder: Path, option: str) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no flock; two writers at once are the user's care there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise StoreError(
            f"{folder}: another run is writing here; wait for it, or give another {option}"
        ) from None

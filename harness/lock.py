"""A lock on a file: one process at a time has it, and it is released when that process ends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from harness.errors import HarnessError, StoreError
from harness.files import guarded


@contextlib.contextmanager
def locked(path: Path, held: HarnessError) -> Iterator[None]:
    """Hold the lock of a file, which is made if need be, and its folder too.

    Parameters
    ----------
    path : Path
        The file; nothing is written into it.
    held : HarnessError
        What is raised when another process holds it: what that one is doing, and what to do.

    Raises
    ------
    HarnessError
        `held`.
    FileError
        If nobody can hold it: a folder that cannot be written to, a file system without locks.
    """
    with contextlib.ExitStack() as stack:
        with guarded("write to the folder", path.parent):
            path.parent.mkdir(parents=True, exist_ok=True)
        with guarded("lock the file", path):
            free = _take(stack.enter_context(path.open("a")))
        if not free:
            raise held
        yield


def one_writer(folder: Path, option: str) -> contextlib.AbstractContextManager[None]:
    """Hold the lock of a folder of logs, which is made if need be.

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
    FileError
        If nobody can write to it.
    """
    text = f"{folder}: another run is writing here; wait for it, or give another {option}"
    return locked(folder / "lock", StoreError(text))


def _take(file: IO[str]) -> bool:
    """Take the lock, if no other process has it."""
    try:
        import fcntl
    except ImportError:  # Windows has no flock; two at once are the user's care there
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

"""One writer at a time in a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from harness.errors import StoreError
from harness.files import guarded


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
    FileError
        If nobody can write to it.
    """
    with contextlib.ExitStack() as stack:
        with guarded("write to the folder", folder):
            folder.mkdir(parents=True, exist_ok=True)
            lock = stack.enter_context((folder / "lock").open("a"))
            _lock(lock, folder, option)
        yield


def _lock(file: IO[str], folder: Path, option: str) -> None:
    try:
        import fcntl
    except ImportError:  # Windows has no flock; two writers at once are the user's care there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StoreError(
            f"{folder}: another run is writing here; wait for it, or give another {option}"
        ) from None

"""One writer at a time in a folder."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from harness import lock
from harness.errors import StoreError


def locked(folder: Path, option: str) -> AbstractContextManager[None]:
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
    text = f"{folder}: another run is writing here; wait for it, or give another {option}"
    return lock.locked(folder / "lock", StoreError(text))

"""The folders in which cells leave their answers: a few, used again.

Making and removing a folder takes longer than a small cell, as file systems write such changes
down before they go on.
"""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

from harness.files import guarded


class Folders:
    """Folders inside another one, each for one cell at a time.

    Parameters
    ----------
    scratch : Path
        Where they are; it is empty.
    """

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch.resolve()
        self._made = 0
        self._free: list[Path] = []
        self._taken: dict[str, Path] = {}

    def __getitem__(self, name: str) -> Path:
        """Return the folder of a cell."""
        return self._taken[name]

    def take(self, name: str) -> Path:
        """Return an empty folder for a cell, in place of one that it had.

        Raises
        ------
        FileError
            If it cannot be made.
        """
        if name in self._taken:
            self.give_back(name)
        folder = self._free.pop() if self._free else self._new()
        self._taken[name] = folder
        return folder

    def give_back(self, name: str) -> None:
        """Empty the folder of a cell, for another; what is no plain folder of files is removed."""
        folder = self._taken.pop(name)
        try:
            if not stat.S_ISDIR(folder.lstat().st_mode):  # a link to one is none of ours
                raise NotADirectoryError(folder)
            for path in folder.iterdir():
                path.unlink()
        except OSError:  # whatever the cell made of it; what cannot be removed goes at the end
            shutil.rmtree(folder, ignore_errors=True)
        else:
            self._free.append(folder)

    def _new(self) -> Path:
        self._made += 1
        folder = self._scratch / str(self._made)
        with guarded("make the folder of a cell", folder):
            folder.mkdir()
        return folder

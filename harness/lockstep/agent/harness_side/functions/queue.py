"""How long a thread has waited for a processor."""

from __future__ import annotations

import os

FILE = "/proc/thread-self/schedstat"


class Queue:
    """The run queue as the thread sees it that makes this: it reads no other's.

    The second field of ``schedstat`` (kernel documentation, sched-stats). The file is kept open,
    since to open it takes fifty times as long as to read it.

    Attributes
    ----------
    told : bool
        Whether the system tells.
    """

    def __init__(self) -> None:
        try:
            self._file = os.open(FILE, os.O_RDONLY)
        except OSError:
            self._file = -1
        self.told = self._file >= 0 and self._read() is not None

    def waited(self) -> float:
        """Return the seconds for which the thread could have run and did not; 0 if untold."""
        return (self._read() or 0.0) if self.told else 0.0

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
        self._file, self.told = -1, False

    def _read(self) -> float | None:
        try:
            return int(os.pread(self._file, 64, 0).split()[1]) / 1e9
        except (OSError, IndexError, ValueError):
            return None

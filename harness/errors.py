"""Every error the harness raises on purpose.

::

    HarnessError
    ├── UsageError              the command line or a file it names is wrong
    │   ├── SuiteError          one or more problems in a suite file
    │   ├── LibraryMissing      a library of an extra is not installed
    │   ├── ClusterUnfit        no worker of a cluster is as this machine is
    │   └── DataUnfit           the settings ask more than the data set holds
    │       └── BatchTooSmall   batch statistics of a single value
    ├── DataError               a data set cannot be used
    │   ├── DataMissing         a file is not where it was looked for
    │   └── DataCorrupt         a file is there and is not what it should be
    ├── FileError               a file or folder cannot be read or written
    ├── StoreError              the record store is malformed
    ├── StoreNewer              a newer version of the harness wrote the record store
    ├── ClusterLost             a cluster's scheduler, or all of its workers, cannot be reached
    ├── NothingMeasured         no record answers the question
    ├── GateError               the gate could not do its work
    │   ├── SideBroken          a side does not install, start or collect
    │   │   └── SideLate        the time ended while a side was being installed
    │   └── GitError            a git command failed
    └── CellSignal              how an experiment ends a cell early
        ├── Skip                the cell cannot be run here, with the reason
        └── CellFailed          it failed, and the text says all about it

Divergence is a result, not an error: an experiment reports it in its ``Outcome``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.words import abridged

LONGEST_MESSAGE = 1_000


class HarnessError(Exception):
    """Base of every error raised on purpose; its text is meant for the user."""


class UsageError(HarnessError):
    """The command line, or a file it names, asks for something that cannot be done."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a suite file.

    Attributes
    ----------
    file : str
        Path of the file as the user gave it.
    line : int or None
        1-based line of the key, when it could be located.
    key : str
        Dotted path of the key, ``""`` for the file as a whole.
    message : str
        What must be, what was found, and the nearest valid name if there is one; of a long one
        the middle is left out, since whoever wrote it may have quoted what has no end.
    """

    file: str
    line: int | None
    key: str
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", abridged(self.message, LONGEST_MESSAGE))

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class SuiteError(UsageError):
    """One or more problems in suite files; each is a line of the message, which has not many."""

    MOST_SHOWN = 50

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[: self.MOST_SHOWN]]
        if more := len(self.problems) - len(lines):
            lines.append(f"... and {more:,} more; `harness check --json -` has all")
        super().__init__("\n".join(lines))


class DataUnfit(UsageError):
    """The settings ask for what the data set does not hold: more examples, other classes, pixels.

    An error with the data that the settings name. Where a stand-in is read in their place the cell
    is skipped instead: nobody asked that of the stand-in.
    """


class BatchTooSmall(DataUnfit):
    """Batch normalisation in training has one value per feature, whose variance is undefined."""


class LibraryMissing(UsageError):
    """A library that is not part of the core is asked for and not installed."""


class ClusterUnfit(UsageError):
    """No worker of a cluster can be used: their code or their libraries differ from ours."""


class DataError(HarnessError):
    """A data set cannot be used."""


class DataMissing(DataError):
    """A file of a data set is not where it was looked for."""


class DataCorrupt(DataError):
    """A file of a data set is there and is not what it should be."""


class FileError(HarnessError):
    """A file or folder cannot be read or written; see `harness.files.guarded`."""


class StoreError(HarnessError):
    """The record store holds something that no version of the harness wrote."""


class StoreNewer(HarnessError):
    """The record store holds what a newer version of the harness wrote: whole, and not readable."""


class ClusterLost(HarnessError):
    """A cluster cannot be reached, or not any more; what was finished before is stored."""


class NothingMeasured(HarnessError):
    """No stored record answers the question."""


class GateError(HarnessError):
    """The gate could not do its work."""


class SideBroken(GateError):
    """A side of a comparison does not install, start or collect.

    Attributes
    ----------
    side : str
        ``"base"`` or ``"head"``.
    """

    def __init__(self, side: str, text: str) -> None:
        self.side = side
        super().__init__(f"{side}: {text}")


class SideLate(SideBroken):
    """The time ended while a side was being installed: nothing is known against it."""


class GitError(GateError):
    """A git command that should have worked failed; the text has the command and its output."""


class CellSignal(HarnessError):
    """Base of the ways in which an experiment ends its own cell early."""


class Skip(CellSignal):
    """The cell cannot be run here; the text is the reason."""


class CellFailed(CellSignal):
    """The cell failed, and the text says all there is to know: no traceback adds to it."""

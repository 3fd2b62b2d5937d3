"""What a run keeps account of: the data set of each case, what is to do, timeouts, stored records.

A data set is read once. When none of the cells of a case has ended in time, the rest is not tried.
Flushing the disk takes longer than a small cell, so records are stored in groups: none is told
before it is on the disk, and none waits longer than a moment for that.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from harness import datasets, digest
from harness.config.data import Data
from harness.datasets.dataset import Roots
from harness.errors import DataError, UsageError
from harness.execute.outcome import shortened
from harness.processes.parallel import parallel_map
from harness.seeding import Streams
from harness.store.store import Store
from harness.types import Case, Cell, DataUsed, Environment, Record
from harness.words import plain, plural

ENOUGH = 2
"""Cells of a case that outlive their budget, none ending within it, before it is given up."""


@dataclass(frozen=True)
class UnreadableData:
    """A data set that cannot be read, and why."""

    reason: str


@dataclass(frozen=True)
class Todo:
    """What a run has to do.

    Attributes
    ----------
    cells : tuple of (str, Cell)
        Cells to run, with their ids.
    skipped : tuple of Record
        Cases that cannot run here, as records of their first seed.
    done : int
        Cells whose records are there already.
    broken : tuple of Record
        Cases whose data cannot be read, as failed records of their first seed.
    """

    cells: tuple[tuple[str, Cell], ...] = ()
    skipped: tuple[Record, ...] = ()
    done: int = 0
    broken: tuple[Record, ...] = ()

    def __add__(self, other: Todo) -> Todo:
        """Return what is to do of both, in one run."""
        return Todo(
            self.cells + other.cells,
            self.skipped + other.skipped,
            self.done + other.done,
            self.broken + other.broken,
        )


class Sources:
    """What the cases of a run are computed from.

    Parameters
    ----------
    roots : Roots
        Where data lies.
    use : mapping of str to str
        Data sets to stand in for others.
    """

    def __init__(self, roots: Roots, use: Mapping[str, str]) -> None:
        self._roots, self._use = roots, use
        self._used: dict[str, DataUsed | UnreadableData | str] = {}

    def of(self, case: Case) -> DataUsed | UnreadableData | str | None:
        """Return the data set of a case, or what is missing; None where it uses none."""
        data = case.settings.data
        if data is None:
            return None
        if data.dataset == "synthetic":
            return DataUsed("synthetic", "synthetic", "", same_images=True)
        key = _key(data)
        if key not in self._used:
            self._used[key] = self._tried(data)
        return self._used[key]

    def read(self, cases: Iterable[Case]) -> None:
        """Read the data sets of cases side by side: decoding one for the first time takes seconds.

        Raises
        ------
        UsageError
            As `of`.
        """
        every = (case.settings.data for case in cases)
        wanted = {_key(data): data for data in every if data and data.dataset != "synthetic"}
        new = {key: data for key, data in wanted.items() if key not in self._used}
        self._used |= zip(new, parallel_map(self._tried, list(new.values())), strict=True)

    def _tried(self, data: Data) -> DataUsed | UnreadableData | str:
        """Read a data set; one that is broken fails its own cells and no others."""
        try:
            return self._read(data)
        except UsageError:
            raise  # the command line or the suite names what cannot be
        except DataError as error:
            return UnreadableData(shortened(plain(str(error))))
        except Exception as error:  # noqa: BLE001 - foreign readers of foreign files
            message = plain(f"{type(error).__name__}: {error}")
            return UnreadableData(
                shortened(f"the data set {data.dataset!r} cannot be read: {message}")
            )

    def _read(self, data: Data) -> DataUsed | str:
        reason = datasets.missing(data, self._roots, self._use)
        if reason:
            return reason
        streams = Streams("", 0)
        # What a case asks of the targets is found out in its cell; here they are as they come.
        whole = data.model_copy(update={"targets": "classes"})
        rng = streams.generator("data")
        return datasets.load(whole, self._roots, rng, self._use).used


def _key(data: Data) -> str:
    return digest.of_value([data.dataset, data.path])


class Timeouts:
    """Counts, for each case, its cells that outlived their budget and those that did not."""

    def __init__(self) -> None:
        self._late, self._in_time = Counter[str](), Counter[str]()

    def note(self, case: str, *, late: bool) -> None:
        """Note how a cell of a case ended.

        Parameters
        ----------
        case : str
            Id of the case.
        late : bool
            Whether it was killed for outliving its budget.
        """
        (self._late if late else self._in_time)[case] += 1

    def gives_up(self, case: str) -> bool:
        """Whether no further cell of a case is worth its time."""
        return self._late[case] >= ENOUGH and not self._in_time[case]

    def why(self, case: str, budget: float) -> str:
        """Return why a case is given up."""
        cells = plural(self._late[case], "cell")
        return (
            f"{cells} of its case took longer than the budget of {budget:g} s and none less, "
            "so that no further one is tried; raise `budget`, or give --timeout"
        )


LONGEST = 0.1
"""Seconds from which a stored record is flushed, whatever follows."""


class Commits:
    """Stores records, and tells of those that are on the disk.

    Parameters
    ----------
    store : Store
        Where they go.
    tell : callable
        Called with each record, in their order.
    """

    def __init__(self, store: Store, tell: Callable[[Record], object]) -> None:
        self._store, self._tell = store, tell
        self._untold: list[Record] = []
        self._since = 0.0

    def add(self, record: Record, environment: Environment) -> None:
        """Store a record and where it was measured; it is told now or soon.

        Raises
        ------
        StoreError, FileError
            If it cannot be.
        """
        self._store.append(record, environment, flush=False)
        self._since = self._since if self._untold else time.monotonic()
        self._untold.append(record)
        if time.monotonic() - self._since >= LONGEST:
            self.settle()

    def settle(self) -> None:
        """Flush what is stored, and tell of it.

        Raises
        ------
        FileError
            If it cannot be.
        """
        self._store.flush()
        untold, self._untold = self._untold, []
        for record in untold:
            self._tell(record)

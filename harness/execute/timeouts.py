"""Cases that take too long: when none of their cells has ended in time, the rest is not tried."""

from __future__ import annotations

from collections import Counter

from harness.words import plural

ENOUGH = 2
"""Cells of a case that outlive their budget, none ending within it, before it is given up."""


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

"""Names of classes, where a data set is known to have them."""

from __future__ import annotations

from collections.abc import Callable

from harness import datasets
from harness.types import Record

Namer = Callable[[object], str]


def namer(record: Record, count: int | None = None) -> Namer:
    """Return the way from a class index to its name; the index itself where there is none.

    With `count`, names are used only if there are exactly so many classes: fifty hidden units
    are not named after ten classes.
    """
    names = datasets.class_names(record.data.used) if record.data else ()
    if count is not None and count != len(names):
        names = ()

    def name(index: object) -> str:
        position = int(str(index))
        return names[position] if position < len(names) else str(position)

    return name

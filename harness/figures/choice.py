"""What a picture of single arrays shows: which record, and its classes by name."""

from __future__ import annotations

from collections.abc import Callable

from harness import datasets
from harness.figures.drawing import Request
from harness.figures.labels import in_words, setting
from harness.figures.select import Group, groups
from harness.types import Record


def first_case(request: Request, *arrays: str) -> Group:
    """Return the first case, in the suite's order, whose records kept every one of `arrays`.

    Raises
    ------
    NothingMeasured
        If no record did.
    """
    return groups(request.having(*arrays), request.archive, words=request.words)[0]


def caption(group: Group, *, seed: bool) -> str:
    """Say which case, and which seed, of several is shown; ``""`` if there is only one.

    Parameters
    ----------
    group : Group
        The case shown.
    seed : bool
        Whether the picture is of one seed (the first) out of several.
    """
    parts = [setting(name, value) for name, value in group.rest]
    record = group.records[0]
    if not parts:
        names = ("backend", "device")
        parts = [in_words(record.axes[name], name) for name in names if name in record.axes]
    if seed and len(group.records) > 1:
        parts.append(f"seed {record.seed} of {len(group.records)}")
    return f"Shown: {', '.join(parts)}." if parts else ""


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
